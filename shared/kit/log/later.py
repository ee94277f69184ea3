"""Gives rows from before a column what they would have in it, once a store has got the column."""

from collections.abc import Callable
from typing import Final

from shared.kit.log.model import Append, EventLog
from shared.kit.log.rows import Put, Row, Table, Value, Where, unlike

BATCH: Final = 100


def fill(log: EventLog, table: Table, column: str, value_of: Callable[[Row], Value]) -> None:
    """Put what `value_of` returns of a row into its `column`, in each row that has null there; no value is null.

    A row that somebody changes meanwhile is looked at again.

    Raises:
        LogUnavailable: the log takes no writes now.
    """
    while rows := log.select(table, Where(column, "null"), limit=BATCH):
        for row in rows:
            change = Put(table, {**row, column: value_of(row)})
            log.append(Append(rows=lambda _, change=change: [change], unless=[*unlike(table, row)]))  # type: ignore[misc]  # bound in this turn
