"""The log's recorder in PostgreSQL, on the library's: one round trip for an append, two for a batch or a refusal."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any

import psycopg
from eventsourcing import persistence
from eventsourcing import postgres as library
from psycopg.rows import tuple_row

from shared.kit import cloudevent
from shared.kit.cloudevent import Encode
from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.instant import Clock, utc_now
from shared.kit.log.model import Append, Appended, EncodeFor, Outcome
from shared.kit.log.postgres.atonce import AtOnce, fits, granted
from shared.kit.log.postgres.commit import commit
from shared.kit.log.postgres.datastore import LogDatastore
from shared.kit.log.postgres.listening import channel
from shared.kit.log.postgres.lookup import begin
from shared.kit.log.postgres.ready import check_ready
from shared.kit.log.postgres.table import PostgresTable
from shared.kit.log.sequence import HeadRow, promised
from shared.kit.log.shapes import Shapes
from shared.kit.log.staging import Staging


class PostgresRecorder(library.PostgresProcessRecorder):
    """Appends to one log, whose head row is locked from the first round trip to the commit: the one order of processes.

    What the library inserts gets positions, leaves and recorded times as well. It makes no tables: a migration does.

    Raises:
        StoreUnavailable: the database cannot be relied on, or the tables are not those of this version.
        ValueError: a read-model table has other columns than the program's.
    """

    datastore: LogDatastore

    def __init__(
        self,
        datastore: LogDatastore,
        *,
        clock: Clock = utc_now,
        shapes: Shapes | None = None,
        encode_for: EncodeFor = cloudevent.encoder,
    ) -> None:
        self.shapes = shapes or Shapes()
        self.tables = {shape.name: PostgresTable(shape) for shape in self.shapes.all()}
        self._clock, self._encode_for = clock, encode_for
        self._once = AtOnce(datastore.schema, self.shapes, self.tables)
        self._left: HeadRow | None = None  # the head as this process has written it last
        with datastore.connection() as connection:
            check_ready(connection, [shape.table for shape in self.shapes.all()])
        super().__init__(datastore)
        self.channel_name = channel(datastore.schema)

    def create_table(self) -> None:
        """Do nothing: the service's role may not, and a migration has."""

    @cached_property
    def log_id(self) -> str:
        """The log's name, made when its tables were."""
        with self.datastore.connection() as connection:
            found = connection.cursor(row_factory=tuple_row).execute("SELECT log_id FROM log_identity").fetchone()
        if found is None:
            raise StoreUnavailable("the log has no name")
        return str(found[0])

    @cached_property
    def _encode(self) -> Encode:
        return self._encode_for(self.log_id)

    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        """See `EventLog.append_batch`."""
        try:
            staging, outcomes = self._append(appends)
        except persistence.IntegrityError as error:
            raise StoreUnavailable("the tables are not as this log left them") from error
        self.datastore.bell.ring(staging.head.position)
        return outcomes

    def promised(self, head: HeadRow, through_us: int) -> None:
        """Hear of a promise that this process has made: an append behind it is staged on it."""
        if self._left == head:
            self._left = promised(head, through_us)

    def _append(self, appends: Sequence[Append]) -> tuple[Staging, list[Outcome]]:
        with self.datastore.writing() as connection:
            at_once = self._at_once(connection, appends[0]) if len(appends) == 1 else None
            staging, outcomes = at_once or self._in_turn(connection, appends)
            self._left = staging.head
        return staging, outcomes

    def _at_once(self, connection: psycopg.Connection[Any], append: Append) -> tuple[Staging, list[Outcome]] | None:
        """Append in one round trip, or return None with nothing written: what stands against it is asked in turn."""
        head, datastore = self._left, self.datastore
        if head is None or head.position < datastore.bell.position:
            return None
        staging = Staging(head, granted(append), self._clock, self._encode, self.shapes)
        try:
            outcome = staging.stage(append)
        except Exception:  # noqa: BLE001  # in turn it is refused perhaps before anything of it is asked
            return None
        if not isinstance(outcome, Appended) or not fits(staging):
            return None
        if not self._once.written(connection, head, append, staging):
            return None
        return staging, [outcome]

    def _in_turn(self, connection: psycopg.Connection[Any], appends: Sequence[Append]) -> tuple[Staging, list[Outcome]]:
        """Append in two round trips."""
        datastore = self.datastore
        head, known = begin(connection, appends, self.shapes, self.tables)
        datastore.check_not_behind(head.position)
        staging = Staging(head, known, self._clock, self._encode, self.shapes)
        outcomes = [staging.stage(append) for append in appends]
        commit(connection, datastore.schema, self.tables, head, staging)
        return staging, outcomes

    def insert_events(self, stored_events: Sequence[persistence.StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append as the library asks: bytes as they are, conflict where a version of a stream is taken.

        It is not tried again: after a connection was cut, whether it was written must be asked.

        Raises:
            persistence.IntegrityError: a version is taken, or tracking would not go forwards; nothing was written.
            TypeError: the id of a stream is not text.
        """
        tracking: persistence.Tracking | None = kwargs.get("tracking")
        encode = self._encode
        with self.datastore.writing() as connection:
            head, known = begin(connection, (), self.shapes, self.tables)
            staging = Staging(head, known, self._clock, encode, self.shapes)
            positions = staging.insert(stored_events)
            if tracking:
                staging.tracked[tracking.application_name] = tracking.notification_id
            commit(connection, self.datastore.schema, self.tables, head, staging)
        self.datastore.bell.ring(staging.head.position)
        return positions
