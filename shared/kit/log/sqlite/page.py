"""Reading events from SQLite: the query of a page, and rows made events."""

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from shared.kit.log.model import Stored

EVENTS: Final = "SELECT rowid, recorded_us, topic, originator_id, originator_version, state FROM stored_events WHERE"
_ORDERED: Final = "ORDER BY rowid LIMIT ?"
_WALK: Final = "SELECT * FROM (SELECT rowid FROM stored_events WHERE topic = ? AND rowid > ? ORDER BY rowid LIMIT ?)"


def stored(connection: sqlite3.Connection, query: str, values: Sequence[Any]) -> list[Stored]:
    """Return the events that a query finds which begins with `EVENTS`, in its order."""
    cursor = connection.cursor()
    cursor.row_factory = None  # plain tuples
    return list(map(Stored._make, cursor.execute(query, values)))


def paged(after: int, limit: int, types: list[str], subject: str | None) -> tuple[str, list[Any]]:
    """Return the query of a page. Each way walks an index in order of position and stops at the limit.

    Several types are several such walks, merged: one `IN` would have SQLite read every event of them, to sort it.
    A subject has few events: its index alone is walked, whatever the types.
    """
    if subject is not None:
        filtered = f" AND +topic IN ({', '.join('?' for _ in types)})" if types else ""
        return f"{EVENTS} subject = ? AND rowid > ?{filtered} {_ORDERED}", [subject, after, *types, limit]
    if len(types) > 1:
        walks = " UNION ALL ".join([_WALK] * len(types))
        values = [value for one in types for value in (one, after, limit)]
        return f"{EVENTS} rowid IN ({walks}) {_ORDERED}", [*values, limit]
    if types:
        return f"{EVENTS} topic = ? AND rowid > ? {_ORDERED}", [*types, after, limit]
    return f"{EVENTS} rowid > ? {_ORDERED}", [after, limit]
