"""`vault.db` as a file: durable transactions, and values that can be taken out of it so that nothing stays behind.

SQLite leaves copies of a row in a page when it moves rows between pages, `secure_delete` or not. So rows are only ever
added at the end of a table, which moves none, and none is deleted: its secret is overwritten with zeros where it lies.
"""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

VERSION: Final = 2
_SCHEMA: Final = f"""
CREATE TABLE IF NOT EXISTS keys (
    id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, master_key TEXT NOT NULL, wrapped BLOB NOT NULL,
    made_at_us INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS texts (
    id INTEGER PRIMARY KEY, case_id TEXT NOT NULL, digest TEXT NOT NULL, written_by TEXT NOT NULL,
    sealed BLOB NOT NULL, UNIQUE (case_id, digest, written_by)
);
CREATE TABLE IF NOT EXISTS bound (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), log_id TEXT NOT NULL);
PRAGMA user_version = {VERSION};
"""
_WAIT_S: Final = 5.0
_SCRUBS: Final = 20
_SCRUB_PAUSE_S: Final = 0.1


class VaultUnavailable(Exception):
    """The vault cannot be read or written now: locked, full or gone. The caller may try again."""


class VaultFile:
    """The database of the vault. Calls block; all are safe from several threads of one process."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        """Open the file, making it at the first start.

        Where it is `shared` by several processes it keeps a rollback journal: a write-ahead log has one writer here.

        Raises:
            VaultUnavailable: it cannot be opened, or was made by another version of the service.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        with _told():
            self._connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            with _told():
                journal = "DELETE" if shared else "WAL"
                for pragma in (f"journal_mode = {journal}", "synchronous = FULL", "secure_delete = ON"):
                    self._connection.execute(f"PRAGMA {pragma}")
                self._check_version()
                self._connection.executescript(_SCHEMA)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Give the file back. Idempotent."""
        with self._lock:
            self._connection.close()

    def rows(self, statement: str, *values: str | int) -> list[Any]:
        """Return all rows that the statement finds."""
        with self._lock, _told():
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Commit durably what is done inside, or nothing of it."""
        with self._lock, _told():
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
                raise

    def scrub(self) -> None:
        """Empty the write-ahead log, and so bring overwritten values into the file itself, over what was there.

        Raises:
            VaultUnavailable: another process reads or writes the file, a copy being made, say.
        """
        for _ in range(_SCRUBS):
            if self._emptied():
                return
            time.sleep(_SCRUB_PAUSE_S)
        raise VaultUnavailable("another process holds the write-ahead log")

    def _emptied(self) -> bool:
        """Checkpoint and cut the write-ahead log, without waiting for anybody; return whether nobody was in the way."""
        with self._lock, _told():
            self._connection.execute("PRAGMA busy_timeout = 0")
            try:
                (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {int(_WAIT_S * 1000)}")
        return bool(busy == 0)

    def _check_version(self) -> None:
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        (tables,) = self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        if tables and version != VERSION:
            raise VaultUnavailable("the vault was made by another version of the service")


def overwrite(connection: sqlite3.Connection, table: str, column: str, ids: list[tuple[int]]) -> None:
    """Put zeros in the place of the values of this column in these rows, byte for byte, moving nothing."""
    for (row_id,) in ids:
        with connection.blobopen(table, column, row_id) as blob:
            blob.write(bytes(len(blob)))


@contextmanager
def _told() -> Iterator[None]:
    """Turn the database's errors into ours, whose messages hold nothing of what was written."""
    try:
        yield
    except sqlite3.Error as error:
        raise VaultUnavailable(type(error).__name__) from None
