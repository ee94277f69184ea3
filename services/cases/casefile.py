"""A case as the log has it: its stream read and folded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from services.cases.domain.case import UNFILED, CaseState, evolve
from services.cases.domain.events import CaseEvent, DeadlineBreached
from services.cases.publication import case_stream, clock_stream, from_stored
from shared.kit.decider import Recorded
from shared.kit.log.model import EventLog, Stored


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case at a version of its stream; `version` 0 and `UNFILED` where nothing was ever filed under this id."""

    case_id: str
    state: CaseState
    version: int


def load(log: EventLog, case_id: str) -> Loaded:
    """Return the case as committed now.

    Raises:
        UnknownEvent, LogUnavailable: see there.
    """
    stored = log.stream(case_stream(case_id))
    return Loaded(case_id, fold(UNFILED, read_facts(stored)), len(stored))


def read_facts(stored: Sequence[Stored]) -> list[Recorded[CaseEvent]]:
    """Return the facts of a case's own stream; raises `UnknownEvent`."""
    facts: list[Recorded[CaseEvent]] = []
    for each in stored:
        fact = from_stored(each)
        if not isinstance(fact.event, DeadlineBreached):
            facts.append(Recorded(fact.event, fact.id, fact.position, fact.recorded_at))
    return facts


def fold(state: CaseState, facts: Sequence[Recorded[CaseEvent]]) -> CaseState:
    """Return the case after these facts."""
    return reduce(evolve, facts, state)


def load_breaches(log: EventLog, case_id: str) -> list[Recorded[DeadlineBreached]]:
    """Return what the clock has recorded of a case; raises as `load` does."""
    facts = [from_stored(stored) for stored in log.stream(clock_stream(case_id))]
    return [
        Recorded(fact.event, fact.id, fact.position, fact.recorded_at)
        for fact in facts
        if isinstance(fact.event, DeadlineBreached)
    ]
