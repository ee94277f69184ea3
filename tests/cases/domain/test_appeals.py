"""The respondent appeals against a violation, the complainant against a dismissal where the rulebook says so: once."""

from datetime import timedelta

import pytest

from services.cases.domain.case import state_name
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import AppealFiled, DecisionNotified, DismissalContested
from services.cases.domain.state import Appealed, Contested
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    REVIEWER,
    SEVERE,
    UPHELD,
    WINDOW_END,
    appeal,
    contest,
    lapse,
    lift,
    regrade,
    reject,
    resume,
    reverse,
    send_back,
    stay,
)
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import CALLS, dismiss, file, hour, submit, tell, uphold, withdraw

VIOLATION, DISMISSAL = given(*UPHELD), given(*DISMISSED, world=CONTESTABLE)


@pytest.mark.parametrize("upheld", [UPHELD, SEVERE])
def test_the_respondent_appeals_against_a_violation(upheld: tuple[CaseCommand, ...]) -> None:
    decided = given(*upheld)
    decision = decided.history[-2].id
    decided.when(appeal()).then(AppealFiled(decision, hour(20), "digest-appeal"))
    appealed = decided.and_(appeal()).state
    assert isinstance(appealed, Appealed)
    assert state_name(appealed, hour(10_000)) == "appeal_filed"


def test_the_complainant_contests_a_dismissal_where_the_rulebook_allows_it() -> None:
    DISMISSAL.when(contest()).then(DismissalContested("event-2", hour(20), "digest-appeal"))
    contested = DISMISSAL.and_(contest()).state
    assert isinstance(contested, Contested)
    assert state_name(contested, hour(10_000)) == "appeal_filed"
    given(*DISMISSED).when(contest()).then_refused("dismissal_not_contestable", rulebook="TB-2012")


def test_nobody_appeals_against_what_is_in_their_favour() -> None:
    VIOLATION.when(appeal("complainant")).then_refused("appeal_not_open_to", party="complainant")
    DISMISSAL.when(appeal("respondent")).then_refused("appeal_not_open_to", party="respondent")


def test_an_appeal_says_why() -> None:
    VIOLATION.when(appeal(statement="")).then_refused("statement_missing")


@pytest.mark.parametrize(
    ("case", "command"), [(VIOLATION, appeal), (DISMISSAL, contest)], ids=["violation", "dismissal"]
)
def test_at_the_closing_instant_it_is_late(case: Given, command: type) -> None:
    last = (hour(WINDOW_END) - timedelta(microseconds=1) - hour(0)) / timedelta(hours=1)
    case.when(command(at=last)).then_accepted()
    case.when(command(at=WINDOW_END)).then_refused("appeal_window_closed", closed_at="2026-03-17T14:00:00Z")


def test_an_appeal_without_a_notice_is_its_own_notice() -> None:
    decided = given(*CALLS, uphold())
    due = hour(20) + timedelta(hours=360)
    decided.when(appeal()).then(DecisionNotified(hour(20), due), AppealFiled("event-6", hour(20), "digest-appeal"))
    appealed = decided.and_(appeal())
    appealed.when(tell(21)).then_refused("decision_already_notified", notified_at="2026-03-02T22:00:00Z")
    dismissed = given(file(), dismiss(), world=CONTESTABLE)
    said = dismissed.when(contest()).said
    assert said == [DecisionNotified(hour(20), due), DismissalContested("event-2", hour(20), "digest-appeal")]


def test_a_clock_set_back_puts_no_appeal_before_its_decision_or_its_notice() -> None:
    given(*CALLS, uphold()).when(appeal(at=-50)).then(
        DecisionNotified(hour(10), hour(370)), AppealFiled("event-6", hour(10), "digest-appeal")
    )
    VIOLATION.when(appeal(at=11)).then(AppealFiled("event-6", hour(12), "digest-appeal"))


@pytest.mark.parametrize(
    "case",
    [
        VIOLATION.and_(appeal()),
        VIOLATION.and_(appeal(), send_back()),
        VIOLATION.and_(appeal(), send_back(), resume()),
    ],
)
def test_a_decision_is_appealed_against_once(case: Given) -> None:
    case.when(appeal(at=41)).then_refused("appeal_used", appeal="event-8")


@pytest.mark.parametrize("decided_by", [reject(), reverse(), lapse()])
def test_what_became_of_an_appeal_is_told_to_whoever_appeals_again(decided_by: CaseCommand) -> None:
    pending = VIOLATION.and_(appeal(), send_back())
    case = pending.and_(decided_by) if decided_by == lapse() else pending.and_(resume(), decided_by)
    winner = case.when(appeal(at=51)).then_refused("already_decided").facts["winner"]
    assert isinstance(winner, dict)
    assert winner["id"] == case.history[-1].id


@pytest.mark.parametrize("command", [send_back(), resume(), lapse(), reject(), reverse(), regrade(), stay(), lift()])
def test_before_an_appeal_there_is_none_to_act_on(command: CaseCommand) -> None:
    VIOLATION.when(command).then_refused("not_appealed")
    DISMISSAL.when(command).then_refused("not_appealed")
    given(*CALLS).when(command).then_refused("undecided")
    given(file(), withdraw()).when(command).then_refused("undecided")
    given().when(command).then_refused("not_filed")


def test_both_sides_may_give_evidence_while_an_appeal_goes_on_and_afterwards_no_more() -> None:
    pending = VIOLATION.and_(appeal(), send_back())
    for more in (submit("a-1", at=35), submit("a-2", party="respondent", at=35)):
        grown = pending.and_(more)
        assert isinstance(grown.state, Appealed)
        assert grown.state.file.piece(more.evidence_id) is not None
    VIOLATION.when(submit("a-1", at=35)).then_refused("already_decided")
    pending.when(submit("a-1", at=1000)).then_refused("already_decided")
    pending.and_(resume(), reject(REVIEWER)).when(submit("a-1", at=60)).then_refused("already_decided")
