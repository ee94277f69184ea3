"""The log's store in PostgreSQL: appends by the recorder, each read one statement of its own snapshot."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.bell import Bell
from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.model import Append, KeptResponse, Outcome, Stored
from shared.kit.log.postgres.lookup import HEAD
from shared.kit.log.postgres.page import of_streams, paged
from shared.kit.log.postgres.recorder import PostgresRecorder
from shared.kit.log.query import Query
from shared.kit.log.rows import Row
from shared.kit.log.sequence import HeadRow, head_row
from shared.kit.log.shape import Key, Shape
from shared.kit.log.shapes import Shapes

_NODES: Final = "SELECT notification_id - 1, nodes FROM stored_events WHERE notification_id = ANY(%s::bigint[])"
_KEPT: Final = "SELECT digest, response FROM kept_responses WHERE scope = %s"
_TRACKED: Final = "SELECT notification_id FROM notification_tracking WHERE application_name = %s"
_PROMISE: Final = (
    "WITH locked AS (SELECT only_row FROM log_head WHERE position = %s AND recorded_us = %s AND promised_us = %s "
    "FOR UPDATE SKIP LOCKED) "
    "UPDATE log_head SET promised_us = greatest(promised_us, %s) FROM locked WHERE log_head.only_row = locked.only_row"
)


class PostgresStore:
    """See `shared.kit.log.sequenced.Store`. Closing it closes the datastore."""

    def __init__(self, recorder: PostgresRecorder) -> None:
        self._recorder, self._datastore = recorder, recorder.datastore
        self.log_id = recorder.log_id
        self.bell.ring(self.head_row().position)
        self._datastore.listen()

    @property
    def bell(self) -> Bell:
        """Rung after each commit, of this process and of others."""
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
        values = (head.position, head.recorded_us, head.promised_us, through_us)
        try:
            with self._datastore.connection() as connection:
                done = connection.execute(_PROMISE, values).rowcount == 1
        except StoreUnavailable:
            return False
        if done:
            self._recorder.promised(head, through_us)
        return done

    def page(self, after: int, limit: int, types: Sequence[str], subject: str | None) -> tuple[list[Stored], HeadRow]:
        """See `Store.page`. Up to a head that was read before, later snapshots hold the same events for ever."""
        with self._datastore.connection() as connection:
            head = _head(connection)
            return paged(connection, after, head.position, limit, types, subject), head

    def streams(self, names: Sequence[str]) -> list[Stored]:
        """See `Store.streams`."""
        with self._datastore.connection() as connection:
            return of_streams(connection, names)

    def head_row(self) -> HeadRow:
        """See `Store.head_row`."""
        with self._datastore.connection() as connection:
            return _head(connection)

    def nodes(self, leaves: Collection[int]) -> Mapping[int, bytes]:
        """See `Store.nodes`."""
        with self._datastore.connection() as connection:
            cursor = connection.cursor(row_factory=tuple_row, binary=True)
            return dict(cursor.execute(_NODES, ([leaf + 1 for leaf in leaves],)))

    def kept(self, scope: str) -> KeptResponse | None:
        """See `Store.kept`."""
        with self._datastore.connection() as connection:
            found = _one(connection, _KEPT, (scope,))
        return None if found is None else KeptResponse(*found)

    def tracked(self, name: str) -> int:
        """See `Store.tracked`."""
        with self._datastore.connection() as connection:
            found = _one(connection, _TRACKED, (name,))
        return 0 if found is None else int(found[0])

    def get(self, shape: Shape, key: Key) -> Row | None:
        """See `Store.get`."""
        with self._datastore.connection() as connection:
            return self._recorder.tables[shape.name].get(connection, key)

    def select(self, query: Query) -> list[Row]:
        """See `Store.select`."""
        with self._datastore.connection() as connection:
            return self._recorder.tables[query.shape.name].select(connection, query)

    def is_primary(self) -> bool:
        """See `Store.is_primary`."""
        with self._datastore.connection() as connection:
            return _one(connection, "SELECT NOT pg_is_in_recovery()", ()) == (True,)

    def close(self) -> None:
        """See `Store.close`."""
        self._datastore.close()


def _head(connection: psycopg.Connection[Any]) -> HeadRow:
    return head_row(_one(connection, HEAD, ()))


def _one(connection: psycopg.Connection[Any], statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
    return connection.cursor(row_factory=tuple_row, binary=True).execute(statement, values).fetchone()
