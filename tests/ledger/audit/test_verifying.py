"""Every row that the ledger keeps beside its log is made again from the log; what differs is found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.ledger.publication import Publication
from services.ledger.tables import TABLES
from services.ledger.verifying import LedgerRows, cites
from shared.kit.verifying.verify import Verified, verify
from tests.support.audit import signer
from tests.support.damage import Victim
from tests.support.decisions import DAY, FIRST, SEED, Decisions
from tests.support.following import Following

# What somebody changes in the read model, and the table in which that is found.
CHANGES: Final = [
    ("UPDATE accounts SET version = version + 1 WHERE seller = 's-1'", "accounts"),
    ("UPDATE accounts SET position = position + 1 WHERE seller = 's-1'", "accounts"),
    ("UPDATE accounts SET quarantined = 1 WHERE seller = 's-1'", "accounts"),
    ("UPDATE accounts SET quarantined = NULL WHERE seller = 's-3'", "accounts"),
    ("UPDATE accounts SET parked = parked + 1 WHERE seller = 's-3'", "accounts"),
    ("UPDATE accounts SET next_lapse_us = 5 WHERE seller = 's-2'", "accounts"),
    ("UPDATE accounts SET seller = 's-9' WHERE seller = 's-2'", "accounts"),
    ("DELETE FROM accounts WHERE seller = 's-1'", "accounts"),
    (
        "INSERT INTO accounts SELECT 's-0', version, position, NULL, 0, NULL FROM accounts WHERE seller = 's-1'",
        "accounts",
    ),
    ("DELETE FROM parked WHERE position = (SELECT MIN(position) FROM parked)", "parked"),
    ("UPDATE parked SET position = position + 100", "parked"),
    ("UPDATE parked SET seller = 's-1'", "parked"),
    ("UPDATE parked SET state = (SELECT MIN(state) FROM parked)", "parked"),
    ("UPDATE followed SET recorded_us = recorded_us - 1", "followed"),
    ("UPDATE followed SET recorded_us = 5", "followed"),
    ("UPDATE followed SET rules = 'others'", "followed"),
    ("UPDATE followed SET name = 'other'", "followed"),
    ("UPDATE followed SET source = 'urn:uuid:other'", "followed"),
    ("UPDATE grown SET name = 'other'", "grown"),
    ("UPDATE grown SET position = position - 1", "grown"),
    ("UPDATE grown SET frontier = (SELECT MIN(nodes) FROM stored_events)", "grown"),
    ("UPDATE grown SET frontier = (SELECT MIN(note) FROM trusted)", "grown"),
    ("UPDATE trusted SET name = 'other'", "trusted"),
    ("UPDATE trusted SET given = keys || '+'", "trusted"),
    (f"UPDATE trusted SET given = '{signer(7, 'urn:uuid:0').key}'", "trusted"),
    (f"UPDATE trusted SET keys = '{signer(7, 'urn:uuid:0').key}'", "trusted"),
    ("UPDATE trusted SET keys = ''", "trusted"),
    ("UPDATE trusted SET note = (SELECT MIN(nodes) FROM stored_events)", "trusted"),
    ("UPDATE digested SET number = number + 1", "digested"),
    ("UPDATE digested SET digest = name", "digested"),
    ("UPDATE digested SET through = through + 1", "digested"),
    ("DELETE FROM digested", "digested"),
]


@pytest.fixture(params=["sqlite", "postgres"])
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Victim]:
    """A ledger of three accounts, one of them in quarantine, with lapses and digests."""
    victim = Victim(request.param, TABLES, tmp_path)
    cases = Decisions()
    with victim.log() as log:
        ledger = Following(cases, cases.clock, log, entries=2)
        first = cases.ordinary("s-1")
        cases.ordinary("s-1", at=FIRST + DAY)
        cases.severe("s-2", 12, at=FIRST + 2 * DAY)
        cases.reverse("s-1", first.id, at=FIRST + 3 * DAY)
        cases.ordinary("s-3", at=FIRST + 4 * DAY)
        cases.reverse("s-3", "nothing", at=FIRST + 5 * DAY)
        cases.ordinary("s-3", at=FIRST + 6 * DAY)
        cases.ordinary("s-10", at=FIRST + 7 * DAY)
        ledger.catch_up()
        cases.clock.now = FIRST + 400 * DAY
        ledger.catch_up()
        ledger.watching.look()
    yield victim
    victim.drop()


def verified(victim: Victim) -> Verified:
    """Return what is found."""
    with victim.raw() as raw:
        return verify(raw, (), cites, LedgerRows(Publication(SEED), SEED).check)


def test_nothing_is_found_where_nothing_was_changed(victim: Victim) -> None:
    """Of accounts of every kind."""
    found = verified(victim)
    assert (found.told, found.findings) == ([], 0)
    with victim.raw() as raw:
        rows = {str(row["seller"]): row for row in raw.rows(TABLES[0])}
    assert [*rows] == ["s-1", "s-10", "s-2", "s-3"]
    assert (rows["s-3"]["quarantined"], rows["s-3"]["parked"]) == (6, 2)


@pytest.mark.parametrize(("statement", "table"), CHANGES)
def test_a_changed_row_of_the_read_model_is_found(victim: Victim, statement: str, table: str) -> None:
    """By table and account."""
    with victim.changed() as execute:
        execute(statement)
    found = verified(victim)
    assert found.findings
    assert table in {one.table for one in found.told}
    assert {one.table for one in found.told} <= {table, "accounts"}


def test_tracking_that_went_back_is_found(victim: Victim) -> None:
    """Facts that are told in the log were read from further on, and so the cases log was hashed."""
    name = "tracking" if victim.kind == "sqlite" else "notification_tracking"
    with victim.changed() as execute:
        if victim.kind == "postgres":
            execute(f"ALTER TABLE {name} DISABLE TRIGGER ALL")
        execute(f"UPDATE {name} SET notification_id = 2 WHERE application_name = 'cases'")
    found = [(one.table, one.position) for one in verified(victim).told]
    assert found == [("tracking", 8), ("grown", 0)]


def test_an_account_that_cannot_be_folded_is_told_once(victim: Victim) -> None:
    """By the event that was changed, and as an account: no row of it is accused."""
    with victim.changed() as execute:
        ((state,),) = execute("SELECT state FROM stored_events WHERE {at} = 1")
        execute("UPDATE stored_events SET state = ? WHERE {at} = 1", (state.replace(b'"grade"', b'"GRADE"'),))
    found = verified(victim)
    assert {one.table for one in found.told} == {"stored_events"}
    assert {one.row for one in found.told} == {"", "s-1"}
