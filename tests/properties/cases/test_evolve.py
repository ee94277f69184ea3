"""`evolve` is total: every fact on every state gives a state, and what was decided stands."""

import dataclasses
from itertools import product
from typing import get_args

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.cases.domain import events as e
from services.cases.domain.case import UNFILED, CaseState, evolve, state_name
from services.cases.domain.events import Fact
from services.cases.domain.state import Decided, Ended, Unfiled, penalty
from shared.kit.decider import Recorded
from tests.support.cases_samples import SAMPLES
from tests.support.cases_scenario import Given
from tests.support.cases_states import STATES
from tests.support.cases_story import hour
from tests.support.cases_strategies import cases

TELLING = (e.DecisionRegraded, e.DecisionReversed, e.DecisionRevoked, e.DismissalOverturned)

FACTS = st.builds(
    lambda case_at, number: [
        dataclasses.replace(fact, id=f"other-{number}", position=1000 + number) for fact in case_at[0].history
    ],
    cases(most=12),
    st.integers(0, 9),
).flatmap(lambda facts: st.sampled_from(facts) if facts else st.nothing())


def demand_that_the_end_stands(before: CaseState, after: CaseState, fact: Recorded[Fact]) -> None:
    """Demand that what was decided or ended stays so, but for a correction of this very decision."""
    assert isinstance(after, get_args(CaseState))
    assert state_name(after, hour(0))
    if isinstance(before, Ended):
        assert dataclasses.replace(after, file=before.file) == before
    if isinstance(before, Decided) and not isinstance(after, Decided):
        assert isinstance(fact.event, e.DismissalOverturned)
    if isinstance(before, Decided) and isinstance(after, Decided):
        assert after.decision == before.decision
        assert after.file.evidence[: len(before.file.evidence)] == before.file.evidence
        assert penalty(after) == penalty(before) or isinstance(fact.event, TELLING)
    if isinstance(fact.event, TELLING) and after != before:
        assert isinstance(before, Decided)
        assert fact.event.decision == (penalty(before) or before.decision.id)


@forall(cases(), st.lists(FACTS, max_size=5))
def test_any_fact_on_any_state_gives_a_state(case_at: tuple[Given, float], facts: list[Recorded[Fact]]) -> None:
    state = case_at[0].state
    for fact in facts:
        after = evolve(state, fact)
        demand_that_the_end_stands(state, after, fact)
        state = after


@pytest.mark.parametrize(("name", "state"), list(product(SAMPLES, STATES)))
def test_every_fact_on_every_state_gives_a_state_and_a_strange_one_decides_nothing(name: str, state: str) -> None:
    """The samples are of another decision."""
    before, fact = STATES[state].state, Recorded(SAMPLES[name], "strange", 1000, hour(100))
    after = evolve(before, fact)
    demand_that_the_end_stands(before, after, fact)
    if hasattr(fact.event, "decision"):
        assert after == before


@forall(FACTS)
def test_nothing_is_known_of_a_case_before_its_filing(fact: Recorded[Fact]) -> None:
    assert isinstance(evolve(UNFILED, fact), Unfiled) != isinstance(fact.event, e.ComplaintFiled)


@forall(cases(most=12))
def test_a_fact_read_twice_changes_nothing(case_at: tuple[Given, float]) -> None:
    """But for an explanation: the same words may be said twice."""
    twice: CaseState = UNFILED
    for fact in case_at[0].history:
        if not isinstance(fact.event, e.DefenceSubmitted):
            twice = evolve(twice, fact)
        twice = evolve(twice, fact)
    assert twice == case_at[0].state
