"""While an appeal goes on a reviewer may keep what the decision brought from imposing (R11)."""

import pytest

from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import AppealLapsed, AppealRejected, SanctionStayed, StayLifted
from services.cases.domain.state import Appealed, Open, Reversed, UpheldFinal, penalty
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    REVIEWER,
    SEVERE,
    UPHELD,
    appeal,
    contest,
    lapse,
    lift,
    propose_revocation,
    regrade,
    reject,
    resume,
    reverse,
    revoke,
    send_back,
    stay,
)
from tests.support.cases_scenario import Given, given
from tests.support.cases_story import OFFICER, SELLER, hour

APPEALED = given(*UPHELD, appeal())
STAYED = APPEALED.and_(stay())


def test_a_reviewer_stays_what_the_decision_brought_and_it_counts_on() -> None:
    APPEALED.when(stay()).then(SanctionStayed("event-6", REVIEWER, "digest-reason"))
    state = STAYED.state
    assert isinstance(state, Appealed)
    assert state.stay is not None
    assert penalty(state) == "event-6"


def test_a_stay_is_lifted_by_a_reviewer_and_may_come_again() -> None:
    STAYED.when(lift("reviewer-2")).then(StayLifted("event-6", "reviewer", "reviewer-2", "digest-reason"))
    again = STAYED.and_(lift(), stay(at=28))
    assert isinstance(again.state, Appealed)
    assert again.state.stay is not None
    assert again.state.stay.id == again.history[-1].id


def test_there_is_one_stay_and_nothing_to_lift_without_it() -> None:
    STAYED.when(stay(at=26)).then_refused("already_stayed", stay="event-9")
    APPEALED.when(lift()).then_refused("not_stayed")


@pytest.mark.parametrize("case", [APPEALED, STAYED.and_(lift())])
def test_who_took_part_neither_stays_nor_lifts(case: Given) -> None:
    case.when(stay(OFFICER, at=29)).then_refused("reviewer_took_part", reviewer=OFFICER)
    case.when(stay(SELLER, at=29)).then_refused("officer_is_party")
    STAYED.when(lift(OFFICER)).then_refused("reviewer_took_part")


def test_stay_and_lifting_are_reasoned() -> None:
    APPEALED.when(stay(reason="")).then_refused("reason_missing")
    STAYED.when(lift(reason="")).then_refused("reason_missing")


def test_a_stay_goes_with_a_rejected_appeal() -> None:
    STAYED.when(reject()).then(
        AppealRejected("event-6", REVIEWER, "digest-reason"), StayLifted("event-6", "appeal_rejected", None, "")
    )
    assert isinstance(STAYED.and_(reject()).state, UpheldFinal)


def test_a_stay_goes_with_a_lapsed_appeal() -> None:
    STAYED.and_(send_back()).when(lapse()).then(
        AppealLapsed("event-6", hour(382)), StayLifted("event-6", "appeal_lapsed", None, "")
    )


@pytest.mark.parametrize("command", [reverse(), regrade()])
def test_what_undoes_the_decision_needs_no_lifting(command: CaseCommand) -> None:
    stayed = given(*SEVERE, appeal(), stay())
    stayed.when(command).then_accepted()
    assert isinstance(STAYED.and_(propose_revocation(), revoke()).state, Reversed)


def test_a_returned_appeal_may_still_be_stayed_but_not_a_lapsed_one() -> None:
    returned = APPEALED.and_(send_back())
    returned.when(stay(at=31)).then_accepted()
    returned.when(stay(at=382)).then_refused("appeal_window_closed", closed_at="2026-03-18T00:00:00Z")
    STAYED.and_(send_back()).when(lift(at=382)).then_refused("appeal_window_closed")
    returned.and_(resume()).when(stay(at=1000)).then_accepted()


def test_a_dismissal_brings_nothing_to_stay() -> None:
    contested = given(*DISMISSED, contest(), world=CONTESTABLE)
    for command in (stay(), lift()):
        contested.when(command).then_refused("not_upheld")
    assert isinstance(contested.and_(reverse()).state, Open)
