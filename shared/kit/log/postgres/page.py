"""Reading events from PostgreSQL: the query of a page, and rows made events."""

from collections.abc import Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.model import Stored

_EVENTS: Final = (
    "SELECT notification_id, recorded_us, topic, originator_id, originator_version, state FROM stored_events WHERE"
)
_BETWEEN: Final = "notification_id > %s AND notification_id <= %s"
_ORDERED: Final = "ORDER BY notification_id LIMIT %s"
_WALKS: Final = (
    "notification_id IN (SELECT walked.notification_id FROM unnest(%s::text[]) AS wanted (topic), LATERAL "
    "(SELECT notification_id FROM stored_events WHERE topic = wanted.topic AND notification_id > %s "
    "AND notification_id <= %s ORDER BY notification_id LIMIT %s) AS walked)"
)


def paged(
    connection: psycopg.Connection[Any], after: int, through: int, limit: int, types: Sequence[str], subject: str | None
) -> list[Stored]:
    """Return events above `after`, up to `through` (inclusive), of these types and this subject, at most `limit`.

    Each way walks an index in order of position and stops at the limit; several types are several walks, merged.
    """
    if subject is not None:
        filtered = " AND topic = ANY(%s::text[])" if types else ""
        values = [subject, after, through, *([list(types)] if types else []), limit]
        return _found(connection, f"{_EVENTS} subject = %s AND {_BETWEEN}{filtered} {_ORDERED}", values)
    if types:
        walks = [list(dict.fromkeys(types)), after, through, limit]
        return _found(connection, f"{_EVENTS} {_WALKS} {_ORDERED}", [*walks, limit])
    return _found(connection, f"{_EVENTS} {_BETWEEN} {_ORDERED}", [after, through, limit])


def of_streams(connection: psycopg.Connection[Any], names: Sequence[str]) -> list[Stored]:
    """Return all events of these streams in order of position."""
    return _found(connection, f"{_EVENTS} originator_id = ANY(%s::text[]) ORDER BY notification_id", [list(names)])


def _found(connection: psycopg.Connection[Any], statement: str, values: Sequence[Any]) -> list[Stored]:
    cursor = connection.cursor(row_factory=tuple_row, binary=True)
    return list(map(Stored._make, cursor.execute(statement, values)))
