"""Both services as processes under load, killed and started again in the middle: nothing is lost, nothing counts twice.

What the ledger then answers is compared with the plain oracle, which is fed from the cases feed.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise, product
from typing import Any

import pytest

from services.cases.tables import TABLES as CASES_TABLES
from services.ledger.tables import TABLES as LEDGER_TABLES
from shared.rulebook.loader import shipped
from tests.support.eventually import eventually
from tests.support.load import Load
from tests.support.postgres import place
from tests.support.standing_check import Clocks, answered, entries_by_seller, expected
from tools.parties import Parties, Person
from tools.stack import ServiceName, Stack

CASES, SELLERS = 30, 4
KILLS: tuple[tuple[int, ServiceName], ...] = (
    (CASES // 4, "ledger"),
    (CASES // 2, "cases"),
    (3 * CASES // 4, "ledger"),
)
AUDITOR = Person("auditor", "a-1")
LATER = (timedelta(0), timedelta(days=3), timedelta(days=8), timedelta(days=30), timedelta(days=500))


@pytest.fixture(scope="module", params=["sqlite", "postgres", "postgres, two workers each"])
def settings(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """What both services are told of their store."""
    if request.param == "sqlite":
        yield {}
        return
    places = {"cases": place(), "ledger": place()}
    places["cases"].migrate(CASES_TABLES)
    places["ledger"].migrate(LEDGER_TABLES)
    workers = {"CASES_WORKERS": "2", "LEDGER_WORKERS": "2"} if "workers" in request.param else {}
    yield workers | {
        f"{name.upper()}_DATABASE_{what}": value
        for name, at in places.items()
        for what, value in (("URL", at.dsn), ("SCHEMA", at.schema))
    }
    for at in places.values():
        at.drop()


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory, settings: dict[str, str]) -> Iterator[tuple[Parties, Load]]:
    """Given a load of cases, when ledger and cases are killed and started again under it, all of it gets through."""
    stack = Stack(tmp_path_factory.mktemp("restarts"), settings=settings)
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token, patience_s=20) as parties:
        load = Load(parties, seed=20260301, cases=CASES, sellers=SELLERS)
        load.start()
        for after, name in KILLS:
            eventually(partial(load.reached, after), within_s=30)
            stack.kill(name)
            stack.start(name)
        load.finish()
        stack.wait_ready("ledger")
        yield parties, load


def feed(parties: Parties, base: str) -> list[dict[str, Any]]:
    """Return all events of a feed, page by page."""
    events: list[dict[str, Any]] = []
    while True:
        after = int(events[-1]["sequence"]) if events else 0
        params = {"after": str(after), "limit": "100"}
        page = parties.ask(AUDITOR, "GET", f"{base}/feed", params=params, headers={"Accept": "application/x-ndjson"})
        if not page.text:
            return events
        events += map(json.loads, page.text.splitlines())


def test_what_was_acknowledged_is_in_the_log(survived: tuple[Parties, Load]) -> None:
    """Every event of every receipt stands in the feed at its position, and positions have no hole."""
    parties, load = survived
    events = feed(parties, parties.cases_url)
    assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
    stored = {event["id"]: (int(event["sequence"]), event["type"]) for event in events}
    acknowledged = [event for receipt in load.receipts for event in receipt["events"]]
    assert len(acknowledged) == len({event["id"] for event in acknowledged})
    assert [e for e in acknowledged if stored.get(e["id"]) != (e["position"], e["type"])] == []
    assert len(acknowledged) == len(events)


def test_every_standing_equals_the_oracle(survived: tuple[Parties, Load]) -> None:
    """At several instants and states of knowledge, every seller's points, sanctions and standing are the oracle's."""
    parties, _ = survived
    events = feed(parties, parties.cases_url)
    entries, timeline, head = entries_by_seller(events), shipped("seed"), len(events)
    names = [f"s-{number}" for number in range(SELLERS)]
    assert sum(map(len, entries.values())) > CASES // 4
    assert entries.keys() <= set(names)
    now = datetime.now(UTC)
    middle = datetime.fromisoformat(events[head // 2]["recordedtime"])
    for name, known_at in product(names, (None, middle, middle - timedelta(days=1))):
        for later in LATER:
            clocks = Clocks(now + later, known_at)
            standing = parties.standing(AUDITOR, name, min_position=head, **clocks.params()).json()
            assert answered(standing) == expected(entries.get(name, []), timeline, clocks), (name, clocks)


def test_the_ledger_tells_each_decision_once(survived: tuple[Parties, Load]) -> None:
    """Entries are those of the decisions, versions have no hole, and each `before` is the last `after`."""
    parties, load = survived
    parties.standing(
        AUDITOR, "s-0", min_position=max(r["events"][-1]["position"] for r in load.receipts if r["events"])
    )
    entries = entries_by_seller(feed(parties, parties.cases_url))
    told = feed(parties, parties.ledger_url)
    for name, decided in entries.items():
        mine = [event for event in told if event["subject"] == name]
        assert [event["streamversion"] for event in mine] == list(range(1, len(mine) + 1))
        assert all(one["data"]["after"] == other["data"]["before"] for one, other in pairwise(mine))
        recorded = [event["data"]["entry"] for event in mine if event["type"].endswith("_violation_recorded.v1")]
        assert recorded == [entry.id for entry in decided]
