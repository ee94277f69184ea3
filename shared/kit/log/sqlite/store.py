"""The log's store in SQLite: appends by the recorder, reads from snapshots of the reading connections."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final

import msgspec

from shared.kit.log.bell import Bell
from shared.kit.log.errors import StoreBroken, StoreUnavailable
from shared.kit.log.model import Append, KeptResponse, Outcome, Stored
from shared.kit.log.query import Query
from shared.kit.log.rows import Row
from shared.kit.log.sequence import HeadRow, promised
from shared.kit.log.shape import Key, Shape
from shared.kit.log.shapes import Shapes
from shared.kit.log.sqlite.head import read_head, write_head
from shared.kit.log.sqlite.page import EVENTS, paged, stored
from shared.kit.log.sqlite.recorder import SqliteRecorder

_NODES: Final = "SELECT rowid - 1, nodes FROM stored_events WHERE rowid IN (SELECT value FROM json_each(?))"
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
                write_head(turn.connection, head, after)
                turn.head = after
        except (StoreUnavailable, StoreBroken):
            return False
        return True

    def page(self, after: int, limit: int, types: Sequence[str], subject: str | None) -> tuple[list[Stored], HeadRow]:
        """See `Store.page`."""
        statement, values = paged(after, limit, list(dict.fromkeys(types)), subject)
        with self._datastore.reading() as connection:
            connection.execute("BEGIN")
            head = read_head(connection)
            events = stored(connection, statement, values)
            connection.execute("COMMIT")
        return events, head

    def streams(self, names: Sequence[str]) -> list[Stored]:
        """See `Store.streams`."""
        places = ", ".join("?" for _ in names)
        with self._datastore.reading() as connection:
            return stored(connection, f"{EVENTS} originator_id IN ({places}) ORDER BY rowid", names)

    def head_row(self) -> HeadRow:
        """See `Store.head_row`."""
        with self._datastore.reading() as connection:
            return read_head(connection)

    def nodes(self, leaves: Collection[int]) -> Mapping[int, bytes]:
        """See `Store.nodes`."""
        positions = msgspec.json.encode([leaf + 1 for leaf in leaves]).decode()
        with self._datastore.reading() as connection:
            return dict(map(tuple, connection.execute(_NODES, (positions,))))

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

    def is_primary(self) -> bool:
        """See `Store.is_primary`: there is no copy of it."""
        return True

    def close(self) -> None:
        """See `Store.close`."""
        self._datastore.close()
