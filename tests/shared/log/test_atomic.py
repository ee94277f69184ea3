"""Conformance: events, rows, key and tracking of one append are one thing, and nothing is left of what fails."""

from collections.abc import Callable, Sequence

import pytest

from shared.kit.cloudevent import MAX_EVENT_BYTES, Draft, canonical
from shared.kit.log.model import (
    Append,
    Appended,
    EventLog,
    Idempotency,
    KeptResponse,
    KeyTaken,
    Stamp,
    StreamConflict,
    Tracking,
    TrackingConflict,
)
from shared.kit.log.rows import Put, RowChange, Table
from tests.support.logs import ITEMS, TALLIES, draft, everything


class RowsFailed(Exception):
    """Raised by a callable of a test."""


def tally(name: str, count: int) -> Callable[[Sequence[Stamp]], Sequence[RowChange]]:
    return lambda _: [Put(TALLIES, {"name": name, "count": count})]


def key(scope: str, digest: bytes = b"digest") -> Idempotency:
    return Idempotency(scope, digest, lambda stamps: b",".join(b"%d" % stamp.position for stamp in stamps))


def nothing_of_it(log: EventLog, head: int) -> None:
    """Demand that the log stands at `head` and that no part of the append called `failed` is in it."""
    assert log.head().position == head
    assert len(everything(log)) == head
    assert log.get(TALLIES, "failed") is None
    assert log.kept("failed") is None
    assert log.tracked("failed") == 0


def test_all_parts_of_an_append_are_there_together(log: EventLog) -> None:
    outcome = log.append(Append([draft(version=1), draft(version=2)], tally("a", 2), key("k"), Tracking("cases", 7)))
    assert isinstance(outcome, Appended)
    assert outcome.response == b"1,2"
    assert log.kept("k") == KeptResponse(b"digest", b"1,2")
    assert log.tracked("cases") == 7
    assert log.get(TALLIES, "a") == {"name": "a", "count": 2}


def test_parts_may_come_without_events(log: EventLog) -> None:
    outcome = log.append(Append((), tally("a", 1), key("k"), Tracking("cases", 3)))
    assert outcome == Appended((), b"")
    assert (log.head().position, log.tracked("cases")) == (0, 3)
    assert log.get(TALLIES, "a") is not None


def test_a_conflict_leaves_no_part_of_its_append(log: EventLog) -> None:
    log.append(Append([draft(version=1)]))
    refused = Append([draft(version=1)], tally("failed", 1), key("failed"), Tracking("failed", 1))
    assert isinstance(log.append(refused), StreamConflict)
    nothing_of_it(log, head=1)


def test_a_used_key_gives_what_it_was_used_for(log: EventLog) -> None:
    log.append(Append([draft(version=1)], idempotency=key("k", b"first")))
    again = log.append(Append([draft(version=2)], tally("failed", 1), key("k", b"second")))
    assert again == KeyTaken(KeptResponse(b"first", b"1"))
    nothing_of_it(log, head=1)


def test_a_refused_append_does_not_use_its_key(log: EventLog) -> None:
    assert isinstance(log.append(Append([draft(version=5)], idempotency=key("k"))), StreamConflict)
    assert log.kept("k") is None
    assert isinstance(log.append(Append([draft(version=1)], idempotency=key("k"))), Appended)


def test_a_key_is_taken_by_an_earlier_append_of_the_batch(log: EventLog) -> None:
    first, second, third = log.append_batch(
        [Append([draft("case-1")], idempotency=key("k")), Append((), idempotency=key("k")), Append([draft("case-2")])]
    )
    assert isinstance(first, Appended)
    assert second == KeyTaken(KeptResponse(b"digest", b"1"))
    assert isinstance(third, Appended)


@pytest.mark.parametrize("position", [5, 4, 0, -1])
def test_tracking_goes_only_forwards(log: EventLog, position: int) -> None:
    log.append(Append([draft("case-1")], tracking=Tracking("cases", 5)))
    refused = Append([draft("case-2")], tally("failed", 1), key("failed"), Tracking("cases", position))
    assert log.append(refused) == TrackingConflict(5)
    nothing_of_it(log, head=1)
    assert log.tracked("cases") == 5
    assert isinstance(log.append(Append((), tracking=Tracking("cases", 6))), Appended)


def test_a_follower_that_never_started_stands_at_zero(log: EventLog) -> None:
    assert log.tracked("cases") == 0
    assert log.append(Append((), tracking=Tracking("cases", 0))) == TrackingConflict(0)


def test_followers_are_tracked_apart_and_in_the_order_of_a_batch(log: EventLog) -> None:
    batch = [Append((), tracking=Tracking(name, at)) for name, at in [("a", 3), ("b", 1), ("a", 3), ("a", 4), ("b", 1)]]
    outcomes = log.append_batch(batch)
    assert outcomes == [Appended(()), Appended(()), TrackingConflict(3), Appended(()), TrackingConflict(1)]
    assert (log.tracked("a"), log.tracked("b")) == (4, 1)


def test_the_key_is_the_first_reason_to_refuse_and_tracking_the_second(log: EventLog) -> None:
    log.append(Append([draft("case-1")], idempotency=key("k"), tracking=Tracking("cases", 1)))
    taken = draft("case-1")
    assert isinstance(log.append(Append([taken], idempotency=key("k"), tracking=Tracking("cases", 1))), KeyTaken)
    assert isinstance(log.append(Append([taken], tracking=Tracking("cases", 1))), TrackingConflict)
    assert isinstance(log.append(Append([taken], tracking=Tracking("cases", 2))), StreamConflict)


def failing_rows(_: Sequence[Stamp]) -> Sequence[RowChange]:
    raise RowsFailed


def failing_response(_: Sequence[Stamp]) -> bytes:
    raise RowsFailed


TOO_LONG = Draft("e", "t", "case-9", 1, "s", canonical("x" * MAX_EVENT_BYTES))
UNKNOWN = Table("unknown", {"name": "text"}, ("name",))


@pytest.mark.parametrize(
    ("failing", "raised"),
    [
        (Append([draft("case-9")], failing_rows), RowsFailed),
        (Append([draft("case-9")], idempotency=Idempotency("other", b"d", failing_response)), RowsFailed),
        (Append([TOO_LONG]), ValueError),
        (Append((), lambda _: [Put(UNKNOWN, {"name": "a"})]), ValueError),
        (Append((), lambda _: [Put(ITEMS, {"shelf": "a"})]), ValueError),
        (Append((), lambda _: [Put(TALLIES, {"name": "a", "count": "one"})]), ValueError),
    ],
    ids=["rows", "response", "too long", "unknown table", "no key", "wrong type"],
)
def test_an_append_that_raises_takes_its_whole_batch_with_it(
    log: EventLog, failing: Append, raised: type[Exception]
) -> None:
    log.append(Append([draft("case-1", 1)]))
    earlier = Append([draft("case-1", 2)], tally("failed", 1), key("failed"), Tracking("failed", 1))
    with pytest.raises(raised):
        log.append_batch([earlier, failing, Append([draft("case-1", 3)])])
    nothing_of_it(log, head=1)
    again = log.append(Append([draft("case-1", 2)]))
    assert isinstance(again, Appended)
    assert [stamp.position for stamp in again.stamps] == [2]
