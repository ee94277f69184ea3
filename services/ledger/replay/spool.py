"""The work folder of a replay: what both logs say of accounts, sorted by account, and how far the replay has come.

A replay that was interrupted goes on from here. Nothing in it is believed by anybody but the replay itself: it is on
disk so that memory does not grow with the logs, and is never synced. One process writes and reads it, so that a
write-ahead log would only write everything twice.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

import msgspec

from services.ledger.replay.beside import Told
from services.ledger.replay.differences import Difference
from services.ledger.replay.progress import Folded, Moment, Scanned
from shared.kit.log.model import LogInUse
from shared.kit.log.sqlite.lockfile import LockFile

_TABLES: Final = """
PRAGMA journal_mode = PERSIST;
PRAGMA synchronous = OFF;
PRAGMA temp_store = FILE;
PRAGMA cache_size = -16384;
CREATE TABLE IF NOT EXISTS asked (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS progress (name TEXT PRIMARY KEY, state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS facts (seller TEXT NOT NULL, position INTEGER NOT NULL, state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS told (seller TEXT NOT NULL, position INTEGER NOT NULL, window INTEGER, state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS digests (state BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS windows (window INTEGER PRIMARY KEY, through INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS lines (window INTEGER NOT NULL, seller TEXT NOT NULL, hash BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS differences (cases_position INTEGER, difference BLOB NOT NULL);
"""

_INSERT: Final = {
    "facts": "INSERT INTO facts VALUES (?, ?, ?)",
    "told": "INSERT INTO told VALUES (?, ?, ?, ?)",
    "digests": "INSERT INTO digests VALUES (?)",
    "windows": "INSERT INTO windows VALUES (?, ?)",
    "lines": "INSERT INTO lines VALUES (?, ?, ?)",
    "differences": "INSERT INTO differences VALUES (?, ?)",
}


_DONE: Final = "done"


class OtherReplay(Exception):
    """The work folder is of a replay that was asked for something else, in use, or no folder."""


Progress = TypeVar("Progress", Scanned, Folded)


class Account(NamedTuple):
    """What both logs say of one account, in order of position."""

    seller: str
    facts: list[bytes]
    told: list[Told]


class Spool:
    """One work folder, used by one process, for nobody else's eyes.

    Raises:
        OtherReplay: it is no folder, or another replay uses it.
    """

    def __init__(self, folder: Path) -> None:
        file = folder / "replay.db"
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = LockFile(folder / "replay.lock")
            file.touch(0o600)
        except (FileExistsError, NotADirectoryError):
            raise OtherReplay(f"{folder} would have to be a folder") from None
        except LogInUse:
            raise OtherReplay(f"another replay works in {folder}: it would have to end first") from None
        self._database = sqlite3.connect(file, isolation_level=None)
        self._database.executescript(_TABLES)

    def close(self) -> None:
        """Close it; what is in it stays."""
        self._database.close()
        self._lock.release()

    def done(self) -> None:
        """Say that the replay is done: the next one in this folder begins anew."""
        self._database.execute("INSERT OR REPLACE INTO asked VALUES (?, '')", (_DONE,))

    def _clear(self) -> None:
        self._database.execute("BEGIN")
        for table in ("asked", "progress", *_INSERT):
            self._database.execute(f"DELETE FROM {table}")  # noqa: S608  # ours
        self._database.execute("COMMIT")

    def demand(self, asked: dict[str, str]) -> None:
        """Keep what this replay was asked for, and nothing of one that is done.

        Raises:
            OtherReplay: the folder is of a replay that was asked for something else.
        """
        kept = dict(self._database.execute("SELECT name, value FROM asked"))
        if _DONE in kept:
            self._clear()
            kept = {}
        if kept and kept != asked:
            raise OtherReplay("the work folder would have to be of a replay that was asked for the same")
        self._database.executemany("INSERT OR REPLACE INTO asked VALUES (?, ?)", asked.items())

    def moment(self, now: Callable[[], Moment]) -> Moment:
        """Return the moment at which this replay began; the first time it is `now`."""
        found = self._database.execute("SELECT state FROM progress WHERE name = 'moment'").fetchone()
        if found is not None:
            return msgspec.msgpack.decode(found[0], type=Moment)
        moment = now()
        self._database.execute("INSERT INTO progress VALUES ('moment', ?)", (msgspec.msgpack.encode(moment),))
        return moment

    def progress(self, name: str, kind: type[Progress]) -> Progress | None:
        """Return how far a part of the replay has come, None before it began."""
        found = self._database.execute("SELECT state FROM progress WHERE name = ?", (name,)).fetchone()
        return None if found is None else msgspec.msgpack.decode(found[0], type=kind)

    def keep(self, name: str, progress: Scanned | Folded, **rows: Iterable[Sequence[Any]]) -> None:
        """Keep rows by table, and how far a part has come with them, in one transaction."""
        self._database.execute("BEGIN")
        for table, values in rows.items():
            self._database.executemany(_INSERT[table], values)
        encoded = msgspec.msgpack.encode(progress)
        self._database.execute("INSERT OR REPLACE INTO progress VALUES (?, ?)", (name, encoded))
        self._database.execute("COMMIT")

    def digests(self) -> Iterator[bytes]:
        """Yield the digests that the ledger recorded, in order."""
        return (state for (state,) in self._database.execute("SELECT state FROM digests ORDER BY rowid"))

    def accounts(self, after: str) -> Iterator[Account]:
        """Yield what is kept of accounts behind `after`, in order of seller."""
        rows = self._database.execute(
            "SELECT seller, 0 AS log, position, NULL AS window, state FROM facts WHERE seller > ?1 "
            "UNION ALL SELECT seller, 1, position, window, state FROM told WHERE seller > ?1 "
            "ORDER BY seller, log, position",
            (after,),
        )
        for seller, group in groupby(rows, lambda row: str(row[0])):
            account = Account(seller, [], [])
            for _, log, _, window, state in group:
                if log:
                    account.told.append(Told(state, window))
                else:
                    account.facts.append(state)
            yield account

    def lines(self) -> Iterator[tuple[int, list[bytes]]]:
        """Yield, of each whole window, the position of its last entry and the hashes of its lines by seller."""
        whole = "SELECT through, hash FROM lines JOIN windows USING (window) ORDER BY window, seller"
        for through, group in groupby(self._database.execute(whole), lambda row: int(row[0])):
            yield through, [line for _, line in group]

    def differ(self, difference: Difference) -> tuple[int, bytes]:
        """Return a difference as a row of its table."""
        return difference.cases_position, msgspec.msgpack.encode(difference)

    def found(self, difference: Difference) -> None:
        """Keep a difference, once."""
        row = self.differ(difference)
        where = "WHERE NOT EXISTS (SELECT 1 FROM differences WHERE difference = ?2)"
        self._database.execute(f"INSERT INTO differences SELECT ?1, ?2 {where}", row)  # ours

    def differences(self, most: int) -> tuple[int, list[Difference]]:
        """Return how many differences there are, and the first by cases position (those of none last)."""
        (count,) = self._database.execute("SELECT COUNT(*) FROM differences").fetchone()
        order = "ORDER BY cases_position = 0, cases_position LIMIT ?"
        rows = self._database.execute(f"SELECT difference FROM differences {order}", (most,))  # noqa: S608  # ours
        return count, [msgspec.msgpack.decode(row, type=Difference) for (row,) in rows]
