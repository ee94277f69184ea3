"""Conformance: what is delivered is what was committed, in order and whole, however many write and read at once."""

from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from itertools import count, pairwise
from threading import Event, Thread

import pytest

from shared.kit.log import merkle
from shared.kit.log.model import Append, Appended, EventLog, Page, Stamp, Stored, StreamConflict
from shared.kit.log.rows import Put, RowChange
from tests.support.logs import NOON, TALLIES, LogStore, StandingClock, draft, everything, plain_root

WRITERS = 8
ROUNDS = 12


class Abandoned(Exception):
    """A writer of a test gives up inside its append."""


def restless() -> Callable[[], datetime]:
    """Return a clock that runs on in leaps, every third one backwards."""
    ticks = count()

    def now() -> datetime:
        tick = next(ticks)
        return NOON + timedelta(seconds=tick * 0.25 - (4 if tick % 3 == 0 else 0))

    return now


def abandon(_: Sequence[Stamp]) -> Sequence[RowChange]:
    raise Abandoned


def write(log: EventLog, writer: int) -> list[Stamp]:
    """Append to a stream of one's own and to one that all want, with conflicts and failures; return the stamps."""
    stamps: list[Stamp] = []
    for turn in range(ROUNDS):
        if turn % 4 == writer % 4:
            with pytest.raises(Abandoned):
                log.append(Append([draft(f"abandoned-{writer}")], abandon))
        batch = [
            Append([draft(f"own-{writer}", turn * 2 + 1), draft(f"own-{writer}", turn * 2 + 2)]),
            Append([draft("wanted", len(log.stream("wanted")) + 1)]),
        ]
        for outcome in log.append_batch(batch):
            assert isinstance(outcome, Appended | StreamConflict)
            stamps += outcome.stamps if isinstance(outcome, Appended) else ()
    return stamps


def follow(log: EventLog, done: Event) -> tuple[list[Stored], list[Page]]:
    """Read by small pages while others write, and to the head when they are done."""
    events: list[Stored] = []
    pages: list[Page] = []
    while True:
        finished = done.is_set()
        page = log.read(len(events), 7)
        pages.append(page)
        events += page.events
        if finished and page.scanned_through == page.head:
            return events, pages
        if not page.events:
            log.wait(len(events), 0.01)


def test_what_many_write_is_delivered_whole_and_in_order(store: LogStore) -> None:
    log = store.open(restless())
    done = Event()
    with ThreadPoolExecutor(WRITERS + 2) as threads:
        readers = [threads.submit(follow, log, done) for _ in range(2)]
        writers: list[Future[list[Stamp]]] = [threads.submit(write, log, writer) for writer in range(WRITERS)]
        try:
            acknowledged = [stamp for writer in writers for stamp in writer.result(60)]
        finally:
            done.set()
        followed = [reader.result(60) for reader in readers]
    stored = everything(log)
    assert [event.position for event in stored] == list(range(1, log.head().position + 1))
    assert sorted(stamp.position for stamp in acknowledged) == [event.position for event in stored]
    assert {(stamp.position, stamp.recorded_at) for stamp in acknowledged} == {
        (event.position, event.recorded_at) for event in stored
    }
    assert all(earlier.recorded_at < later.recorded_at for earlier, later in pairwise(stored))
    wanted = [event.stream_version for event in log.stream("wanted")]
    assert wanted == list(range(1, len(wanted) + 1))
    assert len(stored) == WRITERS * ROUNDS * 2 + len(wanted)
    assert merkle.root(log.head().frontier) == plain_root([event.state for event in stored])
    for events, pages in followed:
        assert events == stored
        for page in pages:
            later = [event for event in stored if event.position > page.scanned_through]
            assert all(event.recorded_at > page.recorded_through for event in later)


def test_an_append_that_dawdles_is_neither_skipped_nor_overtaken(log: EventLog, clock: StandingClock) -> None:
    """Writer A stands inside its append, B wants to commit, a reader polls: the bug that skips events for ever."""
    entered, go_on = Event(), Event()

    def dawdle(stamps: Sequence[Stamp]) -> Sequence[RowChange]:
        entered.set()
        assert go_on.wait(30)
        return [Put(TALLIES, {"name": "a", "count": len(stamps)})]

    log.append(Append([draft("first")]))
    with ThreadPoolExecutor(2) as threads:
        batch = [Append([draft("slow", 1)]), Append([draft("slow", 2)], dawdle)]
        slow = threads.submit(log.append_batch, batch)
        assert entered.wait(30)
        quick = threads.submit(log.append, Append([draft("quick")]))
        clock.advance(60)
        before = log.read(0, 10)
        assert [event.stream for event in before.events] == ["first"]
        assert (before.head, before.scanned_through, before.recorded_through) == (1, 1, NOON)
        assert log.get(TALLIES, "a") is None
        assert log.head().position == 1
        assert not quick.done()
        go_on.set()
        outcomes = [*slow.result(30), quick.result(30)]
    delivered = [*before.events, *log.read(before.scanned_through, 10).events]
    assert [event.stream for event in delivered] == ["first", "slow", "slow", "quick"]
    assert [outcome.stamps[-1].position for outcome in outcomes if isinstance(outcome, Appended)] == [2, 3, 4]
    assert all(event.recorded_at > before.recorded_through for event in delivered[1:])


def test_of_many_who_want_one_version_exactly_one_gets_it(log: EventLog) -> None:
    with ThreadPoolExecutor(WRITERS) as threads:
        outcomes = list(threads.map(log.append, [Append([draft("case-1", 1)]) for _ in range(64)]))
    assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 1
    assert outcomes.count(StreamConflict("case-1", 1)) == 63
    assert log.head().position == 1


def test_a_reader_that_waits_hears_of_every_append(log: EventLog) -> None:
    heard: list[int] = []

    def listen() -> None:
        while len(heard) < 50 and log.wait(len(heard), 30):
            heard.extend(event.position for event in log.read(len(heard), 100).events)

    listening = Thread(target=listen)
    listening.start()
    for version in range(1, 51):
        log.append(Append([draft(version=version)]))
    listening.join(30)
    assert heard == list(range(1, 51))
