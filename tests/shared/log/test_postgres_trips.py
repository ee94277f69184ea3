"""One round trip to PostgreSQL for an append, two for a batch, however much they ask for and write."""

from collections.abc import Callable, Iterator

import pytest

from shared.kit.log.model import Append, Appended, EventLog, Idempotency, RowConflict, StreamConflict, Tracking
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.rows import Put, Remove, Unless, Where
from tests.support.logs import ITEMS, TABLES, TALLIES, StandingClock, draft
from tests.support.postgres import place
from tests.support.proxy import Proxy


@pytest.fixture
def proxied(clock: StandingClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[EventLog, Proxy]]:
    """A log whose connections go through a proxy; nothing else does."""
    monkeypatch.setattr("shared.kit.log.postgres.datastore.LogDatastore.listen", lambda _: None)
    at = place()
    at.migrate(TABLES)
    proxy = Proxy(at.dsn)
    log = open_postgres_log(proxy.dsn, at.schema, clock, TABLES)
    log.append(Append([draft("warm-up")]))
    yield log, proxy
    log.close()
    proxy.close()
    at.drop()


def full(number: int) -> Append:
    """Return an append with something in every part."""
    return Append(
        [draft(f"case-{number}", 1), draft(f"case-{number}", 2)],
        lambda _: [Put(TALLIES, {"name": f"t-{number}", "count": 1}), Remove(ITEMS, ("a", number))],
        Idempotency(f"key-{number}", b"d", lambda _: b"r"),
        Tracking(f"follower-{number}", 1),
        [Unless(TALLIES, (Where("name", "=", f"t-{number}"),)), Unless(ITEMS, (Where("label", "=", "pear"),))],
    )


@pytest.mark.parametrize(("appends", "trips"), [(1, 1), (2, 2), (60, 2)])
def test_a_batch_takes_two_round_trips_and_one_append_one(
    proxied: tuple[EventLog, Proxy], appends: int, trips: int
) -> None:
    log, proxy = proxied
    before = proxy.trips
    outcomes = log.append_batch([full(number) for number in range(appends)])
    assert proxy.trips - before == trips
    assert {type(outcome) for outcome in outcomes} == {Appended}
    assert log.head().position == 1 + 2 * appends


def test_a_batch_in_which_everything_is_refused_takes_two_as_well(proxied: tuple[EventLog, Proxy]) -> None:
    log, proxy = proxied
    before = proxy.trips
    taken = Append([draft("warm-up")])
    assert log.append_batch([taken, taken]) == [StreamConflict("warm-up", 1)] * 2
    assert proxy.trips - before == 2


def test_an_append_that_is_refused_takes_the_one_that_finds_out_and_two_that_say_why(
    proxied: tuple[EventLog, Proxy],
) -> None:
    log, proxy = proxied
    before = proxy.trips
    assert log.append(Append([draft("warm-up")])) == StreamConflict("warm-up", 1)
    assert proxy.trips - before == 3


def test_a_promise_made_in_between_costs_no_trip(proxied: tuple[EventLog, Proxy], clock: StandingClock) -> None:
    log, proxy = proxied
    clock.advance(60)
    log.read(0, 10)
    before = proxy.trips
    assert isinstance(log.append(Append([draft("case-1")])), Appended)
    assert proxy.trips - before == 1


@pytest.mark.parametrize(("events", "trips"), [(7, 1), (8, 2)])
def test_an_append_of_many_parts_takes_two(proxied: tuple[EventLog, Proxy], events: int, trips: int) -> None:
    log, proxy = proxied
    before = proxy.trips
    drafts = [draft("long", version) for version in range(1, events + 1)]
    log.append(Append(drafts, lambda _: [Put(TALLIES, {"name": "a", "count": events})]))
    assert proxy.trips - before == trips
    assert log.get(TALLIES, "a") == {"name": "a", "count": events}


def test_a_guard_behind_a_row_that_the_batch_undid_takes_one_more(proxied: tuple[EventLog, Proxy]) -> None:
    log, proxy = proxied
    log.append(Append((), lambda _: [Put(TALLIES, {"name": name, "count": 7}) for name in ("a", "b")]))
    before = proxy.trips
    seven = Unless(TALLIES, (Where("count", "=", 7),))
    outcomes = log.append_batch([Append((), lambda _: [Remove(TALLIES, ("a",))]), Append(unless=[seven])])
    assert outcomes[1] == RowConflict("tallies", {"name": "b", "count": 7})
    assert proxy.trips - before == 3


@pytest.mark.parametrize("read", ["head", "get", "stream", "kept", "tracked"])
def test_a_read_takes_one(proxied: tuple[EventLog, Proxy], read: str) -> None:
    log, proxy = proxied
    calls: dict[str, Callable[[], object]] = {
        "head": log.head,
        "get": lambda: log.get(TALLIES, "a"),
        "stream": lambda: log.stream("warm-up"),
        "kept": lambda: log.kept("k"),
        "tracked": lambda: log.tracked("f"),
    }
    before = proxy.trips
    calls[read]()
    assert proxy.trips - before == 1
