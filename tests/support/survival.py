"""What must hold of both services after a load during which something was killed: nothing lost, nothing counted twice.

What the ledger answers is compared with the plain oracle, which is fed from the cases feed.
"""

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product
from typing import Any

from shared.rulebook.loader import shipped
from tests.support.load import Load
from tests.support.standing_check import Clocks, answered, entries_by_seller, expected
from tools.parties import Parties, Person
from tools.verify_audit import connected, read_hash, read_key, verify_checkpoint, verify_receipt

AUDITOR = Person("auditor", "a-1")
LATER = (timedelta(0), timedelta(days=3), timedelta(days=8), timedelta(days=30), timedelta(days=500))


def feed(parties: Parties, base: str) -> list[dict[str, Any]]:
    """Return all events of a feed."""
    return [json.loads(state) for state in leaves(parties, base)]


def leaves(parties: Parties, base: str) -> list[bytes]:
    """Return all events of a feed as they are stored, page by page."""
    states: list[bytes] = []
    while True:
        params = {"after": str(len(states)), "limit": "100"}
        page = parties.ask(AUDITOR, "GET", f"{base}/feed", params=params, headers={"Accept": "application/x-ndjson"})
        if not page.content:
            return states
        states += page.content.splitlines()


def check_log(parties: Parties, load: Load) -> None:
    """Every event of every receipt stands in the feed at its position, and positions have no hole."""
    events = feed(parties, parties.cases_url)
    assert [int(event["sequence"]) for event in events] == list(range(1, len(events) + 1))
    stored = {event["id"]: (int(event["sequence"]), event["type"]) for event in events}
    acknowledged = [event for receipt in load.receipts for event in receipt["events"]]
    assert len(acknowledged) == len({event["id"] for event in acknowledged})
    assert [e for e in acknowledged if stored.get(e["id"]) != (e["position"], e["type"])] == []
    assert len(acknowledged) == len(events)


def check_signed(parties: Parties, load: Load) -> None:
    """Every receipt that was given shows its event, and the log of now continues every checkpoint in them.

    A few may have been left out: where the disk or the database was away for a moment.
    """
    base = parties.cases_url

    def asked(path: str, **params: int) -> Any:
        return parties.ask(AUDITOR, "GET", f"{base}/log/{path}", params={key: str(at) for key, at in params.items()})

    states, keys = leaves(parties, base), [read_key(line) for line in asked("keys").text.splitlines()]
    now = verify_checkpoint(asked("checkpoint").content, keys, keys[0].name)
    assert now.size == len(states)
    events = [event for answer in load.receipts for event in answer["events"]]
    given = [(event["position"], event["receipt"].encode()) for event in events if event["receipt"]]
    assert len(given) > len(events) * 0.8
    heads = {}
    for position, receipt in given:
        index, head = verify_receipt(receipt, states[position - 1], keys, keys[0].name)
        assert index == position - 1
        heads[head.size] = head
    for size, head in heads.items():
        proof = asked("proof/consistency", **{"from": size, "to": now.size}).json()["proof"]
        assert connected(head, now, [read_hash(one) for one in proof])


def check_standings(parties: Parties, load: Load) -> None:
    """At several instants and states of knowledge, every seller's points, sanctions and standing are the oracle's."""
    events = feed(parties, parties.cases_url)
    entries, timeline, head = entries_by_seller(events), shipped("seed"), len(events)
    names = [f"s-{number}" for number in range(load.sellers)]
    assert sum(map(len, entries.values())) > load.cases // 4
    assert entries.keys() <= set(names)
    now = datetime.now(UTC)
    middle = datetime.fromisoformat(events[head // 2]["recordedtime"])
    for name, known_at in product(names, (None, middle, middle - timedelta(days=1))):
        for later in LATER:
            clocks = Clocks(now + later, known_at)
            standing = parties.standing(AUDITOR, name, min_position=head, **clocks.params()).json()
            assert answered(standing) == expected(entries.get(name, []), timeline, clocks), (name, clocks)


def check_told_once(parties: Parties, load: Load) -> None:
    """Entries are those of the decisions, versions have no hole, and each `before` is the last `after`."""
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
