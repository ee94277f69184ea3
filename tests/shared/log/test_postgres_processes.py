"""Several processes on one log in PostgreSQL: delivered is what was committed, in order, and nothing is skipped.

A process is a log of its own here, opened on the same schema: nothing is shared but the database.
"""

from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event

import pytest

from shared.kit.log import merkle
from shared.kit.log.instant import utc_now
from shared.kit.log.model import Append, Appended, EventLog, RowConflict, Stamp, Stored, StreamConflict, Tracking
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.rows import Put, RowChange, Unless, Where
from tests.support.eventually import eventually
from tests.support.logs import TABLES, TALLIES, draft, everything, plain_root
from tests.support.postgres import Place, place

WRITERS = 8
ROUNDS = 15


class Abandoned(Exception):
    """A writer of a test gives up inside its append."""


@pytest.fixture
def at() -> Iterator[Place]:
    """A schema with an empty log."""
    made = place()
    made.migrate(TABLES)
    yield made
    made.drop()


def opened(at: Place) -> EventLog:
    return open_postgres_log(at.dsn, at.schema, utc_now, TABLES, connections=3)


@pytest.fixture
def logs(at: Place) -> Iterator[list[EventLog]]:
    """Three processes on one log."""
    made = [opened(at) for _ in range(3)]
    yield made
    for log in made:
        log.close()


def test_a_writer_that_stands_still_in_its_transaction_is_neither_skipped_nor_overtaken(logs: list[EventLog]) -> None:
    a, b, follower = logs
    entered, go_on = Event(), Event()

    def stand_still(_: Sequence[Stamp]) -> Sequence[RowChange]:
        entered.set()
        assert go_on.wait(30)
        return ()

    a.append(Append([draft("first")]))
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(a.append_batch, [Append([draft("slow", 1)]), Append([draft("slow", 2)], stand_still)])
        assert entered.wait(30)
        quick = threads.submit(b.append, Append([draft("quick")]))
        polled = [follower.read(0, 10) for _ in range(20)]
        assert not quick.done()
        go_on.set()
        outcomes = [*slow.result(30), quick.result(30)]
    assert all([event.stream for event in page.events] == ["first"] for page in polled)
    assert {page.scanned_through for page in polled} == {1}
    delivered = [*polled[-1].events, *follower.read(1, 10).events]
    assert [event.stream for event in delivered] == ["first", "slow", "slow", "quick"]
    assert [one.stamps[-1].position for one in outcomes if isinstance(one, Appended)] == [2, 3, 4]
    assert all(event.recorded_at > polled[-1].recorded_through for event in delivered[1:])


def write(log: EventLog, writer: int) -> list[Stamp]:
    """Append to a stream of one's own and to one that all want, with conflicts and rollbacks; return the stamps."""
    stamps: list[Stamp] = []

    def abandon(_: Sequence[Stamp]) -> Sequence[RowChange]:
        raise Abandoned

    for turn in range(ROUNDS):
        if turn % 3 == writer % 3:
            with pytest.raises(Abandoned):
                log.append(Append([draft(f"abandoned-{writer}-{turn}")], abandon))
        batch = [
            Append([draft(f"own-{writer}", turn + 1)]),
            Append([draft("wanted", len(log.stream("wanted")) + 1)]),
        ]
        for outcome in log.append_batch(batch):
            assert isinstance(outcome, Appended | StreamConflict)
            stamps += outcome.stamps if isinstance(outcome, Appended) else ()
    return stamps


def follow(at: Place, copy: EventLog, done: Event) -> list[Stored]:
    """Follow with restarts: what was read is recorded in another log with its position, and read on from there."""
    delivered: list[Stored] = []
    while True:
        finished = done.is_set()
        log = opened(at)
        for _ in range(3):
            at_position = copy.tracked("follower")
            page = log.read(at_position, 7)
            if page.events:
                outcome = copy.append(Append((), tracking=Tracking("follower", page.scanned_through)))
                assert isinstance(outcome, Appended)
                delivered += page.events
            elif not finished:
                log.wait(at_position, 0.05)
        caught_up = copy.tracked("follower") == log.head().position
        log.close()
        if finished and caught_up:
            return delivered


def test_what_many_processes_write_is_delivered_whole_and_in_order(at: Place) -> None:
    copied = place()
    copied.migrate()
    copy = open_postgres_log(copied.dsn, copied.schema, utc_now)
    logs = [opened(at) for _ in range(WRITERS)]
    done = Event()
    with ThreadPoolExecutor(WRITERS + 1) as threads:
        following = threads.submit(follow, at, copy, done)
        writers: list[Future[list[Stamp]]] = [threads.submit(write, log, n) for n, log in enumerate(logs)]
        try:
            acknowledged = [stamp for writer in writers for stamp in writer.result(100)]
        finally:
            done.set()
        delivered = following.result(100)
    stored = everything(logs[0])
    assert delivered == stored
    assert [event.position for event in stored] == list(range(1, len(stored) + 1))
    assert {(stamp.position, stamp.recorded_at) for stamp in acknowledged} == {
        (event.position, event.recorded_at) for event in stored
    }
    assert len(acknowledged) == len(stored) >= WRITERS * ROUNDS
    assert not any(event.stream.startswith("abandoned") for event in stored)
    wanted = [event.stream_version for event in logs[1].stream("wanted")]
    assert wanted == list(range(1, len(wanted) + 1))
    assert merkle.root(logs[2].head().frontier) == plain_root([event.state for event in stored])
    for log in (*logs, copy):
        log.close()
    copied.drop()


def test_of_guards_against_each_other_in_several_processes_one_wins(logs: list[EventLog]) -> None:
    def append(number: int) -> object:
        rows = [Put(TALLIES, {"name": f"n-{number}", "count": 7})]
        guard = Unless(TALLIES, (Where("count", "=", 7),))
        return logs[number % 3].append(Append([draft(f"case-{number}")], lambda _: rows, unless=[guard]))

    with ThreadPoolExecutor(12) as threads:
        outcomes = list(threads.map(append, range(48)))
    (row,) = logs[0].select(TALLIES, limit=9)
    assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 1
    assert outcomes.count(RowConflict("tallies", row)) == 47


def test_who_waits_in_one_process_hears_of_appends_of_another(logs: list[EventLog]) -> None:
    with ThreadPoolExecutor(1) as threads:
        for version in range(1, 6):
            heard = threads.submit(logs[0].wait, version - 1, 30)
            logs[1].append(Append([draft(version=version)]))
            assert heard.result(30)


def test_without_notifications_the_poll_is_enough(logs: list[EventLog], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.kit.log.postgres.commit.channel", lambda schema: f"{schema}_nobody_listens")
    logs[1].append(Append([draft()]))
    assert logs[0].wait(0, 10)


def test_a_listener_that_was_cut_listens_again(at: Place, logs: list[EventLog]) -> None:
    with at.owned() as connection:
        cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE application_name = %s"
        assert connection.execute(cut, (f"demerit-{at.schema}",)).fetchone() not in (None, (0,))

        def listening() -> bool:
            asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND query LIKE '%%log_head%%'"
            return connection.execute(asked, (f"demerit-{at.schema}",)).fetchone() == (3,)

        eventually(listening)
    logs[1].append(Append([draft()]))
    assert logs[0].wait(0, 10)
