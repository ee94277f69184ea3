"""Logs for tests: stores to open, a clock that stands until it is moved, drafts, and the tree computed plainly."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Final

from shared.kit import cloudevent
from shared.kit.cloudevent import Draft, canonical
from shared.kit.ids import uuid7
from shared.kit.log.grouping import GroupCommit
from shared.kit.log.instant import Clock
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import MAX_READ, EncodeFor, EventLog, Stored
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.rows import Table
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.postgres import Place, place

NOON: Final = datetime(2026, 3, 2, 12, tzinfo=UTC)
STORES: Final = ("memory", "sqlite", "postgres", "grouped")  # grouped: over sqlite
NOTED: Final = "demerit.test.noted.v1"

ITEMS: Final = Table(
    "items",
    {"shelf": "text", "number": "integer", "label": "text", "weight": "integer", "content": "blob"},
    ("shelf", "number"),
    (("weight",), ("label", "weight")),
)
TALLIES: Final = Table("tallies", {"name": "text", "count": "integer"}, ("name",))
TABLES: Final = (ITEMS, TALLIES)
GROWN_TALLIES: Final = Table("tallies", {**TALLIES.columns, "more": "blob"}, ("name",), later=("more",))


@dataclass
class StandingClock:
    """Says `now` until somebody moves it, in either direction."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def advance(self, seconds: float) -> datetime:
        """Move the clock, backwards if negative; return the new time."""
        self.now += timedelta(seconds=seconds)
        return self.now


@dataclass
class LogStore:
    """A place for one log. `open` opens what stands there; in memory that is a new log every time."""

    name: str
    make: Callable[[Clock, Iterable[Table], EncodeFor], EventLog]
    clean: Callable[[], None] = lambda: None
    opened: list[EventLog] = field(default_factory=list)

    @property
    def keeps(self) -> bool:
        """Whether what was appended is there when the log is opened again."""
        return self.name != "memory"

    def open(
        self, clock: Clock, tables: Iterable[Table] = TABLES, encode_for: EncodeFor = cloudevent.encoder
    ) -> EventLog:
        """Open the log."""
        log = self.make(clock, tables, encode_for)
        self.opened.append(log)
        return log

    def close(self) -> None:
        """Close every log that was opened here, and remove what is not in a folder."""
        for log in self.opened:
            log.close()
        self.clean()


def store_at(name: str, folder: Path) -> LogStore:
    """Return a store of this kind: one of `STORES`."""
    if name == "postgres":
        return postgres_store(place())

    def sqlite(clock: Clock, tables: Iterable[Table], encode_for: EncodeFor) -> EventLog:
        return open_sqlite_log(folder / "log.db", clock, tables, encode_for)

    def grouped(clock: Clock, tables: Iterable[Table], encode_for: EncodeFor) -> EventLog:
        return GroupCommit(open_sqlite_log(folder / "grouped.db", clock, tables, encode_for))

    return LogStore(name, {"memory": open_memory_log, "sqlite": sqlite, "grouped": grouped}[name])


def kept_at(kind: str, where: str, clock: Clock, tables: Iterable[Table]) -> EventLog:
    """Open the log of a kind that outlives its process: a file's path, or a migrated schema and a connection string."""
    if kind == "postgres":
        schema, _, dsn = where.partition(" ")
        return open_postgres_log(dsn, schema, clock, tables)
    log = open_sqlite_log(where, clock, tables)
    return GroupCommit(log) if kind == "grouped" else log


def postgres_store(at: Place) -> LogStore:
    """Return a store in this schema, which is migrated each time that its log is opened."""

    def postgres(clock: Clock, tables: Iterable[Table], encode_for: EncodeFor) -> EventLog:
        known = tuple(tables)
        at.migrate(known)
        return open_postgres_log(at.dsn, at.schema, clock, known, encode_for)

    return LogStore("postgres", postgres, at.drop)


def draft(stream: str = "account-s1", version: int = 1, *, kind: str = NOTED, subject: str = "s1") -> Draft:
    """Return an event that is to be appended."""
    data = canonical({"stream": stream, "version": version})
    return Draft(id=uuid7(), type=kind, stream=stream, stream_version=version, subject=subject, data=data)


def everything(log: EventLog) -> list[Stored]:
    """Return every event of a log, read by pages."""
    events: list[Stored] = []
    while page := log.read(len(events), MAX_READ).events:
        events += page
    return events


def plain_root(leaves: Sequence[bytes]) -> bytes:
    """Return the root of the tree over these leaves' bytes, by the recursive definition of RFC 6962."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    split = 1 << (len(leaves) - 1).bit_length() - 1
    return sha256(b"\x01" + plain_root(leaves[:split]) + plain_root(leaves[split:])).digest()
