"""Breaches only grow: neither time nor work done late takes one back."""

from hypothesis import given as forall

from services.cases.domain.breaches import breaches
from services.cases.domain.case import UNFILED, CaseState, evolve
from services.cases.domain.state import Unfiled
from shared.kit.decider import Recorded
from tests.support.cases_scenario import Given
from tests.support.cases_strategies import cases


@forall(cases(most=12))
def test_a_breach_once_known_stays_and_is_told_once(case_at: tuple[Given, float]) -> None:
    state: CaseState = UNFILED
    known: list[str] = []
    for fact in case_at[0].history:
        for breach in breaches(state, fact.recorded_at):
            assert breach.deadline not in known
            known.append(breach.deadline)
            state = evolve(state, Recorded(breach, f"breach-{len(known)}", fact.position, fact.recorded_at))
        assert breaches(state, fact.recorded_at) == []
        state = evolve(state, fact)
        assert set(known) >= (set() if isinstance(state, Unfiled) else state.file.breached)
