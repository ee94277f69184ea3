"""A primary that dies and a standby that takes over: what both acknowledged is there, what only one had is missed.

The servers are real and stream to each other. A service is told of both, and goes on with the one that takes writes.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import httpx
import pytest

from services.cases.tables import TABLES as CASES_TABLES
from services.ledger.tables import TABLES as LEDGER_TABLES
from shared.kit.log.instant import utc_now
from shared.kit.log.model import Append, Appended, EventLog, LogBroken, LogUnavailable
from shared.kit.log.postgres import datastore, open_postgres_log
from tests.support.acknowledged import answers, check_kept, keyed, writing
from tests.support.decisions import FIRST, Decisions
from tests.support.eventually import eventually
from tests.support.ledger_service import LedgerService, ledger_service
from tests.support.load import Load
from tests.support.logged import logged_by
from tests.support.logs import TABLES, StandingClock, draft, everything
from tests.support.postgres import Place, in_database, place
from tests.support.standby import Pair
from tests.support.survival import check_log, check_standings, check_told_once
from tools.parties import Parties
from tools.stack import Stack

WRITERS = 6
CASES, SELLERS = 18, 3


@pytest.fixture
def pair() -> Iterator[Pair]:
    """A primary that acknowledges what its standby has on disk too."""
    made = Pair(synchronous=True)
    yield made
    made.remove()


@pytest.fixture
def lagging() -> Iterator[Pair]:
    """A primary that waits for nobody."""
    made = Pair(synchronous=False)
    yield made
    made.remove()


def migrated(pair: Pair) -> Place:
    """Return a schema with a log, on both servers."""
    at = place(pair.owner)
    at.migrate(TABLES)
    return at


def opened(at: Place) -> EventLog:
    return open_postgres_log(at.dsn, at.schema, utc_now, TABLES, lock_timeout_s=1)


def test_what_a_synchronous_standby_acknowledged_too_is_there_when_it_takes_over(pair: Pair) -> None:
    """Given writers under load, when the primary is killed, then their open log goes on with the promoted standby.

    What the primary wrote last is lost on its way when it dies: nobody was told of it.
    """
    at = migrated(pair)
    log = opened(at)
    names = [f"writer-{number}" for number in range(WRITERS)]
    with writing(log, names) as acknowledged:
        assert log.wait(150, 30)
        with pair.deaf():
            eventually(pair.waiting, within_s=30)
            pair.primary.kill()
    with pytest.raises(LogUnavailable):
        log.append(keyed("between"))
    pair.promote()
    eventually(partial(answers, log), within_s=30)
    assert len(acknowledged) >= 150
    check_kept(log, acknowledged)
    head = log.head().position
    outcome = log.append(keyed("after"))
    assert isinstance(outcome, Appended)
    assert outcome.stamps[0].position == head + 1
    check_kept(log, acknowledged)
    log.close()


def test_nothing_is_acknowledged_while_the_synchronous_standby_is_away(pair: Pair) -> None:
    """Given a standby that is down, then an append waits, unseen, others are refused, and readers read."""
    at = migrated(pair)
    log = opened(at)
    log.append(keyed("before"))
    pair.standby.stop()
    with ThreadPoolExecutor(1) as threads:
        appending = threads.submit(log.append, keyed("waits"))
        try:
            eventually(pair.waiting, within_s=30)
            with pytest.raises(LogUnavailable):
                log.append(keyed("refused"))
            assert [event.stream for event in log.read(0, 9).events] == ["before"]
            assert not appending.done()
        finally:
            pair.standby.start()
        assert isinstance(appending.result(30), Appended)
    assert [event.stream for event in everything(log)] == ["before", "waits"]
    log.close()


@pytest.fixture
def survived(pair: Pair, tmp_path: Path) -> Iterator[tuple[Parties, Load]]:
    """Given both services at work on the pair, when the primary is killed, then the load gets through on the other."""
    places = {"cases": place(pair.owner), "ledger": place(pair.owner)}
    places["cases"].migrate(CASES_TABLES)
    places["ledger"].migrate(LEDGER_TABLES)
    stack = Stack(tmp_path, settings=in_database(places))
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token, patience_s=30) as parties:
        load = Load(parties, seed=20260302, cases=CASES, sellers=SELLERS)
        load.start()
        eventually(partial(load.reached, CASES // 2), within_s=30)
        with pair.deaf():
            eventually(pair.waiting, within_s=30)
            pair.primary.kill()
        pair.promote()
        load.finish()
        yield parties, load


def test_both_services_go_on_by_themselves_and_the_ledger_folds_everything_once(
    survived: tuple[Parties, Load],
) -> None:
    check_log(*survived)
    check_standings(*survived)
    check_told_once(*survived)


def ready(ledger: LedgerService) -> httpx.Response:
    return ledger.http.get("/health/ready")


def noticed(ledger: LedgerService) -> bool:
    """Return whether the ledger has stopped: by the log's head, by its checkpoint, or because it is not signed."""
    told = ready(ledger).text
    return any(code in told for code in ("log_went_back", "log_rolled_back", "log_not_signed"))


def test_a_standby_that_lagged_is_noticed_by_the_ledger_and_by_whoever_writes(lagging: Pair, tmp_path: Path) -> None:
    """Given a standby that never got the last decision, when it takes over, then everybody who knew of that stops."""
    at = migrated(lagging)
    clock = StandingClock(FIRST)
    cases = Decisions(clock, store=open_postgres_log(at.dsn, at.schema, clock, lock_timeout_s=1))
    kept = cases.ordinary("s-1")
    lagging.wait_streamed()
    lagging.standby.stop()
    with ledger_service(tmp_path, cases) as ledger:
        lost = cases.ordinary("s-1")
        before = ledger.standing("s-1")
        assert before["points"]["ordinary"] == 24
        lagging.primary.kill()
        lagging.standby.start()
        lagging.promote()
        eventually(lambda: noticed(ledger), within_s=30)
        assert ready(ledger).status_code == 503
        assert ledger.get("/sellers/s-1/standing", min_position=lost.position).json() == before
        with logged_by(datastore) as lines, pytest.raises(LogBroken, match="stands at 1, and 2 was committed"):
            cases.log.append(Append([draft("case-new")]))
        assert {
            "log_level": "error",
            "event": "log_went_back",
            "schema": at.schema,
            "position": 1,
            "committed": 2,
        } in lines
        assert [event.position for event in everything(cases.log)] == [kept.position]
    with ledger_service(tmp_path, cases) as again:
        eventually(lambda: noticed(again), within_s=30)
    cases.log.close()


def test_a_ledger_whose_own_database_lagged_folds_again_what_is_missing(lagging: Pair, tmp_path: Path) -> None:
    """Given a standby that never got the last entry, when it takes over, then a ledger started on it has that again."""
    at = place(lagging.owner)
    at.migrate(LEDGER_TABLES)
    cases = Decisions()
    serve = partial(ledger_service, tmp_path, cases, database_url=at.dsn, database_schema=at.schema)
    with serve() as ledger:
        cases.ordinary("s-1")
        ledger.standing("s-1")
        lagging.wait_streamed()
        lagging.standby.stop()
        cases.ordinary("s-1")
        before = ledger.standing("s-1")
        lagging.primary.kill()
        lagging.standby.start()
        lagging.promote()
        cases.ordinary("s-1")
        eventually(lambda: "2 was committed" in ready(ledger).text, within_s=30)
    with serve() as again:
        assert before["points"]["ordinary"] == 24
        assert again.standing("s-1")["points"]["ordinary"] == 36
        told = again.get("/feed", headers=again.headers("auditor")).json()
        assert [event["streamversion"] for event in told] == list(range(1, len(told) + 1))
        assert sum("_violation_recorded" in event["type"] for event in told) == 3


def test_standings_are_answered_from_a_standby_that_has_what_the_caller_has_seen(lagging: Pair, tmp_path: Path) -> None:
    """Given a process on the standby, when replay lags, then it answers what it has, and waits for what it is asked."""
    at = place(lagging.owner)
    at.migrate(LEDGER_TABLES)
    cases = Decisions()
    standby = lagging.at_standby(at).dsn
    serve = partial(ledger_service, tmp_path, cases, database_schema=at.schema)
    with serve(database_url=at.dsn) as ledger:
        cases.ordinary("s-1")
        ledger.standing("s-1")
        lagging.wait_streamed()
        with serve(database_url=standby, follows=False, max_wait_s=0.3) as replica:
            assert replica.standing("s-1") == ledger.standing("s-1")
            lagging.pause()
            old, new = ledger.standing("s-1"), cases.ordinary("s-1")
            assert ledger.standing("s-1")["points"]["ordinary"] == 24
            refused = replica.get("/sellers/s-1/standing", min_position=new.position)
            assert (refused.status_code, refused.json()["code"]) == (503, "position_not_folded")
            assert replica.get("/sellers/s-1/standing").json() == old
            lagging.resume()
            eventually(lambda: replica.get("/sellers/s-1/standing", min_position=new.position).status_code == 200)
            assert replica.standing("s-1") == ledger.standing("s-1")
            assert ready(replica).json()["checks"]["follower"]["detail"]["state"] == "standing_by"
            feed = replica.get("/feed", headers=replica.headers("auditor"))
            assert (feed.status_code, feed.json()["code"]) == (503, "not_primary")
            note = replica.http.get("/log/checkpoint")
            assert (note.status_code, note.json()["code"]) == (503, "not_primary")
            assert ready(replica).json()["checks"]["audit"]["ok"] is True


def test_who_waits_on_a_standby_hears_of_appends_on_the_primary(lagging: Pair) -> None:
    """Given a log opened on the standby, which cannot be notified, then it hears of what is replayed by asking."""
    at = migrated(lagging)
    lagging.wait_streamed()
    log, replica = opened(at), opened(lagging.at_standby(at))
    log.append(keyed("case-1"))
    assert replica.wait(0, 30)
    assert everything(replica) == everything(log)
    with pytest.raises(LogUnavailable, match="during recovery"):
        replica.append(keyed("case-2"))
    for one in (replica, log):
        one.close()
