"""The vault: personal data beside the log, in a database of its own, under one key per case.

What stands here is on disk before the event that cites it. Texts are found by the keyed digest that the event carries;
`written_by` names the request that wrote one, so that a request that came to nothing takes back only its own.
"""

import os
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from services.cases.casekey import CaseKey
from services.cases.masterkey import KEY_BYTES, VaultLocked, ensure_master_key
from services.cases.vaultfile import VaultFile, VaultUnavailable, overwrite
from shared.kit.placing import sync

__all__ = ["UnknownCase", "Vault", "VaultUnavailable"]

_KEY: Final = "SELECT id, wrapped FROM keys WHERE name = ? AND wrapped <> zeroblob(length(wrapped))"


class UnknownCase(VaultUnavailable):
    """The vault has no key for this case: it was never filed, its personal data was erased, or the vault is damaged."""


class Vault:
    """Case keys and texts in `vault.db`. Calls block; all are safe from several threads of one process."""

    def __init__(self, path: Path, key_file: Path, *, shared: bool = False) -> None:
        """Open the vault, making it at the first start.

        Where it is `shared` by several processes it keeps a rollback journal: a write-ahead log has one writer here.

        Raises:
            VaultLocked: its keys cannot be unwrapped with the key file, or that file is missing.
            VaultUnavailable: see `VaultFile`.
        """
        self._file = VaultFile(path, shared=shared)
        try:
            sync(path.parent)
            self._master = ensure_master_key(key_file, may_make=self._empty)
            self._refuse_other_master()
        except BaseException:
            self._file.close()
            raise

    def bind(self, log_id: str) -> None:
        """Tie the vault to the log that cites it, at the first start; later, see that it is still that one.

        Raises:
            VaultLocked: it belongs to another log, whose sweep would take every case here for one never filed.
        """
        with self._file.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO bound VALUES (1, ?)", (log_id,))
            (bound,) = connection.execute("SELECT log_id FROM bound").fetchone()
        if bound != log_id:
            raise VaultLocked("the vault belongs to another log")

    def close(self) -> None:
        """Give the database back. Idempotent."""
        self._file.close()

    def healthy(self) -> bool:
        """Return whether the vault can be read now."""
        try:
            self._file.rows("SELECT 1")
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
        rows = self._file.rows(_KEY, _case(case_id))
        if not rows:
            raise UnknownCase("the vault holds no key of this case")
        return CaseKey(case_id, self._master.unwrap(_case(case_id), rows[0][1]))

    def service_key(self, use: str, at_us: int) -> bytes:
        """Return a key of the service itself for one use, made (at `at_us`, Unix microseconds) when first asked for."""
        name, fresh = f"service:{use}", os.urandom(KEY_BYTES)
        with self._file.transaction() as connection:
            self._insert_key(connection, name, fresh, at_us)
            (_, wrapped) = connection.execute(_KEY, (name,)).fetchone()
        return self._master.unwrap(name, wrapped)

    def keep(self, key: CaseKey, texts: Mapping[str, str], *, written_by: str, at_us: int | None = None) -> None:
        """Put these texts (by digest) of a case on disk, and its key where it is new, in one durable transaction.

        `at_us` says when a new key was made (Unix microseconds); without it the vault has the key already.

        Raises:
            UnknownCase: the vault does not have it, or not any more.
        """
        name = _case(key.case_id)
        with self._file.transaction() as connection:
            if at_us is not None:
                self._insert_key(connection, name, key.secret, at_us)
            if connection.execute(_KEY, (name,)).fetchone() is None:
                raise UnknownCase("the vault holds no key of this case")
            connection.executemany(
                "INSERT OR IGNORE INTO texts (case_id, digest, written_by, sealed) VALUES (?, ?, ?, ?)",
                [(key.case_id, digest, written_by, key.seal(digest, text)) for digest, text in texts.items()],
            )

    def take_back(self, case_id: str, *, written_by: str) -> None:
        """Remove what this request kept for a case, for nothing cites it; the same texts of other requests stay."""
        with self._file.transaction() as connection:
            found = connection.execute(
                "SELECT id FROM texts WHERE case_id = ? AND written_by = ?", (case_id, written_by)
            )
            overwrite(connection, "texts", "sealed", found.fetchall())

    def forget(self, case_id: str) -> None:
        """Remove the case's key, for ever, and every text of it: nothing of it can be read again. Idempotent.

        What was there before stands in the write-ahead log until `scrub`.
        """
        with self._file.transaction() as connection:
            texts = connection.execute("SELECT id FROM texts WHERE case_id = ?", (case_id,)).fetchall()
            overwrite(connection, "texts", "sealed", texts)
            keys = connection.execute("SELECT id FROM keys WHERE name = ?", (_case(case_id),)).fetchall()
            overwrite(connection, "keys", "wrapped", keys)

    def scrub(self) -> None:
        """Return when nothing that was removed stands anywhere in the vault's files.

        Raises:
            VaultUnavailable: another process reads or writes the database, a copy being made, say.
        """
        self._file.scrub()

    def texts(self, case_id: str) -> dict[str, str]:
        """Return every text of a case by its digest; empty where the vault does not know the case.

        Raises:
            SealBroken: a text was changed.
        """
        try:
            key = self.case(case_id)
        except UnknownCase:
            return {}
        living = "SELECT digest, sealed FROM texts WHERE case_id = ? AND sealed <> zeroblob(length(sealed))"
        return {digest: key.open(digest, sealed) for digest, sealed in self._file.rows(living, case_id)}

    def cases_made_before(self, instant_us: int) -> list[str]:
        """Return the ids of all cases whose key is older than this, ascending: for the sweep of those never filed."""
        older = "SELECT name FROM keys WHERE name LIKE 'case:%' AND made_at_us < ?"
        rows = self._file.rows(f"{older} AND wrapped <> zeroblob(length(wrapped))", instant_us)
        return sorted(name.removeprefix("case:") for (name,) in rows)

    def _insert_key(self, connection: sqlite3.Connection, name: str, secret: bytes, at_us: int) -> None:
        row = (name, self._master.id, self._master.wrap(name, secret), at_us)
        connection.execute(
            "INSERT OR IGNORE INTO keys (name, master_key, wrapped, made_at_us) VALUES (?, ?, ?, ?)", row
        )

    def _empty(self) -> bool:
        return not self._file.rows("SELECT 1 FROM keys LIMIT 1")

    def _refuse_other_master(self) -> None:
        if self._file.rows("SELECT 1 FROM keys WHERE master_key <> ? LIMIT 1", self._master.id):
            raise VaultLocked("the vault's keys were wrapped with another master key than the one in the key file")


def _case(case_id: str) -> str:
    return f"case:{case_id}"
