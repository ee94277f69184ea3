"""Conformance: what stands below `recorded_through` stands below `scanned_through`, now and for ever."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from shared.kit.log.model import Append, Appended, EventLog
from tests.support.logs import NOON, LogStore, StandingClock, draft

MICROSECOND = timedelta(microseconds=1)


def recorded(log: EventLog, version: int) -> datetime:
    outcome = log.append(Append([draft(version=version)]))
    assert isinstance(outcome, Appended)
    return outcome.stamps[0].recorded_at


def test_at_the_head_the_clock_is_promised(log: EventLog, clock: StandingClock) -> None:
    recorded(log, 1)
    clock.advance(60)
    assert log.read(0, 10).recorded_through == NOON + timedelta(seconds=60)


def test_an_empty_log_promises_too(log: EventLog, clock: StandingClock) -> None:
    assert log.read(0, 10).recorded_through == NOON
    clock.advance(-3600)
    assert recorded(log, 1) == NOON + MICROSECOND


def test_what_is_recorded_later_exceeds_the_promise(log: EventLog, clock: StandingClock) -> None:
    recorded(log, 1)
    clock.advance(60)
    promise = log.read(0, 10).recorded_through
    assert recorded(log, 2) == promise + MICROSECOND
    clock.advance(-3600)
    assert recorded(log, 3) == promise + 2 * MICROSECOND


def test_a_page_that_is_full_at_the_head_is_at_the_head(log: EventLog, clock: StandingClock) -> None:
    recorded(log, 1)
    recorded(log, 2)
    clock.advance(60)
    assert log.read(0, 2).recorded_through == NOON + timedelta(seconds=60)


def test_before_the_head_a_page_is_through_its_last_event(log: EventLog, clock: StandingClock) -> None:
    times = []
    for version in range(1, 4):
        times.append(recorded(log, version))
        clock.advance(60)
    assert log.read(0, 1).recorded_through == times[0]
    assert log.read(1, 1).recorded_through == times[1]


def test_a_filtered_page_before_the_head_is_through_its_last_event(log: EventLog, clock: StandingClock) -> None:
    first = recorded(log, 1)
    clock.advance(60)
    recorded(log, 2)
    page = log.read(0, 1, subject="s1")
    assert (page.scanned_through, page.recorded_through) == (1, first)


def test_a_promise_is_renewed_once_a_second(log: EventLog, clock: StandingClock) -> None:
    recorded(log, 1)
    clock.advance(0.999999)
    assert log.read(0, 10).recorded_through == NOON
    clock.advance(0.000001)
    first = log.read(0, 10).recorded_through
    assert first == NOON + timedelta(seconds=1)
    clock.advance(0.5)
    assert log.read(0, 10).recorded_through == first
    clock.advance(0.5)
    assert log.read(0, 10).recorded_through == first + timedelta(seconds=1)


def test_a_promise_stands_although_the_clock_goes_back(log: EventLog, clock: StandingClock) -> None:
    promise = log.read(0, 10).recorded_through
    clock.advance(-3600)
    assert log.read(0, 10).recorded_through == promise


def test_a_promise_changes_neither_position_nor_tree(log: EventLog, clock: StandingClock) -> None:
    recorded(log, 1)
    before = log.head()
    clock.advance(60)
    log.read(0, 10)
    assert log.head() == before


def test_a_promise_outlives_the_process(store: LogStore, clock: StandingClock) -> None:
    log = store.open(clock)
    clock.advance(60)
    promise = log.read(0, 10).recorded_through
    log.close()
    if store.keeps:
        again = store.open(StandingClock(datetime(2020, 1, 1, tzinfo=UTC)))
        assert again.read(0, 10).recorded_through == promise
        assert recorded(again, 1) == promise + MICROSECOND


class IntrudingClock(StandingClock):
    """Does something, once, at the moment it is asked for the time."""

    intrude: Callable[[], object] | None = None

    def __call__(self) -> datetime:
        intrude, self.intrude = self.intrude, None
        if intrude:
            intrude()
        return self.now


def test_an_append_that_slips_in_behind_the_page_is_not_promised_away(store: LogStore) -> None:
    clock = IntrudingClock()
    log = store.open(clock)
    recorded(log, 1)
    clock.advance(60)
    clock.intrude = lambda: recorded(log, 2)
    page = log.read(0, 10)
    assert (len(page.events), page.scanned_through, page.head) == (1, 1, 1)
    assert page.recorded_through == NOON
    assert log.read(0, 10).recorded_through == NOON + timedelta(seconds=60)


def test_of_two_readers_who_want_to_promise_both_are_right(store: LogStore) -> None:
    clock = IntrudingClock()
    log = store.open(clock)
    recorded(log, 1)
    clock.advance(60)
    clock.intrude = lambda: log.read(0, 10)
    assert log.read(0, 10).recorded_through == NOON
    assert log.read(0, 10).recorded_through == NOON + timedelta(seconds=60)
    assert recorded(log, 2) == NOON + timedelta(seconds=60) + MICROSECOND
