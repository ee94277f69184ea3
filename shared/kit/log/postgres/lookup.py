"""The first round trip of an append: lock the head, and read everything that the batch asks for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.guards import guards
from shared.kit.log.model import Append, KeptResponse
from shared.kit.log.postgres.table import PostgresTable
from shared.kit.log.query import Query
from shared.kit.log.rows import Row
from shared.kit.log.sequence import HeadRow, head_row
from shared.kit.log.shapes import Shapes
from shared.kit.log.staging import Known, asked

HEAD: Final = "SELECT position, recorded_us, promised_us, frontier FROM log_head"

# Statements of one message, each with a snapshot of its own: those behind the lock see what its last holder committed.
# As parts of one statement they would see what stood there before they waited.
_TURN: Final = (
    "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE",
    f"{HEAD} FOR UPDATE",
    "SELECT max(notification_id) FROM stored_events",
)
_VERSIONS: Final = (
    "SELECT name, (SELECT max(originator_version) FROM stored_events WHERE originator_id = name) "
    "FROM unnest(%s::text[]) AS wanted (name)"
)
_KEPT: Final = "SELECT scope, digest, response FROM kept_responses WHERE scope = ANY(%s::text[])"
_TRACKED: Final = (
    "SELECT application_name, notification_id FROM notification_tracking WHERE application_name = ANY(%s::text[])"
)


def begin(
    connection: psycopg.Connection[Any], appends: Sequence[Append], shapes: Shapes, tables: Mapping[str, PostgresTable]
) -> tuple[HeadRow, Known]:
    """Begin a transaction, lock the head, and return it with what the appends ask for: one round trip.

    Raises:
        StoreUnavailable: the head is none, or not that of the last event: the tables were changed by something else.
        ValueError: a guard cannot be asked, or a name is none.
    """
    names = asked(appends)
    wanted = list(dict.fromkeys(guard for append in appends for guard in guards(append, shapes)))
    lists = {_VERSIONS: names.streams, _KEPT: names.scopes, _TRACKED: names.names}
    lists = {statement: names for statement, names in lists.items() if names}
    selects = [tables[guard.shape.name].statement(guard) for guard in wanted]
    statements = "; ".join([*_TURN, *lists, *(statement for statement, _ in selects)])
    values = [*lists.values(), *(value for _, values in selects for value in values)]
    cursor = psycopg.ClientCursor(connection, row_factory=tuple_row)
    found = _results(cursor.execute(statements, values))
    next(found)  # of BEGIN
    head, last = head_row(next(iter(next(found)), None)), next(found)[0][0] or 0
    if head.position != last:
        raise StoreUnavailable(f"the log's head says {head.position}, its last event {last}")
    rows = {statement: next(found) for statement in lists}
    known = Known(
        versions={stream: version for stream, version in rows.get(_VERSIONS, ()) if version is not None},
        kept={scope: KeptResponse(digest, response) for scope, digest, response in rows.get(_KEPT, ())},
        tracked=dict(rows.get(_TRACKED, ())),
        first=_First(connection, tables, dict(zip(wanted, found, strict=True))),
    )
    return head, known


def _results(cursor: psycopg.Cursor[Any]) -> Iterator[list[Any]]:
    """Yield the rows of each statement, none for one that has none to give."""
    for result in cursor.results():
        yield result.fetchall() if result.description else []


class _First:
    """Answers guards: those of the batch from what was read with the head, others by a round trip each.

    Others are asked only behind a row that an append before in the batch has changed.
    """

    def __init__(
        self,
        connection: psycopg.Connection[Any],
        tables: Mapping[str, PostgresTable],
        read: Mapping[Query, list[Any]],
    ) -> None:
        self._connection, self._tables, self._read = connection, tables, read

    def __call__(self, guard: Query) -> Row | None:
        table = self._tables[guard.shape.name]
        found = self._read.get(guard)
        rows = table.select(self._connection, guard) if found is None else [table.row(one) for one in found]
        return rows[0] if rows else None
