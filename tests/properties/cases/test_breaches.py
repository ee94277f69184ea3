"""Breaches only grow: neither time nor work done late takes one back."""

from hypothesis import given as forall

from services.cases.domain.breaches import DEADLINES, breaches
from services.cases.domain.case import UNFILED, CaseState, evolve
from tests.support.cases_scenario import Given
from tests.support.cases_strategies import cases


@forall(cases(most=12))
def test_a_breach_once_known_stays_and_is_told_once(case_at: tuple[Given, float]) -> None:
    state: CaseState = UNFILED
    known: list[str] = []
    for fact in case_at[0].history:
        told = [breach.deadline for breach in breaches(state, fact.recorded_at, frozenset(known))]
        assert not set(told) & set(known)
        known = sorted({*known, *told}, key=DEADLINES.index)
        state = evolve(state, fact)
        assert [breach.deadline for breach in breaches(state, fact.recorded_at, frozenset())] == known
