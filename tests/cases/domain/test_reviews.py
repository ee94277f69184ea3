"""A reviewer who took no part decides the appeal: rejects it, undoes or lowers the decision, reopens a dismissal."""

from datetime import UTC, datetime

import pytest

from services.cases.domain.breaches import breached, breaches
from services.cases.domain.case import state_name
from services.cases.domain.commands import DecideAppeal
from services.cases.domain.events import (
    AppealRejected,
    DecisionRegraded,
    DecisionReversed,
    DismissalOverturned,
    OrdinaryViolationUpheld,
)
from services.cases.domain.recounting import recount
from services.cases.domain.state import (
    Appealed,
    Contested,
    Dismissed,
    DismissedFinal,
    Open,
    Regraded,
    Reversed,
    Upheld,
    UpheldFinal,
    penalty,
)
from shared.rulebook.model import Deadline
from tests.support.cases_afterwards import (
    CONTESTABLE,
    DISMISSED,
    REVIEWER,
    SEVERE,
    UPHELD,
    appeal,
    contest,
    propose_revocation,
    regrade,
    reject,
    reverse,
    send_back,
)
from tests.support.cases_scenario import SEED_WORLD, TAOBAO_WORLD, Given, given
from tests.support.cases_story import (
    BUYER,
    CALLS,
    OFFICER,
    SECOND,
    SELLER,
    SUPERVISOR,
    assess,
    defend,
    dismiss,
    extend,
    file,
    hour,
    notify,
    recuse,
    refuse,
    start,
    submit,
    tell,
    uphold,
)

TB_2012 = SEED_WORLD.timeline.versions[0].ref
CN_2026 = SEED_WORLD.calendars.years[2026].ref
APPEALED, GRAVE = given(*UPHELD, appeal()), given(*SEVERE, appeal())
CONTESTED = given(*DISMISSED, contest(), world=CONTESTABLE)
OVERTURNED = CONTESTED.and_(reverse())
WEEK_LATER = Deadline(datetime(2026, 3, 11, 16, tzinfo=UTC), provisional=False, calendars=(CN_2026,))


def test_a_rejected_appeal_makes_the_decision_final_and_it_counts_on() -> None:
    APPEALED.when(reject()).then(AppealRejected("event-6", REVIEWER, "digest-reason"))
    final = APPEALED.and_(reject()).state
    assert isinstance(final, UpheldFinal)
    assert (state_name(final, hour(50)), penalty(final)) == ("upheld_final", "event-6")


def test_a_reversed_decision_counts_no_longer() -> None:
    APPEALED.when(reverse()).then(DecisionReversed("event-6", REVIEWER, "digest-reason"))
    undone = APPEALED.and_(reverse()).state
    assert isinstance(undone, Reversed)
    assert (state_name(undone, hour(50)), penalty(undone)) == ("reversed", None)


def test_a_regrade_stands_in_the_place_of_the_decision_from_its_instant_on() -> None:
    GRAVE.when(regrade()).then(
        DecisionRegraded(
            decision="event-8",
            reviewer=REVIEWER,
            track="ordinary",
            grade="general",
            points=12,
            direct=(),
            rulebook=TB_2012,
            calendars=(CN_2026,),
            decided_at=hour(11),
            reason_digest="digest-reason",
        )
    )
    lowered = GRAVE.and_(regrade()).state
    assert isinstance(lowered, Regraded)
    assert (state_name(lowered, hour(50)), penalty(lowered)) == ("regraded", "event-11")


def test_a_regrade_of_points_to_a_direct_sanction_carries_it() -> None:
    aggravated = given(*CALLS, assess("threat", "number_attributable"), world=TAOBAO_WORLD)
    version = TAOBAO_WORLD.timeline.named("TB-2017-07-25")
    assert version is not None
    case = aggravated.and_(uphold("aggravated"), tell(), appeal())
    said = case.when(regrade("general")).event
    assert isinstance(said, DecisionRegraded)
    assert (said.points, said.direct) == (0, version.grades["general"].direct)
    assert said.direct


def test_an_appeal_never_makes_it_worse() -> None:
    APPEALED.when(regrade("grave")).then_refused("grade_not_lower", grade="grave", lower=())
    APPEALED.when(regrade("general")).then_refused("grade_not_lower")
    GRAVE.when(regrade("grave")).then_refused("grade_not_lower", lower=("general",))
    GRAVE.when(regrade("mild")).then_refused("unknown_grade", grades=("general", "grave"))


def test_a_grade_goes_with_a_regrade_and_with_nothing_else() -> None:
    GRAVE.when(regrade(None)).then_refused("regrade_needs_grade")
    for outcome in ("reject", "reverse"):
        asked = DecideAppeal(REVIEWER, outcome, "general", "digest-reason", hour(50))
        GRAVE.when(asked).then_refused("regrade_needs_grade")


@pytest.mark.parametrize("command", [reject(reason=""), reverse(reason=""), regrade(reason="")])
def test_a_review_is_reasoned(command: DecideAppeal) -> None:
    GRAVE.when(command).then_refused("reason_missing")


@pytest.mark.parametrize(
    "case",
    [
        given(*CALLS, start("took-part"), uphold(), tell(), appeal()),
        given(
            *CALLS, assess("frequent_contact", "number_attributable", officer="took-part"), uphold(), tell(), appeal()
        ),
        given(*CALLS, extend(supervisor="took-part", at=9), uphold(), tell(), appeal()),
        given(*CALLS, uphold(officer="took-part"), tell(), appeal()),
        given(*UPHELD, propose_revocation("took-part", at=15), appeal()),
        given(*UPHELD, appeal(), propose_revocation("took-part", at=30)),
    ],
    ids=["handling", "assessing", "extending", "deciding", "revoking", "revoking-later"],
)
def test_who_took_part_does_not_review(case: Given) -> None:
    case.when(reject("took-part")).then_refused("reviewer_took_part", reviewer="took-part")
    case.when(reject()).then_accepted()


def test_proposer_and_confirmer_of_a_severe_violation_do_not_review_it() -> None:
    for reviewer in (OFFICER, SECOND):
        GRAVE.when(reverse(reviewer)).then_refused("reviewer_took_part")


def test_neither_a_party_nor_who_stepped_back_reviews() -> None:
    for party in (BUYER, SELLER):
        APPEALED.when(reject(party)).then_refused("officer_is_party")
    case = given(*CALLS, recuse("stepped-back"), uphold(), tell(), appeal())
    case.when(reject("stepped-back")).then_refused("officer_recused", officer="stepped-back")


def test_what_a_reviewer_does_is_no_part_in_the_case() -> None:
    state = APPEALED.and_(send_back()).state
    assert isinstance(state, Appealed)
    assert REVIEWER not in state.file.officers
    assert SUPERVISOR not in state.file.officers


def test_a_contested_dismissal_that_is_rejected_is_final() -> None:
    CONTESTED.when(reject()).then(AppealRejected("event-2", REVIEWER, "digest-reason"))
    final = CONTESTED.and_(reject()).state
    assert isinstance(final, DismissedFinal)
    assert state_name(final, hour(50)) == "dismissed_final"
    CONTESTED.when(regrade()).then_refused("dismissal_not_gradable")


def test_an_overturned_dismissal_is_decided_anew_in_five_working_days() -> None:
    """Overturned on a Wednesday: by the end of the next one."""
    said = CONTESTED.when(reverse()).event
    assert isinstance(said, DismissalOverturned)
    assert (said.decision, said.reviewer, said.overturned_at) == ("event-2", REVIEWER, hour(50))
    assert said.resolution_due == WEEK_LATER
    again = OVERTURNED.state
    assert isinstance(again, Open)
    assert again.file.resolution.due == WEEK_LATER.due
    assert state_name(again, hour(51)) == "filed"


def test_an_overturned_case_may_be_upheld_and_appealed_against_anew_but_not_before_that_reviewer() -> None:
    heard = OVERTURNED.and_(notify(51), submit(at=52), assess("frequent_contact", "number_attributable", at=53))
    upheld = heard.and_(defend(at=54), uphold(at=55), tell(56))
    assert isinstance(upheld.state, Upheld)
    assert isinstance(upheld.state.decision.event, OrdinaryViolationUpheld)
    anew = upheld.and_(appeal(at=57))
    assert isinstance(anew.state, Appealed)
    anew.when(reverse(at=58)).then_refused("reviewer_took_part", reviewer=REVIEWER)
    assert isinstance(anew.and_(reverse("reviewer-2", at=58)).state, Reversed)


def test_an_overturned_case_may_be_dismissed_and_contested_anew() -> None:
    dismissed = OVERTURNED.and_(dismiss(at=55), tell(56))
    assert isinstance(dismissed.state, Dismissed)
    assert isinstance(dismissed.and_(contest(at=57)).state, Contested)


def test_whoever_dismissed_had_stepped_in() -> None:
    assert breaches(OVERTURNED.state, hour(100)) == []
    OVERTURNED.when(refuse(at=51)).then_refused("handling_started")


def test_an_overturned_case_that_is_late_again_is_in_breach_again() -> None:
    late = given(file(), start(), dismiss(at=200), world=CONTESTABLE)
    (first,) = breaches(late.state, hour(200))
    reopened = late.after(hour(200), first).and_(contest(201), reverse(at=202))
    assert breaches(reopened.state, hour(203)) == []
    (second,) = breaches(reopened.state, hour(1000))
    assert (first.deadline, second.deadline) == ("resolution", "resolution")
    assert second.due > first.due


def test_what_was_dismissed_late_was_late_although_it_is_overturned_before_the_clock_looks() -> None:
    late = given(file(), start(), dismiss(at=200), world=CONTESTABLE)
    missed = breaches(late.state, hour(200))
    reopened = late.and_(tell(201), contest(202), reverse(at=203))
    assert breaches(reopened.state, hour(204)) == missed
    assert breached(reopened.state, hour(204)) == frozenset()
    recorded = reopened.after(hour(204), *missed)
    assert breaches(recorded.state, hour(205)) == []
    assert recorded.file.breached == frozenset()
    (again,) = breaches(recorded.state, hour(1000))
    assert breaches(reopened.state, hour(1000)) == [*missed, again]
    assert again.due == recorded.file.resolution.due


def test_a_dismissal_that_is_late_and_overturned_twice_was_late_twice() -> None:
    once = given(file(), start(), dismiss(at=200), tell(201), contest(202), reverse(at=203), world=CONTESTABLE)
    twice = once.and_(dismiss(at=1000), tell(1001), contest(1002), reverse("reviewer-2", at=1003))
    assert breaches(twice.state, hour(1004)) == breaches(once.state, hour(1000))
    assert len(breaches(twice.state, hour(1004))) == 2


def test_a_reopened_case_is_not_due_before_its_evidence_window_ends() -> None:
    """The window ends in the night of Monday, 13 April: two working days more are the 14th and the 15th."""
    longer = given(
        file(), notify(), extend("evidence", due=1000), dismiss(at=3), tell(4), contest(at=5), world=CONTESTABLE
    )
    said = longer.when(reverse(at=6)).event
    assert isinstance(said, DismissalOverturned)
    assert said.resolution_due == Deadline(
        datetime(2026, 4, 15, 16, tzinfo=UTC), provisional=False, calendars=(CN_2026,)
    )
    reopened = longer.and_(reverse(at=6))
    assert recount(reopened.state, CONTESTABLE, hour(7)) is None


def test_a_clock_set_back_overturns_nothing_before_it_was_contested() -> None:
    said = CONTESTED.when(reverse(at=-10)).event
    assert isinstance(said, DismissalOverturned)
    assert said.overturned_at == hour(20)
