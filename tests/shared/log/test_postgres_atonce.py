"""An append in one round trip holds everything that one in two holds, whatever other processes do meanwhile."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest

from shared.kit.log import merkle
from shared.kit.log.instant import utc_now
from shared.kit.log.model import (
    Append,
    Appended,
    EventLog,
    Idempotency,
    KeptResponse,
    KeyTaken,
    LogUnavailable,
    Outcome,
    RowConflict,
    Stamp,
    StreamConflict,
    Tracking,
    TrackingConflict,
)
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.rows import Put, Remove, RowChange, Unless, Where
from tests.support.eventually import eventually
from tests.support.logs import TABLES, TALLIES, draft, everything, plain_root
from tests.support.postgres import Place, place
from tests.support.proxy import Proxy

SEVEN = Unless(TALLIES, (Where("count", "=", 7),))
KEY = Idempotency("key", b"d", lambda _: b"r")


@pytest.fixture
def at() -> Iterator[Place]:
    """A schema with an empty log."""
    made = place()
    made.migrate(TABLES)
    yield made
    made.drop()


@pytest.fixture
def logs(at: Place) -> Iterator[tuple[EventLog, EventLog]]:
    """Two processes on one log, each of which has appended an event: what they do next, they do at once."""
    mine, others = (open_postgres_log(at.dsn, at.schema, utc_now, TABLES) for _ in range(2))
    others.append(Append([draft("others")], lambda _: [Put(TALLIES, {"name": "gone", "count": 1})]))
    mine.append(Append([draft("mine")]))
    yield mine, others
    mine.close()
    others.close()


class Meanwhile:
    """Rows of an append, during whose making somebody else acts, once. `stamps` are those it was asked with."""

    def __init__(self, act: Callable[[], object]) -> None:
        self.act, self.stamps = act, list[Sequence[Stamp]]()

    def __call__(self, stamps: Sequence[Stamp]) -> Sequence[RowChange]:
        """Return what the append puts and removes."""
        self.stamps.append(stamps)
        if len(self.stamps) == 1:
            self.act()
        return [Put(TALLIES, {"name": "mine", "count": stamps[0].position}), Remove(TALLIES, ("gone",))]


@pytest.mark.parametrize(
    "theirs",
    [
        Append([draft("others", 2)]),
        Append((), lambda _: [Put(TALLIES, {"name": "theirs", "count": 1})]),
        Append((), tracking=Tracking("cases", 4)),
    ],
)
def test_what_has_nothing_to_do_with_it_only_comes_before_it(logs: tuple[EventLog, EventLog], theirs: Append) -> None:
    mine, others = logs
    rows = Meanwhile(lambda: others.append(theirs))
    outcome = mine.append(Append([draft("mine", 2)], rows, KEY, Tracking("cases", 5), [SEVEN]))
    assert isinstance(outcome, Appended)
    assert outcome.stamps == rows.stamps[-1]
    assert outcome.stamps[0].position == mine.head().position == 3 + len(theirs.events)
    assert mine.get(TALLIES, "mine") == {"name": "mine", "count": outcome.stamps[0].position}
    assert mine.get(TALLIES, "gone") is None
    assert (mine.kept("key"), mine.tracked("cases")) == (KeptResponse(b"d", b"r"), 5)
    stored = everything(others)
    assert stored[-1].recorded_at == outcome.stamps[0].recorded_at
    assert merkle.root(others.head().frontier) == plain_root([event.state for event in stored])


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (Append([draft("mine", 2)]), StreamConflict("mine", 2)),
        (Append((), idempotency=KEY), KeyTaken(KeptResponse(b"d", b"r"))),
        (Append((), tracking=Tracking("cases", 5)), TrackingConflict(5)),
        (
            Append((), lambda _: [Put(TALLIES, {"name": "theirs", "count": 7})]),
            RowConflict("tallies", {"name": "theirs", "count": 7}),
        ),
    ],
)
def test_what_stands_against_it_is_found_though_it_came_meanwhile(
    logs: tuple[EventLog, EventLog], theirs: Append, expected: Outcome
) -> None:
    """Also what moves no position, and so leaves the head as it was."""
    mine, others = logs
    rows = Meanwhile(lambda: others.append(theirs))
    assert mine.append(Append([draft("mine", 2)], rows, KEY, Tracking("cases", 5), [SEVEN])) == expected
    assert len(rows.stamps) == 1
    assert mine.head().position == 2 + len(theirs.events)
    assert mine.get(TALLIES, "mine") is None
    assert mine.get(TALLIES, "gone") is not None


def test_what_is_committed_while_it_waits_for_the_lock_is_seen(logs: tuple[EventLog, EventLog], at: Place) -> None:
    """Also where the head stays as it was: a guard is asked behind the lock, not when the wait began."""
    mine, _ = logs
    append = Append([draft("mine", 2)], unless=[SEVEN])
    with ThreadPoolExecutor(1) as thread, at.owned() as other, at.owned() as watching:
        with other.transaction():
            other.execute("SELECT FROM log_head FOR UPDATE")
            other.execute("INSERT INTO tallies (name, count) VALUES ('theirs', 7)")
            waiting = thread.submit(mine.append, append)
            eventually(lambda: watching.execute("SELECT FROM pg_locks WHERE NOT granted").fetchone() is not None)
        assert waiting.result(30) == RowConflict("tallies", {"name": "theirs", "count": 7})
    assert mine.head().position == 2


def test_what_is_refused_is_refused_before_its_callables_are_heard(logs: tuple[EventLog, EventLog]) -> None:
    """As in every store: a key that is taken says what was answered then, whatever could not be answered now."""

    def failing(_: Sequence[Stamp]) -> Sequence[RowChange]:
        raise ZeroDivisionError

    mine, others = logs
    others.append(Append((), idempotency=KEY))
    assert mine.append(Append([draft("mine", 2)], failing, KEY)) == KeyTaken(KeptResponse(b"d", b"r"))
    with pytest.raises(ZeroDivisionError):
        mine.append(Append([draft("mine", 2)], failing))
    assert mine.head().position == 2


@pytest.mark.parametrize("isolation", ["repeatable read", "serializable"])
def test_the_database_may_isolate_otherwise_by_default(at: Place, isolation: str) -> None:
    given = psycopg.conninfo.make_conninfo(
        at.dsn, options=f"-c default_transaction_isolation={isolation.replace(' ', chr(92) + ' ')}"
    )
    mine, others = (open_postgres_log(given, at.schema, utc_now, TABLES) for _ in range(2))
    mine.append(Append([draft("mine")]))
    rows = Meanwhile(lambda: others.append(Append([draft("others")])))
    assert isinstance(mine.append(Append([draft("mine", 2)], rows)), Appended)
    assert mine.head().position == 3
    mine.close()
    others.close()


def test_of_one_whose_answer_was_lost_the_key_says_what_became_of_it(at: Place) -> None:
    proxy = Proxy(at.dsn)
    log = open_postgres_log(proxy.dsn, at.schema, utc_now, TABLES)
    log.append(Append([draft("mine")]))
    proxy.cut = lambda message: message == b""  # the end of a pipeline, which commits
    with pytest.raises(LogUnavailable):
        log.append(Append([draft("mine", 2)], idempotency=KEY))
    proxy.cut = lambda _: False
    assert log.kept("key") == KeptResponse(b"d", b"r")
    outcome = log.append(Append([draft("mine", 3)]))
    assert isinstance(outcome, Appended)
    assert [event.stream_version for event in everything(log)] == [1, 2, 3]
    log.close()
    proxy.close()


def test_an_append_that_waits_too_long_for_its_turn_is_an_answer_and_the_next_one_goes_on(at: Place) -> None:
    log = open_postgres_log(at.dsn, at.schema, utc_now, TABLES, connections=1, lock_timeout_s=0.3)
    log.append(Append([draft("mine")]))
    with at.owned() as other, other.transaction():
        other.execute("SELECT FROM log_head FOR UPDATE")
        with pytest.raises(LogUnavailable, match="lock timeout"):
            log.append(Append([draft("mine", 2)]))
    assert isinstance(log.append(Append([draft("mine", 2)])), Appended)
    assert log.head().position == 2
    log.close()


@pytest.mark.parametrize("meddling", ["INSERT", "DELETE"])
def test_tables_that_somebody_else_wrote_on_are_an_answer(at: Place, meddling: str) -> None:
    """An event that the head knows nothing of, or one that is gone."""
    log = open_postgres_log(at.dsn, at.schema, utc_now, TABLES)
    log.append(Append([draft("mine")]))
    with at.owned() as other:
        other.execute("ALTER TABLE stored_events DISABLE TRIGGER append_only")
        if meddling == "DELETE":
            other.execute("DELETE FROM stored_events")
        else:
            other.execute("INSERT INTO stored_events VALUES (2, 'theirs', 1, 't', 1, 's', '', '')")
    with pytest.raises(LogUnavailable, match="the log's head says 1, its last event"):
        log.append(Append([draft("mine", 2)]))
    log.close()
