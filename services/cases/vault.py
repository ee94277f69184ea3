"""The vault: personal data beside the log, in a database of its own, under one key per case.

What stands here is on disk before the event that cites it. Texts are found by the keyed digest that the event carries;
`written_by` names the request that wrote one, so that a request that came to nothing takes back only its own.
What is deleted here is overwritten (`secure_delete`); `scrub` does as much for the write-ahead log.
"""

import os
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from services.cases.casekey import CaseKey
from services.cases.masterkey import KEY_BYTES, VaultLocked, ensure_master_key, sync_folder

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS keys (
    name TEXT PRIMARY KEY, master_key TEXT NOT NULL, wrapped BLOB NOT NULL, made_at_us INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS texts (
    case_id TEXT NOT NULL, digest TEXT NOT NULL, written_by TEXT NOT NULL, sealed BLOB NOT NULL,
    PRIMARY KEY (case_id, digest, written_by)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS bound (only_row INTEGER PRIMARY KEY CHECK (only_row = 1), log_id TEXT NOT NULL);
"""
_WAIT_S: Final = 5.0
_SCRUBS: Final = 20
_SCRUB_PAUSE_S: Final = 0.1


class VaultUnavailable(Exception):
    """The vault cannot be read or written now: locked, full or gone. The caller may try again."""


class UnknownCase(VaultUnavailable):
    """The vault has no key for this case: it was never filed, its personal data was erased, or the vault is damaged."""


class Vault:
    """Case keys and texts in `vault.db`. Calls block; all are safe from several threads of one process."""

    def __init__(self, path: Path, key_file: Path, *, shared: bool = False) -> None:
        """Open the vault, making it at the first start.

        Where it is `shared` by several processes it keeps a rollback journal: a write-ahead log has one writer here.

        Raises:
            VaultLocked: its keys cannot be unwrapped with the key file, or that file is missing.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None, check_same_thread=False)
        try:
            journal = "DELETE" if shared else "WAL"
            for pragma in (f"journal_mode = {journal}", "synchronous = FULL", "secure_delete = ON"):
                self._connection.execute(f"PRAGMA {pragma}")
            self._connection.executescript(_SCHEMA)
            sync_folder(path.parent)
            self._master = ensure_master_key(key_file, may_make=self._empty)
            self._refuse_other_master()
        except BaseException:
            self._connection.close()
            raise

    def bind(self, log_id: str) -> None:
        """Tie the vault to the log that cites it, at the first start; later, see that it is still that one.

        Raises:
            VaultLocked: it belongs to another log, whose sweep would take every case here for one never filed.
        """
        with self._transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO bound VALUES (1, ?)", (log_id,))
            (bound,) = connection.execute("SELECT log_id FROM bound").fetchone()
        if bound != log_id:
            raise VaultLocked("the vault belongs to another log")

    def close(self) -> None:
        """Give the database back. Idempotent."""
        with self._lock:
            self._connection.close()

    def healthy(self) -> bool:
        """Return whether the vault can be read now."""
        try:
            self._rows("SELECT 1")
        except VaultUnavailable:
            return False
        return True

    def new_case(self, case_id: str) -> CaseKey:
        """Return a fresh key for a case. It is in memory only until `keep` is called with it."""
        return CaseKey(case_id, os.urandom(KEY_BYTES))

    def case(self, case_id: str) -> CaseKey:
        """Return the key of a case.

        Raises:
            UnknownCase: see there.
            VaultUnavailable, VaultLocked: see there.
        """
        rows = self._rows("SELECT wrapped FROM keys WHERE name = ?", _case(case_id))
        if not rows:
            raise UnknownCase("the vault holds no key of this case")
        return CaseKey(case_id, self._master.unwrap(_case(case_id), rows[0][0]))

    def service_key(self, use: str, at_us: int) -> bytes:
        """Return a key of the service itself for one use, made (at `at_us`, Unix microseconds) when first asked for."""
        name, fresh = f"service:{use}", os.urandom(KEY_BYTES)
        with self._transaction() as connection:
            self._insert_key(connection, name, fresh, at_us)
            (wrapped,) = connection.execute("SELECT wrapped FROM keys WHERE name = ?", (name,)).fetchone()
        return self._master.unwrap(name, wrapped)

    def keep(self, key: CaseKey, texts: Mapping[str, str], *, written_by: str, at_us: int | None = None) -> None:
        """Put these texts (by digest) of a case on disk, and its key where it is new, in one durable transaction.

        `at_us` says when a new key was made (Unix microseconds); without it the vault has the key already.

        Raises:
            UnknownCase: it does not have it any more.
        """
        name = _case(key.case_id)
        with self._transaction() as connection:
            if at_us is not None:
                self._insert_key(connection, name, key.secret, at_us)
            elif connection.execute("SELECT 1 FROM keys WHERE name = ?", (name,)).fetchone() is None:
                raise UnknownCase("the vault holds no key of this case")
            connection.executemany(
                "INSERT OR IGNORE INTO texts VALUES (?, ?, ?, ?)",
                [(key.case_id, digest, written_by, key.seal(digest, text)) for digest, text in texts.items()],
            )

    def take_back(self, case_id: str, *, written_by: str) -> None:
        """Remove what this request kept for a case, for nothing cites it; the same texts of other requests stay."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM texts WHERE case_id = ? AND written_by = ?", (case_id, written_by))

    def forget(self, case_id: str) -> None:
        """Remove the case's key and every text of it: nothing of it can be read again. Idempotent."""
        with self._transaction() as connection:
            connection.execute("DELETE FROM texts WHERE case_id = ?", (case_id,))
            connection.execute("DELETE FROM keys WHERE name = ?", (_case(case_id),))

    def scrub(self) -> None:
        """Empty the write-ahead log, which holds earlier states of what was deleted.

        Raises:
            VaultUnavailable: another process reads or writes the database, a copy being made, say.
        """
        for _ in range(_SCRUBS):
            if self._emptied():
                return
            time.sleep(_SCRUB_PAUSE_S)
        raise VaultUnavailable("another process holds the write-ahead log")

    def texts(self, case_id: str) -> dict[str, str]:
        """Return every text of a case by its digest; empty where the vault does not know the case.

        Raises:
            SealBroken: a text was changed.
        """
        try:
            key = self.case(case_id)
        except UnknownCase:
            return {}
        rows = self._rows("SELECT digest, sealed FROM texts WHERE case_id = ?", case_id)
        return {digest: key.open(digest, sealed) for digest, sealed in rows}

    def cases_made_before(self, instant_us: int) -> list[str]:
        """Return the ids of all cases whose key is older than this, ascending: for the sweep of those never filed."""
        rows = self._rows("SELECT name FROM keys WHERE name LIKE 'case:%' AND made_at_us < ?", instant_us)
        return sorted(name.removeprefix("case:") for (name,) in rows)

    def _insert_key(self, connection: sqlite3.Connection, name: str, secret: bytes, at_us: int) -> None:
        row = (name, self._master.id, self._master.wrap(name, secret), at_us)
        connection.execute("INSERT OR IGNORE INTO keys VALUES (?, ?, ?, ?)", row)

    def _emptied(self) -> bool:
        """Checkpoint and cut the write-ahead log, without waiting for anybody; return whether nobody was in the way."""
        with self._lock, _told():
            self._connection.execute("PRAGMA busy_timeout = 0")
            try:
                (busy, _, _) = self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            finally:
                self._connection.execute(f"PRAGMA busy_timeout = {int(_WAIT_S * 1000)}")
        return bool(busy == 0)

    def _empty(self) -> bool:
        return not self._rows("SELECT 1 FROM keys LIMIT 1")

    def _refuse_other_master(self) -> None:
        if self._rows("SELECT 1 FROM keys WHERE master_key <> ? LIMIT 1", self._master.id):
            raise VaultLocked("the vault's keys were wrapped with another master key than the one in the key file")

    def _rows(self, statement: str, *values: str | int) -> list[Any]:
        with self._lock, _told():
            return self._connection.execute(statement, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
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


def _case(case_id: str) -> str:
    return f"case:{case_id}"


@contextmanager
def _told() -> Iterator[None]:
    """Turn the database's errors into ours, whose messages hold nothing of what was written."""
    try:
        yield
    except sqlite3.Error as error:
        raise VaultUnavailable(type(error).__name__) from None
