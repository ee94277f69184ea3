"""The SQLite file itself: durable settings, append-only tables, one owner, and what is refused when it is opened."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from shared.kit.log.model import Append, EventLog, Idempotency, LogInUse, LogUnavailable
from shared.kit.log.rows import Put, Table
from shared.kit.log.sequenced import SequencedLog
from shared.kit.log.sqlite import open_sqlite_log
from shared.kit.log.sqlite.datastore import READERS, LogDatastore
from shared.kit.log.sqlite.schema import GUARDS, KEPT_FOR_EVER, guard_name
from shared.kit.log.sqlite.store import SqliteStore
from tests.support.logs import GROWN_TALLIES, TABLES, TALLIES, LogStore, StandingClock, draft, everything, store_at

OPEN_AND_STAY = """
import sys, time
from datetime import UTC, datetime
from shared.kit.log.sqlite import open_sqlite_log
log = open_sqlite_log(sys.argv[1], lambda: datetime.now(UTC))
print("open", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def store(tmp_path: Path) -> LogStore:
    """Only the SQLite store."""
    return store_at("sqlite", tmp_path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log is."""
    return tmp_path / "log.db"


def datastore_of(log: EventLog) -> LogDatastore:
    assert isinstance(log, SequencedLog)
    assert isinstance(log._store, SqliteStore)
    return log._store._datastore


def test_the_connection_that_writes_is_durable(log: EventLog) -> None:
    with datastore_of(log).writing() as turn:
        settings = {
            name: turn.connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "synchronous", "wal_autocheckpoint")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "wal_autocheckpoint": 1000}


def test_the_connections_that_read_cannot_write(log: EventLog) -> None:
    for _ in range(READERS * 2):
        with datastore_of(log).reading() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
            connection.execute("DELETE FROM tallies")


def test_every_reader_busy_is_an_answer(path: Path) -> None:
    datastore = LogDatastore(path, lock_timeout_s=0)
    places = [datastore.reading() for _ in range(READERS)]
    for place in places:
        place.__enter__()
    with pytest.raises(LogUnavailable, match="every reader of the log is busy"), datastore.reading():
        pass
    for place in places:
        place.__exit__(None, None, None)
    with datastore.reading() as connection:
        assert connection.execute("SELECT 1").fetchone()[0] == 1
    datastore.close()


@pytest.mark.parametrize("table", ["stored_events", "kept_responses", "log_identity"])
@pytest.mark.parametrize(
    "change", ["DELETE FROM {}", "UPDATE {} SET {} = {}", "INSERT OR REPLACE INTO {} SELECT * FROM {}"]
)
def test_what_was_appended_cannot_be_changed(log: EventLog, path: Path, table: str, change: str) -> None:
    log.append(Append([draft()], idempotency=Idempotency("k", b"d", lambda _: b"r")))
    column = {"stored_events": "state", "kept_responses": "digest", "log_identity": "log_id"}[table]
    statement = change.format(table, *([table] if "INSERT" in change else [column, column]))
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA recursive_triggers = ON")
        with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
            other.execute(statement)


REPLACED = {
    "stored_events": [
        "SELECT rowid, originator_id, originator_version, topic, recorded_us, subject, nodes, x'00' FROM stored_events",
        "SELECT 1, 'other', 1, topic, recorded_us, subject, nodes, x'00' FROM stored_events",
        "SELECT 9, originator_id, originator_version, topic, recorded_us, subject, nodes, x'00' FROM stored_events",
        "SELECT '1', 'other', 1, topic, recorded_us, subject, nodes, x'00' FROM stored_events",
    ],
    "kept_responses": ["SELECT scope, digest, x'00' FROM kept_responses"],
    "log_identity": ["SELECT 1, 'other'", "SELECT NULL, 'other'"],
}


@pytest.mark.parametrize(("table", "rows"), [(table, rows) for table, many in REPLACED.items() for rows in many])
def test_nothing_is_replaced_on_a_connection_as_anybody_opens_it(
    log: EventLog, path: Path, table: str, rows: str
) -> None:
    """SQLite deletes what REPLACE replaces past the triggers against deleting, unless it is told otherwise."""
    log.append(Append([draft()], idempotency=Idempotency("k", b"d", lambda _: b"r")))
    with closing(sqlite3.connect(path)) as other:
        held = other.execute(f"SELECT * FROM {table}").fetchall()
        with pytest.raises(sqlite3.IntegrityError, match=f"{table} is append-only"):
            other.execute(f"REPLACE INTO {table} {rows}")
        assert other.execute(f"SELECT * FROM {table}").fetchall() == held


def test_a_kept_response_is_not_replaced_by_its_hidden_number(log: EventLog, path: Path) -> None:
    log.append(Append([draft()], idempotency=Idempotency("k", b"d", lambda _: b"r")))
    with (
        closing(sqlite3.connect(path)) as other,
        pytest.raises(sqlite3.IntegrityError, match="kept_responses is append-only"),
    ):
        other.execute("REPLACE INTO kept_responses (rowid, scope, digest, response) VALUES (1, 'other', x'00', x'00')")


@pytest.mark.parametrize("weak", [None, "CREATE TRIGGER {} BEFORE INSERT ON {} WHEN 0 BEGIN SELECT 1; END"])
def test_a_file_gets_the_triggers_that_it_lacks_or_that_read_otherwise(
    store: LogStore, path: Path, clock: StandingClock, weak: str | None
) -> None:
    """So does one that a program from before them wrote."""
    log = store.open(clock)
    log.append(Append([draft()], idempotency=Idempotency("k", b"d", lambda _: b"r")))
    log.close()
    with closing(sqlite3.connect(path)) as other:
        for table in KEPT_FOR_EVER:
            name = guard_name(table, "INSERT")
            other.execute(f"DROP TRIGGER {name}")
            if weak:
                other.execute(weak.format(name, table))
    log = store.open(clock)
    log.append(Append([draft("case-2")], idempotency=Idempotency("k2", b"d", lambda _: b"r")))
    log.close()
    with closing(sqlite3.connect(path)) as other:
        assert dict(other.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")) == GUARDS


def test_vacuum_keeps_the_positions(store: LogStore, log: EventLog, path: Path, clock: StandingClock) -> None:
    log.append(Append([draft(f"case-{n}") for n in range(5)]))
    before = everything(log)
    log.close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("VACUUM")
    again = store.open(clock)
    assert everything(again) == before
    again.close()


def test_a_log_has_one_owner_in_a_process(store: LogStore, log: EventLog, clock: StandingClock) -> None:
    log.append(Append([draft()]))
    with pytest.raises(LogInUse, match=f"locked by process {os.getpid()}"):
        store.open(clock)
    log.close()
    again = store.open(clock)
    assert again.head().position == 1
    again.close()


def test_a_log_has_one_owner_on_the_machine_until_that_dies(store: LogStore, path: Path, clock: StandingClock) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OPEN_AND_STAY, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    with owner:
        assert owner.stdout is not None
        assert owner.stdout.readline() == "open\n"
        with pytest.raises(LogInUse, match=f"locked by process {owner.pid}"):
            store.open(clock)
        owner.kill()
    log = store.open(clock)
    assert log.head().position == 0
    log.close()


def test_closing_gives_the_whole_file_back(log: EventLog, path: Path) -> None:
    log.append(Append([draft()]))
    log.read(0, 1)
    log.close()
    assert sorted(file.name for file in path.parent.iterdir()) == ["log.db", "log.db.lock"]


def test_a_file_that_is_no_database_is_refused(store: LogStore, path: Path, clock: StandingClock) -> None:
    path.write_bytes(b"something else " * 1000)
    with pytest.raises(LogUnavailable, match="not a database"):
        store.open(clock)
    with pytest.raises(LogUnavailable, match="not a database"):  # and not: in use
        store.open(clock)


def test_a_folder_that_is_not_there_is_refused(tmp_path: Path, clock: StandingClock) -> None:
    with pytest.raises(LogUnavailable, match="lock file"):
        open_sqlite_log(tmp_path / "nowhere" / "log.db", clock)


def test_tables_of_another_version_are_refused(store: LogStore, path: Path, clock: StandingClock) -> None:
    store.open(clock).close()
    with closing(sqlite3.connect(path)) as other:
        other.execute("PRAGMA user_version = 99")
    with pytest.raises(LogUnavailable, match="version 99 of the log's tables, this program knows 2"):
        store.open(clock)


@pytest.mark.parametrize(
    "changed",
    [
        Table("tallies", {"name": "text", "count": "integer", "more": "text"}, ("name",)),
        Table("tallies", {"name": "text", "count": "text"}, ("name",)),
        Table("tallies", {"name": "text", "count": "integer"}, ("name", "count")),
    ],
    ids=["column", "type", "key"],
)
def test_a_read_model_of_another_program_is_refused_by_name(
    store: LogStore, clock: StandingClock, changed: Table
) -> None:
    log = store.open(clock, TABLES)
    log.append(Append((), lambda _: [Put(TALLIES, {"name": "a", "count": 1})]))
    log.close()
    with pytest.raises(ValueError, match="table tallies in the store has other columns"):
        store.open(clock, [changed])
    again = store.open(clock, TABLES)
    assert again.get(TALLIES, "a") == {"name": "a", "count": 1}
    again.close()


def test_a_column_that_came_later_is_given_to_a_table_without_it(store: LogStore, clock: StandingClock) -> None:
    """Null in the rows that are there; once and for all."""
    log = store.open(clock, TABLES)
    log.append(Append((), lambda _: [Put(TALLIES, {"name": "a", "count": 1})]))
    log.close()
    for _ in range(2):
        log = store.open(clock, [GROWN_TALLIES])
        assert log.get(GROWN_TALLIES, "a") == {"name": "a", "count": 1, "more": None}
        log.append(Append((), lambda _: [Put(GROWN_TALLIES, {"name": "b", "count": 2, "more": b"x"})]))
        assert log.get(GROWN_TALLIES, "b") == {"name": "b", "count": 2, "more": b"x"}
        log.close()


def test_a_page_and_its_head_are_of_one_moment(log: EventLog) -> None:
    """Append before every statement of a read: an event between page and head would be passed over for ever."""
    appended: list[int] = []

    def append(_: str) -> None:
        appended.append(len(appended) + 1)
        log.append(Append([draft(version=len(appended))]))

    for _ in range(READERS):
        with datastore_of(log).reading() as connection:
            connection.set_trace_callback(append)
    page = log.read(0, 100)
    assert len(page.events) < len(appended)
    assert [event.position for event in page.events] == list(range(1, page.scanned_through + 1))
    assert page.head == page.scanned_through
    for _ in range(READERS):
        with datastore_of(log).reading() as connection:
            connection.set_trace_callback(None)
    assert [event.position for event in everything(log)] == appended
