"""Makes the log, and the library's recorders, in one SQLite file."""

from collections.abc import Iterable
from os import PathLike
from pathlib import Path

from eventsourcing import persistence
from eventsourcing import sqlite as library
from eventsourcing.utils import Environment, EnvType

from shared.kit import cloudevent
from shared.kit.log.instant import Clock
from shared.kit.log.model import EncodeFor, EventLog
from shared.kit.log.opening import LogFactory, open_log
from shared.kit.log.rows import Table
from shared.kit.log.sequenced import SequencedLog
from shared.kit.log.shapes import Shapes
from shared.kit.log.sqlite.datastore import LogDatastore
from shared.kit.log.sqlite.recorder import SqliteRecorder
from shared.kit.log.sqlite.store import SqliteStore


class SqliteFactory(library.SQLiteFactory, LogFactory):
    """The library's factory over the log's own datastore. `SQLITE_DBNAME` is the path of a file; ids are text.

    Raises:
        LogUnavailable: the file is in use or cannot be opened.
        OSError: the environment names no file, or asks for ids that are not text.
    """

    datastore: LogDatastore

    def __init__(self, env: Environment | EnvType | None) -> None:
        super().__init__(env)
        path = self.env.get(self.SQLITE_DBNAME, "")
        if library.SQLiteConnectionPool.detect_memory_mode(path):
            raise OSError(
                f"{self.SQLITE_DBNAME} must be a file: a log has one connection that writes, others that read"
            )
        if self.env.get(self.ORIGINATOR_ID_TYPE, "text").lower() != "text":
            raise OSError(f"{self.ORIGINATOR_ID_TYPE} must be text: streams are named by text")
        self.datastore = LogDatastore(Path(path))

    def aggregate_recorder(self, purpose: str = "events") -> persistence.AggregateRecorder:
        """Return the library's recorder of plain versioned states, such as snapshots, in a table beside the log's."""
        table = "aggregate_events" if purpose == "events" else f"stored_{purpose}"
        recorder = self.aggregate_recorder_class(self.datastore, table)
        if self.env_create_table():
            recorder.create_table()
        return recorder

    def application_recorder(self) -> SqliteRecorder:
        """Return the log's recorder: its application and its process recorder are one, as there is one sequencer."""
        return self.process_recorder()

    def process_recorder(self) -> SqliteRecorder:
        """Return the log's recorder."""
        recorder = SqliteRecorder(self.datastore)
        if self.env_create_table():
            recorder.create_table()
        return recorder

    def event_log(self, clock: Clock, tables: Iterable[Table], encode_for: EncodeFor) -> EventLog:
        try:
            recorder = SqliteRecorder(self.datastore, clock=clock, shapes=Shapes(tables), encode_for=encode_for)
            if self.env_create_table():
                recorder.create_table()
            return SequencedLog(SqliteStore(recorder), clock)
        except BaseException:
            self.close()
            raise


def open_sqlite_log(
    path: str | PathLike[str],
    clock: Clock,
    tables: Iterable[Table] = (),
    encode_for: EncodeFor = cloudevent.encoder,
) -> EventLog:
    """Return the log in the SQLite file at `path`, made if missing; a lock file and the driver's own stand beside it.

    Raises:
        LogInUse: another process, or another log of this one, has the file.
        LogUnavailable: the file cannot be opened, or is not a log of this version.
        ValueError: the tables are not well formed, or differ from those in the file.
    """
    env = {"PERSISTENCE_MODULE": "shared.kit.log.sqlite", "SQLITE_DBNAME": str(path)}
    return open_log(env, clock, tables, encode_for)


def read_sqlite_log(path: str | PathLike[str], clock: Clock, tables: Iterable[Table] = ()) -> EventLog:
    """Return the log in the SQLite file at `path`, for reading alone: beside a service that has it, or of a copy.

    The file is not changed, and beside a backup's nothing is made. What is appended is refused.

    Raises:
        LogUnavailable: the file is not there, cannot be read, or is not a log of this version.
        ValueError: the tables are not well formed, or differ from those in the file.
    """
    datastore = LogDatastore(Path(path), writes=False)
    try:
        recorder = SqliteRecorder(datastore, clock=clock, shapes=Shapes(tables))
        recorder.check_tables()
        return SequencedLog(SqliteStore(recorder), clock)
    except BaseException:
        datastore.close()
        raise
