"""Both services, or their database, killed and started again under load: nothing is lost, nothing counts twice."""

from collections.abc import Iterator
from functools import partial
from typing import TypeAlias

import pytest

from services.cases.tables import TABLES as CASES_TABLES
from services.ledger.tables import TABLES as LEDGER_TABLES
from tests.support.eventually import eventually
from tests.support.load import Load
from tests.support.postgres import Server, in_database, place
from tests.support.survival import check_log, check_signed, check_standings, check_told_once
from tools.parties import Parties
from tools.stack import ServiceName, Stack

CASES, SELLERS = 30, 4
KILLS: tuple[tuple[int, ServiceName], ...] = (
    (CASES // 4, "ledger"),
    (CASES // 2, "cases"),
    (3 * CASES // 4, "ledger"),
)


Store: TypeAlias = tuple[dict[str, str], Server | None]
"""What both services are told of their store, and its server where that is killed, too."""


@pytest.fixture(scope="module", params=["sqlite", "postgres", "postgres, two workers each", "postgres, killed too"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    """Where the logs of both services are."""
    if request.param == "sqlite":
        yield {}, None
        return
    server = Server() if "killed" in request.param else None
    owner = None if server is None else server.owner
    places = {"cases": place(owner), "ledger": place(owner)}
    places["cases"].migrate(CASES_TABLES)
    places["ledger"].migrate(LEDGER_TABLES)
    workers = {"CASES_WORKERS": "2", "LEDGER_WORKERS": "2"} if "workers" in request.param else {}
    yield workers | in_database(places), server
    for at in places.values():
        at.drop()
    if server is not None:
        server.remove()


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory, store: Store) -> Iterator[tuple[Parties, Load]]:
    """Given a load of cases, when what serves them is killed and started again under it, all of it gets through."""
    settings, server = store
    stack = Stack(tmp_path_factory.mktemp("restarts"), settings=settings)
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token, patience_s=20) as parties:
        load = Load(parties, seed=20260301, cases=CASES, sellers=SELLERS)
        load.start()
        for after, name in KILLS:
            eventually(partial(load.reached, after), within_s=30)
            if server is not None:
                server.kill()
                server.start()
            else:
                stack.kill(name)
                stack.start(name)
        load.finish()
        stack.wait_ready("ledger")
        yield parties, load


def test_what_was_acknowledged_is_in_the_log(survived: tuple[Parties, Load]) -> None:
    check_log(*survived)


def test_what_was_signed_of_it_is_true_still(survived: tuple[Parties, Load]) -> None:
    check_signed(*survived)


def test_every_standing_equals_the_oracle(survived: tuple[Parties, Load]) -> None:
    check_standings(*survived)


def test_the_ledger_tells_each_decision_once(survived: tuple[Parties, Load]) -> None:
    check_told_once(*survived)
