"""Breaches only grow: neither time nor work done late takes one back, but a case that is decided anew is due anew."""

from hypothesis import given as forall

from services.cases.domain.breaches import breaches
from services.cases.domain.case import UNFILED, CaseState, evolve
from services.cases.domain.events import DeadlineBreached, DismissalOverturned
from services.cases.domain.state import Unfiled
from shared.kit.decider import Recorded
from tests.support.cases_scenario import Given
from tests.support.cases_strategies import cases


@forall(cases(most=12))
def test_a_breach_once_known_stays_and_is_told_once(case_at: tuple[Given, float]) -> None:
    state: CaseState = UNFILED
    known: set[str] = set()
    for fact in case_at[0].history:
        if isinstance(fact.event, DeadlineBreached):
            continue  # this clock looks before every fact, and has it already
        for breach in breaches(state, fact.recorded_at):
            assert breach.deadline not in known
            known.add(breach.deadline)
            state = evolve(state, Recorded(breach, f"breach-{fact.position}", fact.position, fact.recorded_at))
        assert breaches(state, fact.recorded_at) == []
        state = evolve(state, fact)
        if isinstance(fact.event, DismissalOverturned):
            known.discard("resolution")
        assert known == (set() if isinstance(state, Unfiled) else state.file.breached)
