"""A log in memory that holds the read models of some cases, written as the service writes them."""

from collections.abc import Iterable, Sequence
from functools import partial

from services.cases.casefile import Loaded
from services.cases.caserow import rows_of
from services.cases.domain.case import UNFILED, CaseState, evolve
from services.cases.tables import TABLES
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, EventLog, Stamp
from shared.kit.log.rows import RowChange
from tests.support.cases_story import hour
from tests.support.reviewed_cases import Life


def put(changes: list[RowChange], _: Sequence[Stamp]) -> list[RowChange]:
    """Return these changes, whatever the stamps."""
    return changes


def kept(cases: Iterable[Life], *, by_fact: bool = False) -> EventLog:
    """Return a log that holds the rows of these cases, written command by command, or fact by fact."""
    log = open_memory_log(lambda: hour(0), TABLES)
    for life in cases:
        for before, after, version in by_facts(life) if by_fact else life.steps:
            log.append(Append(rows=partial(put, rows_of(before, Loaded(life.case_id, after, version)))))
    return log


def by_facts(life: Life) -> list[tuple[CaseState, CaseState, int]]:
    """Return the steps of a rebuild, which reads the log fact by fact."""
    steps: list[tuple[CaseState, CaseState, int]] = []
    before: CaseState = UNFILED
    for version, fact in enumerate(life.facts, start=1):
        after = evolve(before, fact)
        steps.append((before, after, version))
        before = after
    return steps
