"""Laws of what comes after a decision, over random histories: one penalty, one appeal, nobody in two roles."""

from datetime import datetime

from hypothesis import given as forall

from services.cases.domain import events as e
from services.cases.domain.events import Fact
from services.cases.domain.state import penalty
from shared.kit.decider import Recorded
from tests.support.cases_scenario import Given
from tests.support.cases_strategies import cases

DECISIONS = (e.ComplaintDismissed, e.OrdinaryViolationUpheld, e.SevereViolationUpheld)
CORRECTIONS = (e.DecisionReversed, e.DecisionRegraded, e.DecisionRevoked)
REVIEWS = (
    e.AppealReturned,
    e.AppealRejected,
    e.DecisionReversed,
    e.DecisionRegraded,
    e.DismissalOverturned,
    e.SanctionStayed,
)


def counting(history: tuple[Recorded[Fact], ...]) -> str | None:
    """Which decision gives the penalty, by a plain reading of the facts; demands that there is one at most."""
    counts: str | None = None
    for fact in history:
        event = fact.event
        if isinstance(event, e.OrdinaryViolationUpheld | e.SevereViolationUpheld):
            assert counts is None
            counts = fact.id
        elif isinstance(event, CORRECTIONS):
            assert event.decision == counts
            counts = fact.id if isinstance(event, e.DecisionRegraded) else None
    return counts


@forall(cases(most=12))
def test_a_case_gives_one_penalty_at_most_and_every_correction_names_it(case_at: tuple[Given, float]) -> None:
    case, _ = case_at
    assert penalty(case.state) == counting(case.history)


@forall(cases(most=12))
def test_a_decision_has_one_appeal_at_most_and_it_ends_once(case_at: tuple[Given, float]) -> None:
    decision: str | None = None
    appealed: set[str] = set()
    ended: set[str] = set()
    for fact in case_at[0].history:
        event = fact.event
        if isinstance(event, DECISIONS):
            decision = fact.id
        if isinstance(event, e.AppealFiled | e.DismissalContested):
            assert event.decision == decision
            assert event.decision not in appealed
            appealed.add(event.decision)
        if isinstance(
            event,
            e.AppealRejected | e.AppealLapsed | e.DecisionReversed | e.DecisionRegraded | e.DismissalOverturned,
        ):
            assert event.decision in appealed - ended
            ended.add(event.decision)


@forall(cases(most=12))
def test_nobody_reviews_what_they_took_part_in_or_stepped_back_from_or_are_a_party_of(
    case_at: tuple[Given, float],
) -> None:
    acted: set[str | None] = set()
    for fact in case_at[0].history:
        event = fact.event
        if isinstance(event, REVIEWS):
            assert event.reviewer not in acted
        if isinstance(event, e.ComplaintFiled):
            acted |= {event.complainant, event.respondent}
        elif isinstance(event, e.DismissalOverturned):
            acted.add(event.reviewer)
        else:
            acted |= {getattr(event, name, None) for name in ("officer", "confirmed_by", "supervisor")} - {None}


@forall(cases(most=12))
def test_two_people_revoke(case_at: tuple[Given, float]) -> None:
    for fact in case_at[0].history:
        if isinstance(fact.event, e.DecisionRevoked):
            assert fact.event.proposed_by != fact.event.confirmed_by


@forall(cases(most=12))
def test_a_stay_is_within_an_appeal_and_lifted_once(case_at: tuple[Given, float]) -> None:
    appealed = stayed = False
    for fact in case_at[0].history:
        event = fact.event
        if isinstance(event, e.AppealFiled):
            appealed = True
        elif isinstance(event, e.SanctionStayed):
            assert appealed
            assert not stayed
            stayed = True
        elif isinstance(event, e.StayLifted):
            assert stayed
            stayed = False
        elif isinstance(event, CORRECTIONS):
            appealed = stayed = False
        elif isinstance(event, e.AppealRejected | e.AppealLapsed):
            appealed = False


@forall(cases(most=12))
def test_after_erasure_only_a_recall_and_the_clock_say_anything(case_at: tuple[Given, float]) -> None:
    erased = False
    for fact in case_at[0].history:
        if erased:
            recalled = isinstance(fact.event, e.DecisionRevoked) and fact.event.recall is not None
            assert recalled or isinstance(fact.event, e.ClockEvent)
        erased |= isinstance(fact.event, e.PersonalDataErased)


@forall(cases(most=12))
def test_no_step_lies_before_the_one_it_follows_even_where_the_clock_was_set_back(case_at: tuple[Given, float]) -> None:
    filed: datetime | None = None
    last: datetime | None = None  # of the decision and what came of it
    for fact in case_at[0].history:
        event = fact.event
        if isinstance(event, e.ComplaintFiled):
            filed = event.filed_at
        for name in ("started_at", "submitted_at", "received_at", "waived_at", "withdrawn_at"):
            assert filed is not None
            assert getattr(event, name, filed) >= filed
        if isinstance(event, DECISIONS):
            last = fact.recorded_at
        for name in ("notified_at", "filed_at", "returned_at", "resumed_at", "lapsed_at", "overturned_at"):
            at = getattr(event, name, None)
            if at is not None and last is not None:
                assert at >= last
                last = at


@forall(cases(most=12))
def test_a_deadline_that_runs_ends_after_the_respondents_time(case_at: tuple[Given, float]) -> None:
    """Unless a supervisor has set it: a decision is not due before the respondent was heard."""
    case, _ = case_at
    if not case.history:
        return
    file = case.file
    if file.evidence_due is not None and file.resolution.basis != "fixed":
        assert file.resolution.due > file.evidence_due.due
