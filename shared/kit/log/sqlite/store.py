"""The log's store in SQLite: appends by the recorder, reads from snapshots of the reading connections."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from shared.kit.log.bell import Bell
from shared.kit.log.instant import from_us
from shared.kit.log.model import Append, KeptResponse, Outcome, Stored
from shared.kit.log.rows import Row
from shared.kit.log.shapes import Key, Query, Shape, Shapes
from shared.kit.log.sqlite import schema
from shared.kit.log.sqlite.errors import StoreBroken, StoreUnavailable
from shared.kit.log.sqlite.recorder import SqliteRecorder
from shared.kit.log.staging import HeadRow, promised

_EVENTS: Final = "SELECT rowid, recorded_us, topic, originator_id, originator_version, state FROM stored_events WHERE"
_ORDERED: Final = "ORDER BY rowid LIMIT ?"
_WALK: Final = "SELECT * FROM (SELECT rowid FROM stored_events WHERE topic = ? AND rowid > ? ORDER BY rowid LIMIT ?)"
_KEPT: Final = "SELECT digest, response FROM kept_responses WHERE scope = ?"


class SqliteStore:
    """See `shared.kit.log.sequenced.Store`. Closing it closes the datastore."""

    def __init__(self, recorder: SqliteRecorder) -> None:
        self._recorder, self._datastore = recorder, recorder.datastore
        self.log_id = recorder.log_id
        self.bell.ring(self.head_row().position)

    @property
    def bell(self) -> Bell:
        """Rung after each commit."""
        return self._datastore.bell

    @property
    def shapes(self) -> Shapes:
        """The tables of its read models."""
        return self._recorder.shapes

    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        """See `EventLog.append_batch`."""
        return self._recorder.append_batch(appends)

    def promise(self, head: HeadRow, through_us: int) -> bool:
        """See `Store.promise`. A store that takes no writes can still be read: it makes no promise."""
        try:
            with self._datastore.writing(wait=False) as turn:
                if turn.head != head:
                    return False
                after = promised(head, through_us)
                schema.write_head(turn.connection, head, after)
                turn.head = after
        except (StoreUnavailable, StoreBroken):
            return False
        return True

    def page(self, after: int, limit: int, types: Sequence[str], subject: str | None) -> tuple[list[Stored], HeadRow]:
        """See `Store.page`."""
        statement, values = _paged(after, limit, list(dict.fromkeys(types)), subject)
        with self._datastore.reading() as connection:
            connection.execute("BEGIN")
            head = schema.read_head(connection)
            events = _stored(connection.execute(statement, values))
            connection.execute("COMMIT")
        return events, head

    def streams(self, names: Sequence[str]) -> list[Stored]:
        """See `Store.streams`."""
        places = ", ".join("?" for _ in names)
        with self._datastore.reading() as connection:
            return _stored(connection.execute(f"{_EVENTS} originator_id IN ({places}) ORDER BY rowid", names))

    def head_row(self) -> HeadRow:
        """See `Store.head_row`."""
        with self._datastore.reading() as connection:
            return schema.read_head(connection)

    def kept(self, scope: str) -> KeptResponse | None:
        """See `Store.kept`."""
        with self._datastore.reading() as connection:
            found = connection.execute(_KEPT, (scope,)).fetchone()
        return None if found is None else KeptResponse(found["digest"], found["response"])

    def tracked(self, name: str) -> int:
        """See `Store.tracked`."""
        return self._recorder.max_tracking_id(name) or 0

    def get(self, shape: Shape, key: Key) -> Row | None:
        """See `Store.get`."""
        with self._datastore.reading() as connection:
            return self._recorder.tables[shape.name].get(connection, key)

    def select(self, query: Query) -> list[Row]:
        """See `Store.select`."""
        with self._datastore.reading() as connection:
            return self._recorder.tables[query.shape.name].select(connection, query)

    def close(self) -> None:
        """See `Store.close`."""
        self._datastore.close()


def _stored(rows: Iterable[Any]) -> list[Stored]:
    return [
        Stored(position, from_us(recorded_us), topic, stream, version, state)
        for position, recorded_us, topic, stream, version, state in rows
    ]


def _paged(after: int, limit: int, types: list[str], subject: str | None) -> tuple[str, list[Any]]:
    """Return the query of a page. Each way walks an index in order of position and stops at the limit.

    Several types are several such walks, merged: one `IN` would have SQLite read every event of them, to sort it.
    A subject has few events: its index alone is walked, whatever the types.
    """
    if subject is not None:
        filtered = f" AND +topic IN ({', '.join('?' for _ in types)})" if types else ""
        return f"{_EVENTS} subject = ? AND rowid > ?{filtered} {_ORDERED}", [subject, after, *types, limit]
    if len(types) > 1:
        walks = " UNION ALL ".join([_WALK] * len(types))
        values = [value for one in types for value in (one, after, limit)]
        return f"{_EVENTS} rowid IN ({walks}) {_ORDERED}", [*values, limit]
    if types:
        return f"{_EVENTS} topic = ? AND rowid > ? {_ORDERED}", [*types, after, limit]
    return f"{_EVENTS} rowid > ? {_ORDERED}", [after, limit]
