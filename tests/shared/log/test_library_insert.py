"""Conformance: what the library inserts stands in the same log, with positions, times, leaves and head."""

from typing import Any

import pytest
from eventsourcing import persistence

from shared.kit.log import merkle
from shared.kit.log.grouping import GroupCommit
from shared.kit.log.model import Append, Appended, EventLog, StreamConflict
from shared.kit.log.postgres.store import PostgresStore
from shared.kit.log.sequenced import SequencedLog
from shared.kit.log.sqlite.store import SqliteStore
from tests.support.logs import NOON, draft, everything, plain_root


def recorder_of(log: EventLog) -> Any:
    """Return the library's recorder under a log."""
    if isinstance(log, GroupCommit):
        return recorder_of(log._log)
    assert isinstance(log, SequencedLog)
    return log._store._recorder if isinstance(log._store, SqliteStore | PostgresStore) else log._store


def stored(stream: str, version: int) -> persistence.StoredEvent:
    return persistence.StoredEvent(stream, version, "topic", b"any bytes %d" % version)


def test_it_joins_the_order_the_tree_and_the_time(log: EventLog) -> None:
    recorder = recorder_of(log)
    log.append(Append([draft("case-1", 1)]))
    assert recorder.insert_events([stored("other", 0), stored("other", 1)]) == [2, 3]
    outcome = log.append(Append([draft("case-1", 2), draft("other", 2)]))
    assert isinstance(outcome, Appended)
    events = everything(log)
    assert [(event.position, event.stream, event.stream_version) for event in events] == [
        (1, "case-1", 1),
        (2, "other", 0),
        (3, "other", 1),
        (4, "case-1", 2),
        (5, "other", 2),
    ]
    assert events[1].state == b"any bytes 0"
    assert [(event.recorded_at - NOON).microseconds for event in events] == [0, 1, 2, 3, 4]
    assert merkle.root(log.head().frontier) == plain_root([event.state for event in events])
    assert log.read(0, 10, subject="s1").events == (events[0], events[3], events[4])
    assert log.wait(4, 0)


@pytest.mark.parametrize("state", [b"", b"\x00\xff", "é \\ '卖".encode(), b"it's 100% \\x41", b"x" * 100_000])
def test_bytes_are_kept_as_they_are(log: EventLog, state: bytes) -> None:
    given = [persistence.StoredEvent("other", version, "topic", state) for version in (1, 2)]
    recorder_of(log).insert_events([*given, stored("other", 3)])
    assert [event.state for event in everything(log)] == [state, state, b"any bytes 3"]


def test_a_conflict_of_its_leaves_nothing(log: EventLog) -> None:
    recorder = recorder_of(log)
    log.append(Append([draft("case-1", 1)]))
    before = log.head()
    with pytest.raises(persistence.IntegrityError):
        recorder.insert_events([stored("other", 1), stored("case-1", 1)])
    with pytest.raises(persistence.IntegrityError):
        recorder.insert_events([stored("other", 1), stored("other", 1)])
    assert log.head() == before
    assert isinstance(log.append(Append([draft("case-1", 1)])), StreamConflict)


def test_its_tracking_is_the_log_s(log: EventLog) -> None:
    recorder = recorder_of(log)
    recorder.insert_events([stored("other", 1)], tracking=persistence.Tracking("cases", 4))
    assert log.tracked("cases") == 4
    with pytest.raises(persistence.IntegrityError):
        recorder.insert_events([stored("other", 2)], tracking=persistence.Tracking("cases", 4))
    recorder.insert_tracking(persistence.Tracking("cases", 5))
    assert (log.tracked("cases"), log.head().position) == (5, 1)


def test_what_the_log_appends_is_a_notification_of_the_library(log: EventLog) -> None:
    recorder = recorder_of(log)
    log.append(Append([draft("case-1", 1), draft("case-1", 2)]))
    found = recorder.select_notifications(start=2, limit=10)
    assert [(one.id, one.originator_id, one.originator_version) for one in found] == [(2, "case-1", 2)]
    assert found[0].state == everything(log)[1].state
    assert [one.originator_version for one in recorder.select_events("case-1", desc=True)] == [2, 1]
    assert recorder.max_notification_id() == 2
