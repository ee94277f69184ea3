"""Group commit: many callers share a transaction, and each has its own outcome, whatever the others do."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.kit.cloudevent import MAX_EVENT_BYTES, Draft, canonical
from shared.kit.log import merkle
from shared.kit.log.grouping import GroupCommit
from shared.kit.log.model import (
    MAX_BATCH,
    Append,
    Appended,
    EventLog,
    Idempotency,
    KeyTaken,
    Outcome,
    RowConflict,
    Stamp,
    StreamConflict,
)
from shared.kit.log.rows import Put, RowChange, Unless, Where
from tests.support.eventually import eventually
from tests.support.gate import Gate
from tests.support.logs import TALLIES, StandingClock, draft, everything, plain_root, store_at

CALLERS = 64


class Poison(Exception):
    """Raised by a callable of a test."""


class Watched(GroupCommit):
    """Notes the sizes of the transactions that the log below was asked for."""

    def __init__(self, log: EventLog, waiting: int = MAX_BATCH) -> None:
        self.sizes: list[int] = []
        below = log.append_batch

        def noted(appends: Sequence[Append]) -> list[Outcome]:
            self.sizes.append(len(appends))
            return below(appends)

        log.append_batch = noted  # type: ignore[method-assign]  # looked at from outside, not replaced
        super().__init__(log, waiting=waiting)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def group(request: pytest.FixtureRequest, tmp_path: Path, clock: StandingClock) -> Iterator[Watched]:
    """A group over each store."""
    place = store_at(request.param, tmp_path)
    made = Watched(place.open(clock))
    yield made
    made.close()
    place.close()


def gathered(group: GroupCommit, appends: Sequence[Append]) -> list[Future[Outcome]]:
    """Return what becomes of appends of one thread each, put in their order while the log is held; it is let go."""
    gate = Gate()
    threads = ThreadPoolExecutor(len(appends) + 1)
    held = threads.submit(group.append, gate.append())
    assert gate.entered.wait(30)
    waiting: list[Future[Outcome]] = []
    for count, append in enumerate(appends, 1):
        waiting.append(threads.submit(group.append, append))
        eventually(lambda count=count: group.waiting == count)  # type: ignore[misc]  # a default binds it to this turn
    gate.go_on.set()
    assert isinstance(held.result(30), Appended)
    threads.shutdown()
    return waiting


def failing(_: Sequence[Stamp]) -> Sequence[RowChange]:
    raise Poison


def failing_response(_: Sequence[Stamp]) -> bytes:
    raise Poison


def test_what_gathers_while_the_log_is_busy_is_one_transaction(group: Watched) -> None:
    futures = gathered(group, [Append([draft(f"case-{number}")]) for number in range(CALLERS)])
    outcomes = [future.result(30) for future in futures]
    assert all(isinstance(outcome, Appended) for outcome in outcomes)
    assert group.sizes == [1, CALLERS]
    assert [event.stream for event in everything(group)] == ["gate", *(f"case-{number}" for number in range(CALLERS))]
    assert merkle.root(group.head().frontier) == plain_root([event.state for event in everything(group)])


def test_each_caller_has_its_own_outcome(group: Watched) -> None:
    key = Idempotency("k", b"d", lambda stamps: b"%d" % stamps[0].position)
    seven = Unless(TALLIES, (Where("count", "=", 7),))
    appends = [
        Append([draft("case-1")], idempotency=key),
        Append([draft("case-1")]),
        Append([draft("case-2")], idempotency=key),
        Append([draft("case-2")], lambda _: [Put(TALLIES, {"name": "a", "count": 7})], unless=[seven]),
        Append([draft("case-3")], unless=[seven]),
        Append([draft("case-1", 2)]),
    ]
    outcomes = [future.result(30) for future in gathered(group, appends)]
    assert [type(outcome) for outcome in outcomes] == [
        Appended,
        StreamConflict,
        KeyTaken,
        Appended,
        RowConflict,
        Appended,
    ]
    assert group.sizes == [1, 6]
    assert [event.stream for event in everything(group)] == ["gate", "case-1", "case-2", "case-1"]


@pytest.mark.parametrize(
    "poison",
    [
        Append([draft("poison")], failing),
        Append([draft("poison")], idempotency=Idempotency("p", b"d", failing_response)),
        Append([Draft("e", "t", "poison", 1, "s", canonical("x" * MAX_EVENT_BYTES))]),
        Append([draft("poison")], lambda _: [Put(TALLIES, {"name": "a", "count": "one"})]),
        Append([draft("po\0ison")]),
    ],
    ids=["rows", "response", "too long", "row", "name"],
)
@pytest.mark.parametrize("at", [0, 3, 6])
def test_an_append_that_raises_fails_alone(group: Watched, poison: Append, at: int) -> None:
    appends = [Append([draft(f"case-{number}")]) for number in range(6)]
    futures = gathered(group, [*appends[:at], poison, *appends[at:]])
    with pytest.raises((Poison, ValueError)):
        futures[at].result(30)
    outcomes = [future.result(30) for future in (*futures[:at], *futures[at + 1 :])]
    assert all(isinstance(outcome, Appended) for outcome in outcomes)
    assert [event.stream for event in everything(group)] == ["gate", *(f"case-{number}" for number in range(6))]
    assert group.kept("p") is None
    assert len(group.sizes) <= 2 + 2 * 3  # it is found by halving


def test_several_that_raise_fail_each_with_its_own_error(group: Watched) -> None:
    def raises(text: str) -> Callable[[Sequence[Stamp]], Sequence[RowChange]]:
        def rows(_: Sequence[Stamp]) -> Sequence[RowChange]:
            raise Poison(text)

        return rows

    appends = [
        Append([draft(f"case-{number}")], raises(str(number))) if number % 3 else Append([draft(f"case-{number}")])
        for number in range(10)
    ]
    for number, future in enumerate(gathered(group, appends)):
        if number % 3:
            with pytest.raises(Poison, match=f"^{number}$"):
                future.result(30)
        else:
            assert isinstance(future.result(30), Appended)
    assert [event.stream for event in everything(group)] == ["gate", "case-0", "case-3", "case-6", "case-9"]


def test_the_appends_of_one_call_stay_together(group: Watched) -> None:
    def call(number: int) -> list[Outcome]:
        return group.append_batch([Append([draft(f"case-{number}", version)]) for version in (1, 2, 3)])

    with ThreadPoolExecutor(16) as threads:
        outcomes = list(threads.map(call, range(16)))
    assert all(isinstance(outcome, Appended) for one in outcomes for outcome in one)
    streams = [event.stream for event in everything(group)]
    assert [streams[at : at + 3] for at in range(0, 48, 3)] == [[streams[at]] * 3 for at in range(0, 48, 3)]


def test_a_call_that_raises_takes_all_of_its_own_with_it(group: Watched) -> None:
    with pytest.raises(Poison):
        group.append_batch([Append([draft("case-1")]), Append([draft("case-2")], failing)])
    assert group.head().position == 0


def test_a_transaction_takes_at_most_a_batch(group: Watched) -> None:
    gate = Gate()
    with ThreadPoolExecutor(4) as threads:
        held = threads.submit(group.append, gate.append())
        assert gate.entered.wait(30)
        calls = [threads.submit(group.append_batch, [Append()] * size) for size in (400, 400)]
        eventually(lambda: group.waiting == 800)
        calls.append(threads.submit(group.append_batch, [Append()] * 200))
        eventually(lambda: group.waiting == 1000)
        gate.go_on.set()
        assert [len(call.result(30)) for call in calls] == [400, 400, 200]
        assert isinstance(held.result(30), Appended)
    assert group.sizes == [1, 1000]
    with pytest.raises(ValueError, match="at most 1000 appends"):
        group.append_batch([Append()] * 1001)
    assert group.append_batch([Append()] * 1000) == [Appended(())] * 1000


def test_many_callers_who_append_and_read_are_each_told_the_truth(group: Watched) -> None:
    def work(caller: int) -> list[Stamp]:
        stamps: list[Stamp] = []
        for version in range(1, 6):
            outcome = group.append(Append([draft(f"own-{caller}", version)]))
            assert isinstance(outcome, Appended)
            assert group.read(outcome.stamps[0].position - 1, 1).events[0].stream == f"own-{caller}"
            stamps += outcome.stamps
        return stamps

    with ThreadPoolExecutor(CALLERS) as threads:
        stamps = [stamp for one in threads.map(work, range(CALLERS)) for stamp in one]
    stored = everything(group)
    assert sorted(stamp.position for stamp in stamps) == [event.position for event in stored]
    assert len(stored) == CALLERS * 5
    assert len(group.sizes) < CALLERS * 5
