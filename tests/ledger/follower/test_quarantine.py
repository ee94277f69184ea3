"""Given a fact that cannot be folded, then its account waits, alone and visibly, until it is released."""

from collections.abc import Callable
from pathlib import Path

import pytest

from services.ledger import waiting
from services.ledger.application import MAX_PARKED, Released
from services.ledger.casefacts import FollowerAlarm
from services.ledger.decisions import Limits
from services.ledger.domain.events import (
    AccountQuarantined,
    AccountReleased,
    OrdinaryViolationRecorded,
    StandingLapsed,
)
from services.ledger.posting import Failed
from services.ledger.tables import PARKED, TABLES
from shared.contracts.decisions import DirectSanction
from shared.kit.decider import Refusal
from shared.kit.log.model import Append
from shared.kit.log.rows import Put, Remove, Row, RowChange, Value
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following


def test_a_reversal_of_nothing_quarantines_its_account_alone(cases: Decisions, ledger: Following) -> None:
    """Its later facts wait; others go on; no standing is given out."""
    cases.ordinary("s-1")
    bad = cases.reverse("s-1", "no-such-decision")
    cases.ordinary("s-2")
    cases.ordinary("s-1")
    ledger.step()
    told = ledger.events("s-1")[-1]
    assert isinstance(told, AccountQuarantined)
    assert (told.position, told.cause) == (bad.position, bad.id)
    assert told.reason.startswith("entry_unknown: ")
    refusal = ledger.refusal("s-1")
    assert (refusal.code, refusal.facts["position"]) == ("seller_quarantined", bad.position)
    assert ledger.ask("s-2")["points"]["ordinary"] == 12
    assert ledger.progress.now.position == 4
    assert [row["position"] for row in ledger.log.select(PARKED, limit=10)] == [2, 4]


@pytest.mark.parametrize(
    ("points", "direct", "reason"),
    [
        (1001, (), "points are 0 to 1000"),
        (-1, (), "points are 0 to 1000"),
        (0, (DirectSanction(0, ("shop_hidden",)),), "a direct sanction has 1 to 87840 hours"),
    ],
)
def test_a_number_outside_the_contract_quarantines(
    cases: Decisions, ledger: Following, points: int, direct: tuple[DirectSanction, ...], reason: str
) -> None:
    """The reason says what is allowed."""
    cases.ordinary("s-1", points=points, direct=direct)
    ledger.step()
    (told,) = ledger.events("s-1")
    assert isinstance(told, AccountQuarantined)
    assert told.reason == f"fact_unreadable: {reason}"


def test_data_of_another_shape_quarantine(cases: Decisions, ledger: Following) -> None:
    """A missing field, a wrong type, a track that is none."""
    cases.add("demerit.cases.ordinary_violation_upheld.v1", "s-1", {"points": 12})
    cases.add("demerit.cases.decision_reversed.v1", "s-2", {"decision": 7})
    old = cases.ordinary("s-3")
    cases.regrade("s-3", old, 6, track="counterfeit")
    ledger.step()
    reasons = [told.reason for n in (1, 2, 3) if isinstance(told := ledger.events(f"s-{n}")[-1], AccountQuarantined)]
    assert len(reasons) == 3
    assert all(reason.startswith("fact_unreadable: ") for reason in reasons)


def graver(state: Value) -> bytes:
    """Return an event that decides 48 points instead of 12."""
    assert isinstance(state, bytes)
    changed = state.replace(b'"points":12', b'"points":48')
    assert changed != state
    return changed


@pytest.mark.parametrize(
    "damage",
    [
        lambda row: [Put(PARKED, {**row, "state": graver(row["state"])})],
        lambda row: [Put(PARKED, {**row, "leaf": b"other"})],
        lambda row: [Put(PARKED, {**row, "leaf": None})],
        lambda row: [Put(PARKED, {**row, "state": None})],
        lambda row: [Remove(PARKED, ("s-1", row["position"]))],
    ],
    ids=["points", "leaf", "no leaf", "no bytes", "gone"],
)
def test_facts_that_wait_are_folded_only_as_they_came(
    cases: Decisions, ledger: Following, damage: Callable[[Row], list[RowChange]]
) -> None:
    """One of them was changed or taken away meanwhile: nothing is folded, the account stays where it is."""
    strict = Following(cases, cases.clock, ledger.log, limits=Limits(points=6))
    cases.ordinary("s-1")
    cases.ordinary("s-1")
    strict.step()
    row = ledger.log.select(PARKED, limit=10)[1]
    ledger.log.append(Append(rows=lambda _: damage(row)))
    refused = Following(cases, cases.clock, ledger.log).ledger.release("s-1", "someone-1")
    assert isinstance(refused, Refusal)
    assert refused.code == "waiting_damaged"
    ledger.log.append(Append(rows=lambda _: [Put(PARKED, row)]))
    assert isinstance(Following(cases, cases.clock, ledger.log).ledger.release("s-1", "someone-1"), Released)
    assert Following(cases, cases.clock, ledger.log).ask("s-1")["points"]["ordinary"] == 24


def test_a_fact_that_waits_since_before_there_was_a_leaf_gets_it(cases: Decisions, ledger: Following) -> None:
    """When a ledger starts."""
    strict = Following(cases, cases.clock, ledger.log, limits=Limits(points=6))
    cases.ordinary("s-1")
    cases.ordinary("s-1")
    strict.step()
    rows = ledger.log.select(PARKED, limit=10)
    ledger.log.append(Append(rows=lambda _: [Put(PARKED, {**row, "leaf": None}) for row in rows]))
    waiting.complete(ledger.log)
    assert ledger.log.select(PARKED, limit=10) == rows


def test_time_is_recorded_up_to_the_quarantine_and_no_further(cases: Decisions, ledger: Following) -> None:
    """The same events, whether or not an empty page came before."""
    cases.ordinary("s-1")
    cases.reverse("s-1", "no-such-decision", at=FIRST + 8 * DAY)
    ledger.step()
    cases.clock.now = FIRST + 400 * DAY
    ledger.step()
    kinds = [type(event) for event in ledger.events("s-1")]
    assert kinds == [OrdinaryViolationRecorded, StandingLapsed, AccountQuarantined]


def test_a_release_refuses_while_the_cause_is_there(cases: Decisions, ledger: Following) -> None:
    """It names the fact, and nothing is written."""
    cases.reverse("s-1", "no-such-decision")
    ledger.step()
    head = ledger.log.head().position
    failed = ledger.ledger.release("s-1", "admin-1")
    assert isinstance(failed, Failed)
    assert (failed.fact.position, failed.refusal.code) == (1, "entry_unknown")
    assert ledger.log.head().position == head
    assert ledger.refusal("s-1").code == "seller_quarantined"


def test_only_an_account_in_quarantine_is_released(cases: Decisions, ledger: Following) -> None:
    """Neither a good one nor an unknown one."""
    cases.ordinary("s-1")
    ledger.step()
    for seller in ("s-1", "nobody"):
        refusal = ledger.ledger.release(seller, "admin-1")
        assert isinstance(refusal, Refusal)
        assert refusal.code == "account_not_quarantined"


def test_once_mended_what_waited_is_folded_in_order(tmp_path: Path) -> None:
    """An operator raises the limit; the account is as if nothing had happened."""
    cases = Decisions()
    log = open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES)
    narrow = Following(cases, cases.clock, log, limits=Limits(points=20))
    cases.ordinary("s-1", points=24)
    cases.ordinary("s-1", points=12, at=FIRST + DAY)
    cases.ordinary("s-2", points=12)
    narrow.catch_up()
    assert narrow.refusal("s-1").code == "seller_quarantined"
    wide = Following(cases, cases.clock, log)
    assert wide.refusal("s-1").code == "seller_quarantined"
    released = wide.ledger.release("s-1", "admin-1")
    assert isinstance(released, Released)
    assert (released.seller, released.position, released.folded) == ("s-1", 1, 2)
    assert [stamp.position for _, stamp in released.events] == [3, 4, 5]
    kinds = [type(event) for event in wide.events("s-1")]
    expected = [AccountQuarantined, AccountReleased, OrdinaryViolationRecorded, OrdinaryViolationRecorded]
    assert kinds == expected
    assert wide.ask("s-1")["points"]["ordinary"] == 36
    assert wide.log.select(PARKED, limit=10) == []
    cases.ordinary("s-1", points=1)
    wide.catch_up()
    untroubled = Following(cases, cases.clock)
    untroubled.catch_up()
    assert wide.ask("s-1")["sanctions"] == untroubled.ask("s-1")["sanctions"]
    log.close()


def test_too_many_waiting_facts_stop_the_follower(cases: Decisions, ledger: Following) -> None:
    """Memory has an end, and dropping facts is no way out."""
    cases.reverse("s-1", "no-such-decision")
    for _ in range(MAX_PARKED - 1):
        cases.ordinary("s-1", points=1)
    ledger.step()
    assert ledger.progress.now.position == MAX_PARKED
    cases.ordinary("s-1", points=1)
    with pytest.raises(FollowerAlarm) as raised:
        ledger.step()
    assert raised.value.code == "too_many_wait"
