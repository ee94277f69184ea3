"""The peer: the same decisions and accounts the way `eventsourcing` is used out of the box.

Aggregates, an `Application` for the decisions and a `ProcessApplication` that follows it, in SQLite files or schemas of
PostgreSQL. The library opens files in WAL mode and leaves `synchronous` at SQLite's default; `durability` reads back.
"""

import sqlite3
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from eventsourcing.application import AggregateNotFoundError, Application, ProcessingEvent
from eventsourcing.dispatch import singledispatchmethod
from eventsourcing.domain import Aggregate, event
from eventsourcing.postgres import PostgresFactory
from eventsourcing.sqlite import SQLiteFactory
from eventsourcing.system import ProcessApplication
from psycopg.conninfo import conninfo_to_dict

from benchmarks import postgres

FULL = "2"
SAID = ("ordinary", 12, "TB-2012")  # of every decision: grade, points, rulebook


def on_sqlite(path: Path) -> dict[str, str]:
    """Return the settings that put an application into the file `path`."""
    return {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}


def on_postgres(schema: str) -> dict[str, str]:
    """Return the settings that put an application into a schema of the server that all share."""
    given = conninfo_to_dict(postgres.owner())
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": str(given["dbname"]),
        "POSTGRES_HOST": str(given["host"]),
        "POSTGRES_PORT": str(given["port"]),
        "POSTGRES_USER": str(given["user"]),
        "POSTGRES_PASSWORD": str(given.get("password", "")),
        "POSTGRES_SCHEMA": schema,
        "POSTGRES_POOL_SIZE": "8",
        "POSTGRES_MAX_WAITING": "64",
        "POSTGRES_LOCK_TIMEOUT": "600",
    }


class Decision(Aggregate):
    """An upheld complaint."""

    class Upheld(Aggregate.Created):
        """The decision, with its points."""

        seller: str
        case: str
        grade: str
        points: int
        rulebook: str

    @event(Upheld)
    def __init__(self, seller: str, case: str, grade: str, points: int, rulebook: str) -> None:
        self.seller, self.case, self.grade, self.points, self.rulebook = seller, case, grade, points, rulebook


class Account(Aggregate):
    """A seller account: its points, and the decision that moved them last."""

    def __init__(self, seller: str) -> None:
        self.seller, self.points, self.entries, self.decision = seller, 0, 0, ""

    @staticmethod
    def create_id(seller: str) -> UUID:
        """Return the id under which the account of a seller is found."""
        return uuid5(NAMESPACE_URL, f"/accounts/{seller}")

    @event("ViolationRecorded")
    def record(self, decision: str, grade: str, points: int) -> None:
        """Count one decision."""
        self.points += points
        self.entries += 1
        self.decision = f"{decision}/{grade}"


class StockCases(Application[UUID]):
    """Decides."""

    name = "cases"

    def uphold(self, seller: str, case: str) -> None:
        """Record one ordinary violation, durably."""
        self.save(Decision(seller, case, *SAID))

    def uphold_all(self, decided: Iterable[tuple[str, str]]) -> None:
        """Record one ordinary violation for each seller and case, in one transaction: to prepare, not to measure."""
        self.save(*(Decision(seller, case, *SAID) for seller, case in decided))


class StockLedger(ProcessApplication[UUID]):
    """Follows the decisions, one event and one transaction at a time."""

    name = "ledger"

    @singledispatchmethod
    def policy(self, domain_event: Any, processing_event: ProcessingEvent[UUID]) -> None:
        """Pass over what is no decision."""

    @policy.register
    def _(self, domain_event: Decision.Upheld, processing_event: ProcessingEvent[UUID]) -> None:
        try:
            account: Account = self.repository.get(Account.create_id(domain_event.seller))
        except AggregateNotFoundError:
            account = Account(domain_event.seller)
        account.record(str(domain_event.originator_id), domain_event.grade, domain_event.points)
        processing_event.collect_events(account)

    def points(self, seller: str) -> int:
        """Return the points of a seller; 0 without an account."""
        try:
            return cast("Account", self.repository.get(Account.create_id(seller))).points
        except AggregateNotFoundError:
            return 0


def durability(application: Application[UUID]) -> tuple[str, ...]:
    """Return the settings of the connection with which the application writes that say how durable it is."""
    factory = application.factory
    if isinstance(factory, SQLiteFactory):
        with factory.datastore.transaction(commit=False) as cursor:
            read = cast("sqlite3.Cursor", cursor)  # the library's own, whose `execute` returns nothing
            told = []
            for name in ("journal_mode", "synchronous"):
                read.execute(f"PRAGMA {name}")
                told.append(str(read.fetchone()[0]))
            return tuple(told)
    with cast("PostgresFactory", factory).datastore.get_connection() as connection:
        said = connection.execute("SELECT current_setting('synchronous_commit') AS told").fetchone()
    return (str((said or {})["told"]),)


def demand_full(application: Application[UUID]) -> None:
    """Make sure that the peer is as durable as we are.

    Raises:
        RuntimeError: it writes otherwise than with WAL and synchronous FULL, or than with PostgreSQL's synchronous
            commit, so the comparison would not be fair.
    """
    if durability(application) not in (("wal", FULL), ("on",)):
        raise RuntimeError(f"stock eventsourcing writes with {durability(application)}, not as durably as we do")


def follow(cases: StockCases, ledger: StockLedger) -> None:
    """Fold everything that the ledger has not seen."""
    if cases.name not in ledger.readers:
        ledger.follow(cases.name, cases.notification_log)
    ledger.pull_and_process(cases.name)


def position(ledger: StockLedger) -> int:
    """Return how far the ledger has come in the decisions."""
    return ledger.recorder.max_tracking_id(StockCases.name) or 0
