"""Conformance: a store that keeps its log gives back all of it, and no store gives a log another's name."""

import pytest

from shared.kit.log.model import Append, Appended, Idempotency, KeyTaken, StreamConflict, Tracking, TrackingConflict
from shared.kit.log.rows import Put
from tests.support.logs import TABLES, TALLIES, LogStore, StandingClock, draft, everything


def test_everything_is_there_when_the_log_is_opened_again(store: LogStore, clock: StandingClock) -> None:
    log = store.open(clock)
    given = Append(
        [draft(version=1), draft(version=2)],
        lambda stamps: [Put(TALLIES, {"name": "a", "count": len(stamps)})],
        Idempotency("k", b"d", lambda _: b"r"),
        Tracking("cases", 9),
    )
    assert isinstance(log.append(given), Appended)
    held = (log.id, log.head(), everything(log), log.kept("k"), log.tracked("cases"), log.get(TALLIES, "a"))
    log.close()
    again = store.open(clock)
    if not store.keeps:
        assert again.id != held[0]
        assert again.head().position == 0
        return
    assert held == (
        again.id,
        again.head(),
        everything(again),
        again.kept("k"),
        again.tracked("cases"),
        again.get(TALLIES, "a"),
    )
    assert isinstance(again.append(given), KeyTaken)
    assert isinstance(again.append(Append((), tracking=Tracking("cases", 9))), TrackingConflict)
    assert isinstance(again.append(Append([draft(version=2)])), StreamConflict)
    outcome = again.append(Append([draft(version=3)]))
    assert isinstance(outcome, Appended)
    assert outcome.stamps[0].position == 3


def test_who_waits_on_an_opened_log_hears_of_what_stands_there(store: LogStore, clock: StandingClock) -> None:
    log = store.open(clock)
    log.append(Append([draft(version=1)]))
    log.close()
    assert store.open(clock).wait(0, 0) is store.keeps


def test_tables_may_join_a_log_later(store: LogStore, clock: StandingClock) -> None:
    store.open(clock, tables=()).close()
    log = store.open(clock, TABLES)
    log.append(Append((), lambda _: [Put(TALLIES, {"name": "a"})]))
    assert log.get(TALLIES, "a") == {"name": "a", "count": None}


def test_a_log_knows_only_the_tables_it_was_opened_with(store: LogStore, clock: StandingClock) -> None:
    log = store.open(clock, tables=())
    with pytest.raises(ValueError, match="not opened with this table tallies"):
        log.get(TALLIES, "a")
