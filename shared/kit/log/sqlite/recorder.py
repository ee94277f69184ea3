"""The log's recorder in SQLite, on the library's process recorder: what is written, in one durable transaction."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

import msgspec
from eventsourcing import persistence
from eventsourcing import sqlite as library

from shared.kit import cloudevent
from shared.kit.cloudevent import Encode
from shared.kit.log import merging
from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.instant import Clock, utc_now
from shared.kit.log.model import Append, EncodeFor, KeptResponse, Outcome
from shared.kit.log.shapes import Shapes
from shared.kit.log.sqlite import schema
from shared.kit.log.sqlite.datastore import LogDatastore, Turn
from shared.kit.log.sqlite.head import write_head
from shared.kit.log.sqlite.table import SqliteTable
from shared.kit.log.staging import Known, Staging, asked

_INSERT_EVENT: Final = (
    "INSERT INTO stored_events"
    " (rowid, originator_id, originator_version, topic, recorded_us, subject, state, nodes)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_KEPT: Final = "INSERT INTO kept_responses (scope, digest, response) VALUES (?, ?, ?)"
_VERSION: Final = "SELECT ?1, MAX(originator_version) FROM stored_events WHERE originator_id = ?1"
_VERSIONS: Final = (
    "SELECT value, (SELECT MAX(originator_version) FROM stored_events WHERE originator_id = value) FROM json_each(?)"
)
_KEPT: Final = "SELECT scope, digest, response FROM kept_responses WHERE scope = ?"
_KEPT_AMONG: Final = (
    "SELECT scope, digest, response FROM kept_responses WHERE scope IN (SELECT value FROM json_each(?))"
)
_TRACKED: Final = "SELECT application_name, notification_id FROM tracking WHERE application_name = ?"
_TRACKED_AMONG: Final = (
    "SELECT application_name, notification_id FROM tracking WHERE application_name IN (SELECT value FROM json_each(?))"
)


class SqliteRecorder(library.SQLiteProcessRecorder):
    """Appends to one log. What the library inserts gets positions, leaves and recorded times as well.

    Every recorder of a datastore shares its sequencer.
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
        self.tables = {shape.name: SqliteTable(shape) for shape in self.shapes.all()}
        self._clock, self._encode_for = clock, encode_for
        super().__init__(datastore)

    def construct_create_table_statements(self) -> list[str]:
        """Return the log's tables for the library's events table, its tracking table, then the read models'."""
        _, *tracking = super().construct_create_table_statements()
        models = [statement for table in self.tables.values() for statement in table.statements()]
        return [*schema.STATEMENTS, *tracking, *models]

    def _create_table(self, c: library.SQLiteCursor) -> None:
        super()._create_table(c)
        connection: sqlite3.Connection = c.sqlite_cursor.connection
        schema.mark(connection)
        schema.arm(connection)
        for table in self.tables.values():
            table.extend(connection)
            table.check(connection)

    def check_tables(self) -> None:
        """Accept a store whose read-model tables are as the program knows them; none is made or changed.

        Raises:
            ValueError: one has other columns or another key, or is missing.
        """
        with self.datastore.reading() as connection:
            for table in self.tables.values():
                table.check(connection)

    @cached_property
    def log_id(self) -> str:
        """The log's name, made when its tables were."""
        with self.datastore.reading() as connection:
            return schema.log_id(connection)

    @cached_property
    def _encode(self) -> Encode:
        return self._encode_for(self.log_id)

    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        """See `EventLog.append_batch`."""
        encode = self._encode
        try:
            with self.datastore.writing() as turn:
                known = _known(turn.connection, appends, self.tables)
                staging = Staging(turn.head, known, self._clock, encode, self.shapes)
                outcomes = [staging.stage(append) for append in appends]
                self._write(turn, staging)
        except persistence.IntegrityError as error:
            raise StoreUnavailable("the tables are not as this log left them") from error
        return outcomes

    def insert_events(self, stored_events: Sequence[persistence.StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        """Append as the library asks: bytes as they are, conflict where a version of a stream is taken.

        Raises:
            persistence.IntegrityError: a version is taken, or tracking would not go forwards; nothing was written.
            TypeError: the id of a stream is not text.
        """
        tracking: persistence.Tracking | None = kwargs.get("tracking")
        encode = self._encode
        with self.datastore.writing() as turn:
            staging = Staging(turn.head, Known(), self._clock, encode, self.shapes)
            positions = staging.insert(stored_events)
            if tracking:
                staging.tracked[tracking.application_name] = tracking.notification_id
            self._write(turn, staging)
        return positions

    def _write(self, turn: Turn, staging: Staging) -> None:
        connection = turn.connection
        if len(staging.events) == 1:
            connection.execute(_INSERT_EVENT, staging.events[0])
        elif staging.events:
            connection.executemany(_INSERT_EVENT, staging.events)
        for scope, kept in staging.kept.items():
            connection.execute(_INSERT_KEPT, (scope, kept.digest, kept.response))
        for name, position in staging.tracked.items():
            with library.SQLiteCursor(connection.cursor()) as cursor:
                self._insert_tracking(library.SQLiteCursor(cursor), persistence.Tracking(name, position))
        for name, changes in staging.rows.items():
            self.tables[name].change(connection, changes)
        for statement in merging.statements(*staging.merge) if staging.merge else ():
            connection.execute(statement)
        if staging.head is not turn.head:
            write_head(connection, turn.head, staging.head)
            turn.head = staging.head


def _known(connection: sqlite3.Connection, appends: Sequence[Append], tables: Mapping[str, SqliteTable]) -> Known:
    """Look up what the appends ask for: one query each for streams, keys and tracking, none for what is not asked.

    Guards are asked for one by one, while this connection holds the lock.
    """
    names = asked(appends)
    known = Known(first=lambda guard: next(iter(tables[guard.shape.name].select(connection, guard)), None))
    for stream, version in _among(connection, _VERSION, _VERSIONS, names.streams):
        if version is not None:
            known.versions[stream] = version
    for scope, digest, response in _among(connection, _KEPT, _KEPT_AMONG, names.scopes):
        known.kept[scope] = KeptResponse(digest, response)
    known.tracked.update(_among(connection, _TRACKED, _TRACKED_AMONG, names.names))
    return known


def _among(connection: sqlite3.Connection, of_one: str, of_many: str, names: Sequence[str]) -> Iterable[Any]:
    if not names:
        return ()
    if len(names) == 1:
        return connection.execute(of_one, names)
    return connection.execute(of_many, (msgspec.json.encode(names).decode(),))
