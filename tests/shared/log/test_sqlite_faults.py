"""SQLite under a full disk, a failing one, and other programs: nothing half-written, and no success that is none."""

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from shared.kit.log.model import Append, Appended, EventLog, LogBroken, LogUnavailable
from shared.kit.log.rows import Put
from shared.kit.log.sequenced import SequencedLog
from shared.kit.log.sqlite.datastore import LogDatastore
from shared.kit.log.sqlite.store import SqliteStore
from tests.support.logs import NOON, TALLIES, LogStore, StandingClock, draft, everything, store_at


@pytest.fixture
def store(tmp_path: Path) -> Iterator[LogStore]:
    """Only the SQLite store."""
    place = store_at("sqlite", tmp_path)
    yield place
    place.close()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the log is."""
    return tmp_path / "log.db"


def datastore_of(log: EventLog) -> LogDatastore:
    assert isinstance(log, SequencedLog)
    assert isinstance(log._store, SqliteStore)
    return log._store._datastore


def bulky(count: int) -> Append:
    """Return an append of about a page of 4 KiB per row."""
    return Append([draft("bulky")], lambda _: [Put(TALLIES, {"name": f"{n} " + "x" * 4000}) for n in range(count)])


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Let the system refuse every write behind this many bytes of a file, as a failing disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_full_disk_takes_nothing_and_says_so(log: EventLog) -> None:
    log.append(Append([draft("case-1", 1)]))
    before = log.head()
    with datastore_of(log).writing() as turn:
        (pages,) = turn.connection.execute("PRAGMA page_count").fetchone()
        turn.connection.execute(f"PRAGMA max_page_count = {pages + 5}")
    with pytest.raises(LogUnavailable, match="full"):
        log.append(bulky(50))
    assert log.head() == before
    assert log.select(TALLIES, limit=9) == []
    assert log.stream("bulky") == []


def test_a_log_goes_on_when_the_disk_has_room_again(log: EventLog) -> None:
    with datastore_of(log).writing() as turn:
        turn.connection.execute("PRAGMA max_page_count = 30")
    with pytest.raises(LogUnavailable, match="full"):
        log.append(bulky(50))
    with datastore_of(log).writing() as turn:
        turn.connection.execute("PRAGMA max_page_count = 100000")
    outcome = log.append(bulky(50))
    assert isinstance(outcome, Appended)
    assert outcome.stamps[0].position == 1


def test_after_a_commit_that_failed_nothing_is_written_until_the_log_is_opened_again(
    store: LogStore, log: EventLog, path: Path, clock: StandingClock
) -> None:
    log.append(Append([draft("case-1", 1)]))
    acknowledged = everything(log)
    write_ahead = path.with_name("log.db-wal").stat().st_size
    with files_of_at_most(write_ahead + 100), pytest.raises(LogBroken, match="the commit failed"):
        log.append(Append([draft("case-1", 2)]))
    with pytest.raises(LogBroken, match="open the log again"):
        log.append(Append([draft("case-1", 2)]))
    clock.advance(60)
    page = log.read(0, 10)
    assert list(page.events) == acknowledged
    assert page.recorded_through == NOON
    log.close()
    again = store.open(clock)
    assert everything(again) == acknowledged
    assert isinstance(again.append(Append([draft("case-1", 2)])), Appended)


def test_a_read_needs_no_promise_where_the_disk_takes_none(log: EventLog, path: Path, clock: StandingClock) -> None:
    log.append(Append([draft("case-1", 1)]))
    clock.advance(60)
    write_ahead = path.with_name("log.db-wal").stat().st_size
    with files_of_at_most(write_ahead + 100):
        page = log.read(0, 10)
    assert (len(page.events), page.recorded_through) == (1, NOON)


def test_a_file_locked_by_another_program_is_an_answer(path: Path) -> None:
    datastore = LogDatastore(path, lock_timeout_s=0)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogUnavailable, match="locked"), datastore.writing():
            pass
        other.execute("ROLLBACK")
    with datastore.writing() as turn:
        assert turn.connection.in_transaction
    datastore.close()


def test_another_append_under_way_is_an_answer(path: Path) -> None:
    datastore = LogDatastore(path, lock_timeout_s=0)
    with datastore.writing(), pytest.raises(LogUnavailable, match="another append"), datastore.writing():
        pass
    datastore.close()


@pytest.mark.parametrize(
    "meddling",
    [
        "UPDATE log_head SET position = position + 1",
        "UPDATE log_head SET position = 0",
        "INSERT INTO stored_events VALUES (2, 'other', 1, 't', 1, 's', x'00', x'00')",
    ],
)
def test_a_log_in_which_somebody_else_writes_is_not_written_on(log: EventLog, path: Path, meddling: str) -> None:
    log.append(Append([draft("case-1", 1)]))
    with closing(sqlite3.connect(path)) as other:
        other.execute(meddling)
        other.commit()
    with pytest.raises(LogUnavailable, match=r"another program has written|not as this log left them"):
        log.append(Append([draft("case-1", 2)]))
    with pytest.raises(LogUnavailable, match="the log's head"):
        log.append(Append([draft("case-1", 2)]))
    assert len(log.stream("case-1")) == 1


def test_a_promise_that_somebody_else_made_is_kept(log: EventLog, path: Path) -> None:
    log.append(Append([draft("case-1", 1)]))
    with closing(sqlite3.connect(path)) as other:
        other.execute("UPDATE log_head SET promised_us = promised_us + 4000000000000000")
        other.commit()
    with pytest.raises(LogUnavailable, match="another program has written"):
        log.append(Append([draft("case-1", 2)]))
    log.append(Append([draft("case-1", 2)]))
    assert everything(log)[1].recorded_at.year == 2096
