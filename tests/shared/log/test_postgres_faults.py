"""PostgreSQL cut off, killed, locked or replaced: no success that is none, nothing half-written, and it goes on."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import psycopg
import pytest

from shared.kit.log.instant import to_us, utc_now
from shared.kit.log.model import Append, Appended, EventLog, LogBroken, LogUnavailable, Stamp
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.postgres.connecting import Limits
from shared.kit.log.postgres.datastore import LogDatastore
from shared.kit.log.rows import Put, RowChange
from shared.kit.log.sequenced import SequencedLog
from tests.support.acknowledged import Acknowledged, answers, check_kept, keyed, writing
from tests.support.eventually import eventually
from tests.support.logs import NOON, TABLES, TALLIES, StandingClock, draft, everything
from tests.support.postgres import Place, Server, place
from tests.support.proxy import Proxy

WRITERS = 6
TRIGGERS = "ALTER TABLE stored_events {} TRIGGER append_only"


@pytest.fixture
def at() -> Iterator[Place]:
    """A schema with an empty log."""
    made = place()
    made.migrate(TABLES)
    yield made
    made.drop()


@pytest.fixture
def log(at: Place, clock: StandingClock) -> Iterator[EventLog]:
    """The log in it."""
    made = open_postgres_log(at.dsn, at.schema, clock, TABLES)
    yield made
    made.close()


def test_of_a_commit_whose_answer_was_lost_the_key_says_what_became_of_it(at: Place, clock: StandingClock) -> None:
    proxy = Proxy(at.dsn)
    log = open_postgres_log(proxy.dsn, at.schema, clock, TABLES)
    proxy.cut = lambda message: b"; COMMIT" in message
    with pytest.raises(LogUnavailable):
        log.append(keyed("case-1"))
    proxy.cut = lambda _: False
    kept = log.kept("case-1-1")
    assert kept is not None
    assert kept.response == b"1"
    assert [event.position for event in everything(log)] == [1]
    outcome = log.append(keyed("case-1", 2))
    assert isinstance(outcome, Appended)
    assert outcome.stamps[0].position == 2
    log.close()
    proxy.close()


def test_of_an_append_that_was_cut_before_its_commit_nothing_is_there(at: Place, clock: StandingClock) -> None:
    proxy = Proxy(at.dsn)
    log = open_postgres_log(proxy.dsn, at.schema, clock, TABLES)
    proxy.cut = lambda message: b"FOR UPDATE" in message
    with pytest.raises(LogUnavailable):
        log.append(keyed("case-1"))
    proxy.cut = lambda _: False
    assert log.kept("case-1-1") is None
    assert isinstance(log.append(keyed("case-1")), Appended)
    log.close()
    proxy.close()


def test_connections_that_were_cut_at_rest_are_not_noticed(at: Place, clock: StandingClock) -> None:
    proxy = Proxy(at.dsn)
    log = open_postgres_log(proxy.dsn, at.schema, clock, TABLES)
    log.append(keyed("case-1"))
    proxy.cut_all()
    assert isinstance(log.append(keyed("case-1", 2)), Appended)
    log.close()
    proxy.close()


def test_an_append_of_another_process_under_way_is_an_answer(at: Place, clock: StandingClock) -> None:
    datastore = LogDatastore(at.dsn, at.schema, Limits(lock_s=0.2))
    with at.owned() as other, other.transaction():
        other.execute("SELECT FROM log_head FOR UPDATE")
        with pytest.raises(LogUnavailable, match="lock timeout"), datastore.writing() as connection:
            connection.execute("SELECT FROM log_head FOR UPDATE")
    with datastore.writing() as connection:
        connection.execute("SELECT FROM log_head FOR UPDATE")
    datastore.close()


def test_another_append_of_this_process_under_way_is_an_answer(at: Place) -> None:
    datastore = LogDatastore(at.dsn, at.schema, Limits(lock_s=0.1))
    with datastore.writing(), pytest.raises(LogUnavailable, match="another append"), datastore.writing():
        pass
    datastore.close()


def test_more_readers_than_connections_wait_and_are_told(at: Place) -> None:
    datastore = LogDatastore(at.dsn, at.schema, Limits(connections=1, lock_s=0.1))
    busy = pytest.raises(LogUnavailable, match="couldn't get a connection")
    with datastore.connection(), busy, datastore.connection():
        pass
    datastore.close()


def test_an_append_that_computes_for_too_long_loses_its_turn(at: Place, clock: StandingClock) -> None:
    datastore = LogDatastore(at.dsn, at.schema, Limits(idle_s=0.1))

    def dawdle() -> None:
        with datastore.writing() as connection:
            connection.execute("BEGIN; SELECT FROM log_head FOR UPDATE")
            other.execute("SELECT FROM log_head FOR UPDATE")  # granted when the session before was ended
            connection.execute("SELECT 1")

    with at.owned() as other, pytest.raises(LogUnavailable):
        dawdle()
    datastore.close()


def test_a_statement_that_takes_too_long_is_ended(at: Place) -> None:
    datastore = LogDatastore(at.dsn, at.schema, Limits(statement_s=0.1))
    with pytest.raises(LogUnavailable, match="statement timeout"), datastore.connection() as connection:
        connection.execute("SELECT pg_sleep(30)")
    datastore.close()


@pytest.mark.parametrize(
    "meddling",
    [
        "UPDATE log_head SET position = position + 1",
        "UPDATE log_head SET position = 0",
        "INSERT INTO stored_events VALUES (2, 'other', 1, 't', 1, 's', '', '')",
    ],
)
def test_a_log_in_which_somebody_else_writes_is_not_written_on(log: EventLog, at: Place, meddling: str) -> None:
    log.append(Append([draft("case-1", 1)]))
    with at.owned() as other:
        other.execute(meddling)
    with pytest.raises(LogUnavailable, match=r"the log's head (says|would have to be)"):
        log.append(Append([draft("case-1", 2)]))
    assert len(log.stream("case-1")) == 1


def test_rows_that_somebody_else_wrote_are_an_answer(log: EventLog, at: Place) -> None:
    with at.owned() as other:
        other.execute("ALTER TABLE tallies ADD CHECK (count < 10)")
    with pytest.raises(LogUnavailable, match="not as this log left them"):
        log.append(Append([draft()], lambda _: [Put(TALLIES, {"name": "a", "count": 10})]))
    assert log.head().position == 0


FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = 'disk_full';
END
$$;
CREATE TRIGGER full_disk AFTER INSERT ON {} EXECUTE FUNCTION full_disk()
"""


@pytest.mark.parametrize("table", ["stored_events", "kept_responses", "tallies"])
def test_a_server_whose_disk_is_full_is_an_answer_and_nothing_is_half_written(
    log: EventLog, at: Place, table: str
) -> None:
    """The server's own error, raised wherever an append writes."""
    log.append(keyed("case-1"))
    held = (log.head(), everything(log))
    more = replace(keyed("case-1", 2), rows=lambda _: [Put(TALLIES, {"name": "a", "count": 1})])
    with at.owned() as owner:
        owner.execute(FULL.format(table))
    with pytest.raises(LogUnavailable, match="No space left"):
        log.append(more)
    assert (log.head(), everything(log)) == held
    assert (log.kept("case-1-2"), log.get(TALLIES, "a")) == (None, None)
    with at.owned() as owner:
        owner.execute("DROP FUNCTION full_disk CASCADE")
    outcome = log.append(more)
    assert isinstance(outcome, Appended)
    assert outcome.stamps[0].position == 2


def test_a_database_that_forgot_what_was_acknowledged_is_not_written_on(log: EventLog, at: Place) -> None:
    """As after a failover to a standby that lagged, or a backup put in its place."""
    log.append(Append([draft("case-1", 1)]))
    before = log.head()
    log.append(Append([draft("case-1", 2)]))
    with at.owned() as other:
        other.execute(TRIGGERS.format("DISABLE"))
        other.execute("DELETE FROM stored_events WHERE notification_id = 2")
        head = (to_us(NOON), b"".join(before.frontier))
        other.execute("UPDATE log_head SET position = 1, recorded_us = %s, frontier = %s", head)
        other.execute(TRIGGERS.format("ENABLE ALWAYS"))
    with pytest.raises(LogBroken, match="stands at 1, and 2 was committed"):
        log.append(Append([draft("case-1", 2)]))
    assert log.head() == before


def test_a_database_that_takes_no_writes_can_be_read(at: Place, clock: StandingClock) -> None:
    log = open_postgres_log(at.dsn, at.schema, clock, TABLES)
    log.append(Append([draft()]))
    log.close()
    reading = psycopg.conninfo.make_conninfo(at.dsn, options="-c default_transaction_read_only=on")
    log = open_postgres_log(reading, at.schema, clock, TABLES)
    clock.advance(60)
    page = log.read(0, 10)
    assert (len(page.events), page.recorded_through) == (1, NOON)
    log.close()


@pytest.fixture
def server() -> Iterator[Server]:
    """A server that a test may kill."""
    made = Server()
    yield made
    made.remove()


@pytest.mark.parametrize("acknowledgements", [5, 150])
def test_a_killed_server_keeps_what_it_acknowledged(server: Server, acknowledgements: int) -> None:
    at = place(server.owner)
    at.migrate(TABLES)
    log = open_postgres_log(at.dsn, at.schema, utc_now, TABLES, lock_timeout_s=1)
    acknowledged: list[Acknowledged] = []
    for round_ in range(2):
        before = log.head().position
        names = [f"writer-{round_}-{writer}" for writer in range(WRITERS)]
        with writing(log, names) as said:
            assert log.wait(before + acknowledgements, 30)
            server.kill()
        acknowledged += said
        server.start()
        eventually(lambda: answers(log), within_s=30)
        check_kept(log, acknowledged)
    assert len(acknowledged) >= 2 * acknowledgements
    assert isinstance(log.append(Append([draft("after")])), Appended)
    log.close()


def test_a_server_that_is_away_is_an_answer_and_its_return_is_noticed(server: Server) -> None:
    at = place(server.owner)
    at.migrate(TABLES)
    log = open_postgres_log(at.dsn, at.schema, utc_now, TABLES, lock_timeout_s=1)
    assert isinstance(log, SequencedLog)
    log.append(Append([draft()]))
    server.stop()
    calls: list[Callable[[], object]] = [log.head, lambda: log.append(Append([draft("other")])), lambda: log.read(0, 9)]
    for call in calls:
        with pytest.raises(LogUnavailable):
            call()
    server.start()
    eventually(lambda: answers(log), within_s=30)
    other = open_postgres_log(at.dsn, at.schema, utc_now, TABLES)
    other.append(Append([draft("other")]))
    assert log.wait(1, 30)
    assert isinstance(log.append(Append([draft("other", 2)])), Appended)
    other.close()
    log.close()


def test_nothing_is_left_of_an_append_that_raises(log: EventLog, at: Place) -> None:
    def failing(_: Sequence[Stamp]) -> Sequence[RowChange]:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        log.append(Append([draft()], failing))
    with at.owned() as other:
        asked = "SELECT count(*) FROM pg_stat_activity WHERE application_name = %s AND state LIKE 'idle in%%'"
        assert other.execute(asked, (f"demerit-{at.schema}",)).fetchone() == (0,)
