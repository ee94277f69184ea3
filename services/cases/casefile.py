"""A case as the log has it: both its streams read and folded."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

from services.cases.domain.case import UNFILED, CaseState, evolve
from services.cases.domain.events import Fact
from services.cases.publication import case_stream, clock_stream, from_stored
from shared.kit.decider import Recorded
from shared.kit.log.model import EventLog, Stored


@dataclass(frozen=True, slots=True)
class Loaded:
    """A case at a version of its stream; `version` 0 and `UNFILED` where nothing was ever filed under this id.

    `clock_version` is that of the stream of what time did to it; it is no part of what a caller has seen.
    """

    case_id: str
    state: CaseState
    version: int
    clock_version: int = 0


def load(log: EventLog, case_id: str) -> Loaded:
    """Return the case as committed now.

    Raises:
        UnknownEvent, LogUnavailable: see there.
    """
    stored = log.stream(case_stream(case_id), clock_stream(case_id))
    version = sum(each.stream == case_stream(case_id) for each in stored)
    return Loaded(case_id, fold(UNFILED, read_facts(stored)), version, len(stored) - version)


def read_facts(stored: Sequence[Stored]) -> list[Recorded[Fact]]:
    """Return the facts of a case in order of position; raises `UnknownEvent`."""
    return [from_stored(each) for each in stored]


def fold(state: CaseState, facts: Sequence[Recorded[Fact]]) -> CaseState:
    """Return the case after these facts."""
    return reduce(evolve, facts, state)
