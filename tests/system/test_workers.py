"""Several processes over one database: one follows, all answer, and whoever follows no more is replaced."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest

from services.cases.tables import TABLES as CASES_TABLES
from services.ledger.main import build
from services.ledger.settings import Settings
from services.ledger.tables import TABLES
from shared.kit.feed_client import FeedPage
from shared.kit.localkeys import ensure_keys
from shared.kit.log.postgres import open_postgres_log
from tests.support.cases_service import CasesService, cases_service
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.eventually import eventually
from tests.support.ledger_service import LedgerService, ledger_service
from tests.support.postgres import Place, place


@pytest.fixture
def database() -> Iterator[Place]:
    """A schema for the ledger, migrated."""
    given = place()
    given.migrate(TABLES)
    yield given
    given.drop()


@contextmanager
def process(folder: Path, cases: Decisions, database: Place, **settings: Any) -> Iterator[LedgerService]:
    """Serve as one of several processes would: each has its own memory, lease and connections."""
    given: dict[str, Any] = {"database_url": database.dsn, "database_schema": database.schema}
    with ledger_service(folder, cases, **given, database_connections=3, **settings) as ledger:
        yield ledger


def state(ledger: LedgerService) -> str:
    """Return what a process says of its follower."""
    found = ledger.http.get("/health/ready").json()
    return str(found)


def follows(ledger: LedgerService) -> bool:
    """Return whether this process follows."""
    return "'following'" in state(ledger)


def stands_by(ledger: LedgerService) -> bool:
    """Return whether this process waits to take over."""
    return "'standing_by'" in state(ledger)


def deadlines(cases: CasesService) -> str:
    """Return what a process of the cases service says of its clock."""
    return str(cases.http.get("/health/ready").json()["checks"]["clock"])


def end_leases(database: Place) -> None:
    """Cut the connections that hold advisory locks, as a network or a kill would."""
    with psycopg.connect(database.owner, autocommit=True) as connection:
        connection.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted")


def test_one_follows_and_all_know_what_it_folds(tmp_path: Path, database: Place) -> None:
    cases = Decisions()
    with process(tmp_path, cases, database) as one, process(tmp_path, cases, database) as two:
        eventually(lambda: follows(one) != follows(two))
        for number in range(1, 6):
            cases.ordinary("s-1", at=FIRST + number * timedelta(hours=1))
            answers = [ledger.standing("s-1") for ledger in (one, two)]
            assert [answer["points"]["ordinary"] for answer in answers] == [12 * number] * 2
            assert answers[0] == answers[1]


def test_a_follower_that_was_cut_off_is_replaced_within_seconds_and_nothing_counts_twice(
    tmp_path: Path, database: Place
) -> None:
    """Given two processes, when the lease is lost again and again under load, then every decision counts once."""
    cases = Decisions()
    stop = threading.Event()

    def decide() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            cases.ordinary(f"s-{number % 7}", points=1, at=FIRST + timedelta(seconds=number))
            stop.wait(0.002)

    with process(tmp_path, cases, database) as one, process(tmp_path, cases, database) as two:
        eventually(lambda: follows(one) or follows(two), within_s=10)
        writer = threading.Thread(target=decide)
        writer.start()
        try:
            for _ in range(4):
                end_leases(database)
                eventually(lambda: follows(one) or follows(two), within_s=10)
        finally:
            stop.set()
            writer.join()
        head = cases.log.head().position
        total = sum(one.standing(f"s-{n}")["points"]["ordinary"] for n in range(7))
        assert total == head
        for n in range(7):
            assert two.standing(f"s-{n}") == one.standing(f"s-{n}")
        eventually(lambda: follows(one) != follows(two), within_s=10)


def test_the_process_that_stays_takes_over_when_the_other_ends(tmp_path: Path, database: Place) -> None:
    cases = Decisions()
    with process(tmp_path, cases, database) as stays:
        eventually(lambda: follows(stays), within_s=10)
        end_leases(database)
        with process(tmp_path, cases, database) as other:
            eventually(lambda: follows(other) != follows(stays), within_s=10)
            cases.ordinary("s-1", at=FIRST + DAY)
            assert other.standing("s-1") == stays.standing("s-1")
        eventually(lambda: follows(stays), within_s=10)
        cases.ordinary("s-1", at=FIRST + 2 * DAY)
        assert stays.standing("s-1")["points"]["ordinary"] == 24


class Unforeseen(Decisions):
    """A feed that fails as no feed may."""

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Raise."""
        raise ZeroDivisionError


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_a_follower_that_ended_by_an_error_leaves_the_seat_to_another_process(tmp_path: Path, database: Place) -> None:
    cases = Decisions()
    cases.ordinary("s-1")
    with process(tmp_path, Unforeseen(), database) as one, process(tmp_path, cases, database) as two:
        eventually(lambda: "'stopped'" in state(one), within_s=10)
        assert one.http.get("/health/ready").status_code == 503
        eventually(lambda: follows(two), within_s=10)
        assert two.standing("s-1")["points"]["ordinary"] == 12


def test_a_process_that_only_answers_never_follows(tmp_path: Path, database: Place) -> None:
    cases = Decisions()
    cases.ordinary("s-1")
    with process(tmp_path, cases, database, follows=False) as answers:
        eventually(lambda: stands_by(answers))
        ready = answers.http.get("/health/ready")
        told = {
            "state": "standing_by",
            "position": 0,
        }  # nobody tells it of the head, so it names neither that nor a lag
        assert (ready.status_code, ready.json()["checks"]["follower"]["detail"]) == (200, told)
        with process(tmp_path, cases, database) as follower:
            assert follower.standing("s-1") == answers.standing("s-1")


def test_a_follower_without_answers_tells_of_its_health_alone(tmp_path: Path, database: Place) -> None:
    cases = Decisions()
    jwks = ensure_keys(tmp_path / "keys")
    settings = Settings(
        data_dir=tmp_path,
        jwks=str(jwks),
        database_url=database.dsn,  # type: ignore[arg-type]  # pydantic makes a secret of it
        database_schema=database.schema,
    )
    log = open_postgres_log(database.dsn, database.schema, cases.clock, TABLES, connections=2)
    app = build(settings, clock=cases.clock, feed=cases, log=log, answers=False)
    paths = app.openapi()["paths"]
    assert {"/health/live", "/health/ready", "/metrics"} == set(paths)
    log.close()


def test_the_process_that_counts_deadlines_says_how_far_it_is_and_the_others_stand_by(tmp_path: Path) -> None:
    """A process that counts nothing would say for ever that the calendars are not counted."""
    database = place()
    database.migrate(CASES_TABLES)
    given: dict[str, Any] = {"database_url": database.dsn, "database_schema": database.schema}
    with cases_service(tmp_path, **given, database_connections=3) as one:
        eventually(lambda: deadlines(one) == "{'ok': True, 'detail': {'calendars_counted': True}}")
        with cases_service(tmp_path, **given, database_connections=3) as two:
            assert deadlines(two) == "{'ok': True, 'detail': {'state': 'standing_by'}}"
    database.drop()


def test_several_workers_need_a_database(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="share a database"):
        Settings(workers=2)
