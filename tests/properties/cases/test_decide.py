"""Laws of the decision table over random histories: whoever does what, whenever."""

from functools import reduce

from hypothesis import given as forall
from hypothesis import strategies as st

from services.cases.domain import errors
from services.cases.domain.case import UNFILED, decide, evolve
from services.cases.domain.events import (
    ComplaintDismissed,
    ComplaintFiled,
    ComplaintWithdrawn,
    DecisionNotified,
    DefenceSubmitted,
    EvidenceAssessed,
    EvidenceSubmitted,
    EvidenceWindowWaived,
    OfficerRecused,
    OrdinaryViolationUpheld,
    OverrideProposed,
    RespondentNotified,
    SevereViolationProposed,
    SevereViolationUpheld,
)
from services.cases.domain.state import CaseState, Dismissed, Upheld, Withdrawn
from shared.kit.decider import Recorded, Refusal
from tests.support.cases_scenario import Given
from tests.support.cases_strategies import any_command, cases

Upholding = OrdinaryViolationUpheld | SevereViolationUpheld
DECISIONS = (ComplaintDismissed, OrdinaryViolationUpheld, SevereViolationUpheld)


@forall(cases(), st.data())
def test_decide_never_raises_says_the_same_twice_and_refuses_by_a_known_code(
    case_at: tuple[Given, float], data: st.DataObject
) -> None:
    case, at = case_at
    command = data.draw(any_command(at))
    said = decide(case.state, command, case.world)
    assert said == decide(case.state, command, case.world)
    if isinstance(said, Refusal):
        assert said.code in errors.__all__
    else:
        assert len(said) == 1


@forall(cases(most=12))
def test_a_history_folds_to_the_state_that_decided_it(case_at: tuple[Given, float]) -> None:
    case, _ = case_at
    start: CaseState = UNFILED
    assert reduce(evolve, case.history, start) == case.state


@forall(cases(most=12))
def test_a_case_is_decided_once_and_afterwards_only_noticed(case_at: tuple[Given, float]) -> None:
    case, _ = case_at
    ended = [
        index for index, fact in enumerate(case.history) if isinstance(fact.event, (*DECISIONS, ComplaintWithdrawn))
    ]
    assert len(ended) <= 1
    after = case.history[ended[0] + 1 :] if ended else ()
    assert len(after) <= 1
    assert all(isinstance(fact.event, DecisionNotified) for fact in after)
    assert bool(ended) == isinstance(case.state, Upheld | Dismissed | Withdrawn)


@forall(cases(most=12))
def test_points_rest_on_a_respondent_heard_and_on_admitted_verified_evidence(case_at: tuple[Given, float]) -> None:
    case, _ = case_at
    for index, fact in enumerate(case.history):
        if isinstance(fact.event, Upholding | SevereViolationProposed | OverrideProposed):
            before = case.history[:index]
            assert _heard(before, fact)
            assert _verified(before)


def _heard(before: tuple[Recorded[object], ...], decision: Recorded[object]) -> bool:
    events = [fact.event for fact in before]
    spoke = any(isinstance(event, DefenceSubmitted | EvidenceWindowWaived) for event in events)
    dues = [event.evidence_due.due for event in events if isinstance(event, RespondentNotified)]
    return spoke or any(due <= decision.recorded_at for due in dues)


def _verified(before: tuple[Recorded[object], ...]) -> bool:
    events = [fact.event for fact in before]
    verdicts = {event.evidence_id: event.verdict for event in events if isinstance(event, EvidenceAssessed)}
    in_time = [event for event in events if isinstance(event, EvidenceSubmitted) and event.timeliness == "in_time"]
    return any(verdicts.get(piece.evidence_id) == "verified" for piece in in_time)


@forall(cases(most=12))
def test_four_eyes_and_nobody_in_their_own_case(case_at: tuple[Given, float]) -> None:
    case, _ = case_at
    parties, recused = set(), set()
    for fact in case.history:
        event = fact.event
        if isinstance(event, ComplaintFiled):
            parties = {event.complainant, event.respondent}
        if isinstance(event, OfficerRecused):
            recused.add(event.officer)
        if isinstance(event, SevereViolationUpheld | OrdinaryViolationUpheld):
            deciding = {event.officer, event.confirmed_by} - {None}
            assert deciding.isdisjoint(parties | recused)
            proposed = any(isinstance(past.event, SevereViolationProposed | OverrideProposed) for past in case.history)
            assert len(deciding) == 2 if isinstance(event, SevereViolationUpheld) else proposed or len(deciding) == 1


@forall(cases(most=12))
def test_a_decision_gives_what_its_grade_gives_on_its_grades_track(case_at: tuple[Given, float]) -> None:
    case, _ = case_at
    if isinstance(case.state, Upheld):
        event = case.state.decision.event
        version = case.world.timeline.named(event.rulebook.id)
        assert version is not None
        grade = version.grades[event.grade]
        assert (event.points, event.direct, event.rulebook) == (grade.points, grade.direct, version.ref)
        assert grade.track == ("severe" if isinstance(event, SevereViolationUpheld) else "ordinary")
