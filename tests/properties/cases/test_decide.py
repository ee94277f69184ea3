"""Laws of the decision table over random histories: whoever does what, whenever."""

from functools import reduce

from hypothesis import given as forall
from hypothesis import strategies as st

from services.cases.domain import errors
from services.cases.domain.case import UNFILED, decide, evolve
from services.cases.domain.events import (
    ClockEvent,
    ComplaintDismissed,
    ComplaintFiled,
    ComplaintMerged,
    ComplaintRefused,
    ComplaintWithdrawn,
    DeadlineExtended,
    DefenceSubmitted,
    DismissalOverturned,
    EvidenceAssessed,
    EvidenceSubmitted,
    EvidenceWindowWaived,
    LateEvidenceAdmitted,
    LateEvidenceExcluded,
    OfficerRecused,
    OrdinaryViolationUpheld,
    OverrideProposed,
    PersonalDataErased,
    RespondentNotified,
    SevereViolationProposed,
    SevereViolationUpheld,
)
from services.cases.domain.state import CaseState, Decided, Ended, Penalised
from shared.kit.decider import Recorded, Refusal
from tests.support.cases_scenario import Given
from tests.support.cases_strategies import any_command, cases

Upholding = OrdinaryViolationUpheld | SevereViolationUpheld
DECISIONS = (ComplaintDismissed, OrdinaryViolationUpheld, SevereViolationUpheld)
ENDINGS = (ComplaintWithdrawn, ComplaintMerged, ComplaintRefused)


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
        assert 1 <= len(said) <= 2


@forall(cases(most=12))
def test_a_history_folds_to_the_state_that_decided_it(case_at: tuple[Given, float]) -> None:
    case, _ = case_at
    start: CaseState = UNFILED
    assert reduce(evolve, case.history, start) == case.state


@forall(cases(most=12))
def test_a_case_is_decided_once_unless_a_dismissal_is_overturned(case_at: tuple[Given, float]) -> None:
    decided = False
    for fact in case_at[0].history:
        if isinstance(fact.event, DECISIONS):
            assert not decided
            decided = True
        elif isinstance(fact.event, DismissalOverturned):
            assert decided
            decided = False
    assert decided == isinstance(case_at[0].state, Decided)


@forall(cases(most=12))
def test_a_case_that_ended_without_a_decision_is_only_erased(case_at: tuple[Given, float]) -> None:
    case, _ = case_at
    ended = [index for index, fact in enumerate(case.history) if isinstance(fact.event, ENDINGS)]
    assert len(ended) <= 1
    assert bool(ended) == isinstance(case.state, Ended)
    for fact in case.history[ended[0] + 1 :] if ended else ():
        assert isinstance(fact.event, PersonalDataErased | ClockEvent)


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
    due = None
    for event in events:
        if isinstance(event, RespondentNotified):
            due = event.evidence_due.due
        if isinstance(event, DeadlineExtended) and event.deadline == "evidence":
            due = event.due.due
    return spoke or (due is not None and due <= decision.recorded_at)


def _verified(before: tuple[Recorded[object], ...]) -> bool:
    events = [fact.event for fact in before]
    verdicts = {event.evidence_id: event.verdict for event in events if isinstance(event, EvidenceAssessed)}
    admitted = {
        event.evidence_id: event.timeliness == "in_time" for event in events if isinstance(event, EvidenceSubmitted)
    }
    for event in events:
        if isinstance(event, LateEvidenceAdmitted | LateEvidenceExcluded):
            admitted[event.evidence_id] = isinstance(event, LateEvidenceAdmitted)
    return any(counts and verdicts.get(piece) == "verified" for piece, counts in admitted.items())


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
    if isinstance(case.state, Penalised):
        event = case.state.decision.event
        version = case.world.timeline.named(event.rulebook.id)
        assert version is not None
        grade = version.grades[event.grade]
        assert (event.points, event.direct, event.rulebook) == (grade.points, grade.direct, version.ref)
        assert grade.track == ("severe" if isinstance(event, SevereViolationUpheld) else "ordinary")
