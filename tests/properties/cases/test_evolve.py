"""`evolve` is total: every fact on every state gives a state, and what was decided stands."""

import dataclasses
from typing import get_args

from hypothesis import given as forall
from hypothesis import strategies as st

from services.cases.domain.case import UNFILED, CaseState, evolve, state_name
from services.cases.domain.events import CaseEvent, ComplaintFiled, DecisionNotified
from services.cases.domain.state import Dismissed, Unfiled, Upheld, Withdrawn
from shared.kit.decider import Recorded
from tests.support.cases_scenario import Given
from tests.support.cases_story import hour
from tests.support.cases_strategies import cases

FACTS = st.builds(
    lambda case_at, number: [
        dataclasses.replace(fact, id=f"other-{number}", position=1000 + number) for fact in case_at[0].history
    ],
    cases(most=12),
    st.integers(0, 9),
).flatmap(lambda facts: st.sampled_from(facts) if facts else st.nothing())


@forall(cases(), st.lists(FACTS, max_size=5))
def test_any_fact_on_any_state_gives_a_state(case_at: tuple[Given, float], facts: list[Recorded[CaseEvent]]) -> None:
    state = case_at[0].state
    for fact in facts:
        after = evolve(state, fact)
        assert isinstance(after, get_args(CaseState))
        assert state_name(after, hour(0))
        _demand_that_the_end_stands(state, after, fact)
        state = after


def _demand_that_the_end_stands(before: CaseState, after: CaseState, fact: Recorded[CaseEvent]) -> None:
    if isinstance(before, Upheld | Dismissed):
        assert isinstance(after, type(before))
        assert after.decision == before.decision
        assert after.file == before.file
        assert after == before or isinstance(fact.event, DecisionNotified)
    if isinstance(before, Withdrawn):
        assert after == before


@forall(FACTS)
def test_nothing_is_known_of_a_case_before_its_filing(fact: Recorded[CaseEvent]) -> None:
    assert isinstance(evolve(UNFILED, fact), Unfiled) != isinstance(fact.event, ComplaintFiled)


@forall(cases(most=12))
def test_a_fact_read_twice_changes_no_notice_no_waiver_and_no_evidence(case_at: tuple[Given, float]) -> None:
    case = case_at[0]
    twice: CaseState = UNFILED
    for fact in case.history:
        if type(fact.event).__name__ != "DefenceSubmitted":
            twice = evolve(twice, fact)
        twice = evolve(twice, fact)
    assert twice == case.state
