"""Which decisions a recall's criteria select: those that still count, from the rows of all decisions."""

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final

from services.cases.decisiontables import DECISIONS
from services.cases.domain.recall.decider import MAX_DECISIONS
from services.cases.domain.recall.events import Criteria
from services.cases.queue import number
from shared.kit.log.instant import to_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Row, Table, Where, resume

PAGE: Final = 5000  # rows of one select
ORDER: Final = ("decided_us",)  # recorded time rises with position, so this is the order of decisions


def select_counting(log: EventLog, criteria: Criteria) -> list[Row]:
    """Return the rows of the decisions that meet every criterion and count in the ledger now, in order of decision.

    Where there are more than a recall may hold, one more than that is returned, at the least; the rest is not read.

    Raises:
        LogUnavailable: see there.
    """
    found: dict[str, Row] = {}
    for alternative in product(*_alternatives(criteria)):
        for row in pages(log, DECISIONS, (*_conditions(criteria), *alternative), ORDER):
            found[str(row["decision"])] = row
            if len(found) > MAX_DECISIONS:
                break
    return sorted(found.values(), key=lambda row: number(row, "position"))


def pages(log: EventLog, table: Table, where: Sequence[Where], order: Sequence[str]) -> Iterator[Row]:
    """Yield all rows that meet these conditions in this order, read page by page; raises `LogUnavailable`."""
    rows = log.select(table, *where, order=order, limit=PAGE)
    while rows:
        yield from rows
        rows = log.select(table, *where, order=order, limit=PAGE, after=resume(table, order, rows[-1]))


def _conditions(criteria: Criteria) -> list[Where]:
    given = {"rulebook": criteria.rulebook, "detector": criteria.detector}
    conditions = [Where(column, "=", value) for column, value in given.items() if value is not None]
    if criteria.decided_from is not None:
        conditions.append(Where("decided_us", ">=", to_us(criteria.decided_from)))
    if criteria.decided_before is not None:
        conditions.append(Where("decided_us", "<", to_us(criteria.decided_before)))
    return [Where("counts", "not null"), *conditions]


def _alternatives(criteria: Criteria) -> list[list[Where]]:
    """The criteria that one of two columns may meet: who decided or confirmed; a decision or the regrade of it."""
    alternatives: list[list[Where]] = []
    if criteria.officer is not None:
        alternatives.append([Where(column, "=", criteria.officer) for column in ("officer", "confirmed_by")])
    if criteria.decisions:
        alternatives.append([Where(column, "in", criteria.decisions) for column in ("decision", "counts")])
    return alternatives
