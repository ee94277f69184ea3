"""The connections to one SQLite file: one that writes and checkpoints, a few that only read.

Exactly one, because SQLite before 3.51.3 (3.50.7, 3.44.6) can corrupt a file whose write-ahead log is reset by two.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock
from typing import Any, Final

from eventsourcing import persistence
from eventsourcing import sqlite as library

from shared.kit.log.bell import Bell
from shared.kit.log.errors import StoreBroken, StoreUnavailable
from shared.kit.log.sequence import HeadRow
from shared.kit.log.sqlite.errors import leaves_state_open, translated
from shared.kit.log.sqlite.head import trusted_head
from shared.kit.log.sqlite.lockfile import LockFile
from shared.kit.log.sqlite.schema import check_kept, check_version
from shared.kit.log.sqlite.upgrading import upgrade

LOCK_TIMEOUT_S: Final = 5
READERS: Final = 8
_CACHED_STATEMENTS: Final = 256
_WRITER: Final = (
    "PRAGMA synchronous = FULL",  # an acknowledged append survives power loss, not only a crash of the process
    "PRAGMA wal_autocheckpoint = 1000",  # pages; here and nowhere else
    "PRAGMA journal_size_limit = 67108864",  # bytes: what a burst leaves of the write-ahead log
    "PRAGMA recursive_triggers = ON",  # so that REPLACE meets the triggers against deleting
)


@dataclass(slots=True)
class Turn:
    """One write transaction: its connection, and the head to which the log has come in it (None: not read yet)."""

    connection: sqlite3.Connection
    known_head: HeadRow | None

    @property
    def head(self) -> HeadRow:
        """The sequencer's row as this transaction sees it; `StoreUnavailable` if it is not that of the last event."""
        if self.known_head is None:
            self.known_head = trusted_head(self.connection)
        return self.known_head

    @head.setter
    def head(self, row: HeadRow) -> None:
        self.known_head = row


class LogDatastore(library.SQLiteDatastore):
    """The library's datastore with our connections: its own pool is never asked for one.

    Without `writes` it only reads a file that is there, beside whoever writes it, and leaves nothing beside a copy.

    Raises:
        LogInUse: another process, or another datastore of this one, has the file.
        StoreUnavailable: the file cannot be opened, is no database, or has tables of another version.
    """

    def __init__(self, path: Path, *, lock_timeout_s: int = LOCK_TIMEOUT_S, writes: bool = True) -> None:
        self._closed = True
        super().__init__(str(path), lock_timeout=lock_timeout_s, originator_id_type="text")
        self.bell = Bell()
        self._path, self._lock_timeout_s = path.absolute(), lock_timeout_s
        self._writing = Lock()
        self._broken, self._writes = False, writes
        self._head: HeadRow | None = None
        self._readers: SimpleQueue[sqlite3.Connection | None] = SimpleQueue()
        self._release = _locked(path) if writes else _nothing
        try:
            self._writer = self._open_writer() if writes else self._open_kept()
        except sqlite3.Error as error:
            self._release()
            raise translated(error) from error
        except StoreUnavailable:
            self._release()
            raise
        for _ in range(READERS):
            self._readers.put(None)  # a place: its connection is made when it is needed
        self._closed = False

    def _connect(self, mode: str) -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{self._path.as_uri()}?mode={mode}",
            uri=True,
            timeout=self._lock_timeout_s,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=_CACHED_STATEMENTS,
        )
        connection.row_factory = sqlite3.Row
        return connection

    def _open_writer(self) -> sqlite3.Connection:
        connection = self._connect("rwc")
        try:
            check_version(connection)
            _make_durable(connection)
            upgrade(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_kept(self) -> sqlite3.Connection:
        connection = self._open_reader()
        try:
            check_kept(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    def _open_reader(self) -> sqlite3.Connection:
        connection = self._connect("ro")
        connection.execute("PRAGMA query_only = ON")
        return connection

    @contextmanager
    def writing(self, *, wait: bool = True) -> Iterator[Turn]:
        """Hold the one write transaction; commit durably at the end, or roll back when the block raises.

        Raises:
            StoreUnavailable: somebody else holds it (at once if not `wait`), the file is locked or full, or closed.
            StoreBroken: this commit, or an earlier one, left open what is on disk.
            persistence.PersistenceError: another error of the driver, under the library's name.
        """
        if not self._writing.acquire(timeout=self._lock_timeout_s if wait else 0):
            raise StoreUnavailable("another append holds the log")
        try:
            self._check_writable()
            turn = Turn(self._writer, self._head)
            self._head = None  # until the commit says what it is
            try:
                self._writer.execute("BEGIN IMMEDIATE")
                yield turn
                self._commit()
            except BaseException:
                self._roll_back()
                raise
            self._head = turn.known_head
            if turn.known_head is not None:
                self.bell.ring(turn.known_head.position)
        except sqlite3.Error as error:
            raise translated(error) from error
        finally:
            self._writing.release()

    def _check_writable(self) -> None:
        if self._closed:
            raise StoreUnavailable("the log is closed")
        if not self._writes:
            raise StoreUnavailable("the log is open for reading alone")
        if self._broken:
            raise StoreBroken("an earlier commit failed: open the log again before writing")

    def _commit(self) -> None:
        try:
            self._writer.execute("COMMIT")
        except sqlite3.Error as error:
            if leaves_state_open(error):
                self._broken = True
                raise StoreBroken(f"the commit failed: {error}") from error
            raise

    def _roll_back(self) -> None:
        try:
            self._writer.rollback()
        except sqlite3.Error:
            self._broken = True  # what was raised before says why

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Borrow a connection that can only read; a transaction begun on it ends with the block.

        Raises:
            StoreUnavailable: none came free in time, or the file cannot be read.
            persistence.PersistenceError: another error of the driver, under the library's name.
        """
        if self._closed:
            raise StoreUnavailable("the log is closed")
        try:
            connection = self._readers.get(timeout=self._lock_timeout_s)
        except Empty:
            raise StoreUnavailable("every reader of the log is busy") from None
        try:
            connection = connection or self._open_reader()
            yield connection
        except sqlite3.Error as error:
            raise translated(error) from error
        finally:
            if connection is not None and connection.in_transaction:
                connection.rollback()
            self._readers.put(connection)

    @contextmanager
    def transaction(self, *, commit: bool) -> Iterator[library.SQLiteCursor]:
        """Give the library's recorders a cursor: the write transaction, or one snapshot to read."""
        if commit:
            with self.writing() as turn, library.SQLiteCursor(turn.connection.cursor()) as cursor:
                yield library.SQLiteCursor(cursor)
        else:
            with self.reading() as connection, library.SQLiteCursor(connection.cursor()) as cursor:
                cursor.execute("BEGIN")
                yield library.SQLiteCursor(cursor)

    def get_connection(self, *, commit: bool) -> Any:  # noqa: ARG002  # the library's signature
        """Refuse: a second connection that writes would break what this class is for."""
        raise persistence.ProgrammingError("ask for a transaction: connections of a log are not given away")

    def close(self) -> None:
        """Close every connection, the writer last so that it checkpoints, and give back the file. Idempotent."""
        if self._closed:
            return
        with self._writing:
            self._closed = True
            for _ in range(READERS):
                try:
                    reader = self._readers.get(timeout=self._lock_timeout_s)
                except Empty:
                    break  # still read from; it is closed when it is collected
                if reader is not None:
                    reader.close()
            self._writer.close()
            self._release()
        super().close()


def _locked(path: Path) -> Callable[[], None]:
    """Take the lock of a log's file; return what gives it back."""
    try:
        return LockFile(path.with_name(path.name + ".lock")).release
    except OSError as error:
        raise StoreUnavailable(f"the lock file of {path} cannot be opened") from error


def _nothing() -> None:
    """Give nothing back: who only reads holds no lock."""


def _make_durable(connection: sqlite3.Connection) -> None:
    """Set up the connection that writes: what it commits is on disk when the commit returns."""
    (mode,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
    if mode != "wal":
        raise StoreUnavailable("the file system under the log keeps no write-ahead log")
    for pragma in _WRITER:
        connection.execute(pragma)
