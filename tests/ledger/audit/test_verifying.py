"""Every row that the ledger keeps beside its log is made again from the log; what differs is found."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.ledger.publication import Publication
from services.ledger.rebuildcommand import rebuilt
from services.ledger.settings import Settings
from services.ledger.tables import TABLES
from services.ledger.verifying import LedgerRows, cites
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.log.errors import StoreUnavailable
from shared.kit.verifying.raw import RawLog
from shared.kit.verifying.verify import Verified, verify
from tests.support import absurd
from tests.support.audit import signer
from tests.support.damage import Victim
from tests.support.decisions import DAY, FIRST, SEED
from tests.support.ledger_told import told
from tests.support.mutations import Mutated, mutated

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
    ("DELETE FROM grown", "grown"),
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

# What can be changed without being found, and why.
UNFOUND: Final = {
    (
        "log_head",
        "promised_us",
    ): "no event tells what readers of a feed were told: up to a day from now, all may be",
    ("followed", "recorded_us"): "that of an event which told nothing: it is in the cases log alone",
    ("rebuilds", "begun"): "like that of a rebuild that was cut short",
    ("rebuilds", "switched"): "likewise",
    ("followed", "rules"): "which rulebook rows were made by last, no event tells; a start makes them anew",
}
EMPTY: Final = {"kept_responses", "accounts_next"}
UNTOLD: Final = {
    "rebuilds": "like a ledger that was never rebuilt",
    "trusted": "like a ledger that has accepted no checkpoint yet: a note says so; what lies beside the database tells",
}


@pytest.fixture(params=["sqlite", "postgres"])
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Victim]:
    """A ledger of three accounts, one of them in quarantine, with lapses and digests."""
    victim = Victim(request.param, TABLES, tmp_path)
    told(victim)
    yield victim
    victim.drop()


def verified(victim: Victim, accepted: Checkpoint | None = None) -> Verified:
    """Return what is found."""
    with victim.raw() as raw:
        rows = LedgerRows(Publication(SEED), SEED, accepted)
        return verify(raw, (), cites, rows.check, clock=lambda: FIRST + 500 * DAY)


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


def test_points_that_no_rulebook_has_are_not_counted_step_by_step(victim: Victim) -> None:
    """They are told at once, as what cannot be folded."""
    with victim.changed() as execute:
        ((state,),) = execute("SELECT state FROM stored_events WHERE {at} = 1")
        absurd_state = re.sub(rb'"points":\d+', b'"points":%d' % 2**62, state)
        execute("UPDATE stored_events SET state = ? WHERE {at} = 1", (absurd_state,))
    assert f"an entry of {2**62} points" in "".join(one.detail for one in verified(victim).told)


OLDER: Final = ("DROP TABLE accounts_next", "DROP TABLE rebuilds", "ALTER TABLE parked DROP COLUMN leaf")


def test_a_store_from_before_some_tables_and_columns_is_verified_without_them(tmp_path: Path) -> None:
    """What it cannot have is noted at most; what it has is compared all the same."""
    victim = Victim("sqlite", TABLES, tmp_path)
    told(victim)
    with victim.changed() as execute:
        for statement in OLDER:
            execute(statement)
    older = verified(victim)
    assert (older.told, older.findings, len(older.notes)) == ([], 0, 1)
    with victim.changed() as execute:
        execute("UPDATE parked SET seller = 's-1'")
    assert "parked" in {one.table for one in verified(victim).told}


def test_after_a_rebuild_of_an_older_store_nothing_is_found_or_noted(tmp_path: Path) -> None:
    """The command gives what waits its leaf, as a start does."""
    settings = Settings(data_dir=tmp_path, database_url=None)
    victim = Victim("sqlite", TABLES, tmp_path)
    told(victim)
    with victim.changed() as execute:
        for statement in OLDER:
            execute(statement)
    victim.path.rename(settings.log_file)
    rebuilt(settings)
    settings.log_file.rename(victim.path)
    found = verified(victim)
    assert ([one for one in found.told if one.column == "state, leaf"], "leaf" in "".join(found.notes)) == ([], False)


@pytest.mark.parametrize("change", ["DROP TABLE digested", "ALTER TABLE digested DROP COLUMN digest"])
def test_a_store_that_lacks_what_every_version_has_is_said_to_be_another(tmp_path: Path, change: str) -> None:
    """And no name of a column is taken for its value."""
    victim = Victim("sqlite", TABLES, tmp_path)
    told(victim)
    with victim.changed() as execute:
        execute(change)
    with pytest.raises(StoreUnavailable, match=r"digest.* is missing: the store is another service's"):
        verified(victim)


def looked_at(raw: RawLog) -> Verified:
    """Return what is found."""
    return verify(raw, (), cites, LedgerRows(Publication(SEED), SEED).check, clock=lambda: FIRST + 500 * DAY)


@pytest.fixture
def rows(tmp_path: Path) -> Iterator[Mutated]:
    """The rows of a ledger, to be changed."""
    victim = Victim("sqlite", TABLES, tmp_path)
    told(victim, further=True)
    with mutated(victim.path, looked_at) as opened:
        yield opened


def test_every_column_of_every_table_is_looked_at(rows: Mutated) -> None:
    """Whatever is put in its place; of what cannot be found, something is not: no exemption outlives its reason."""
    assert {table.name for table in TABLES} < set(rows.tables)
    missed = set()
    for table in rows.tables:
        for column in rows.columns(table):
            changes = rows.changes(table, column, every=(table, column) in UNFOUND)
            tried = [(change, told) for change in changes if (told := rows.found(change))]
            assert bool(tried) != (table in EMPTY), (table, column)
            if lost := [change for change, told in tried if not told.findings]:
                missed.add((table, column))
                assert (table, column) in UNFOUND, lost[0]
                assert len(lost) < len(tried), (table, column)
    assert missed == UNFOUND.keys()


def test_nothing_that_stands_in_a_column_or_an_event_ends_the_look_at_the_rest(rows: Mutated) -> None:
    """Numbers without bounds, text for numbers, nothing at all, lists in lists."""
    for change in absurd.columns(rows):
        told = rows.found(change)
        assert told is None or told.findings or (change.table, change.column) in UNFOUND, change
    for change in absurd.told(rows, 150):
        told = rows.found(change)
        assert told is not None
        assert told.findings, change


def test_rows_that_are_missing_or_too_many_are_found(rows: Mutated) -> None:
    """Each of them."""
    missed = set()
    for table in rows.tables:
        for key in rows.keys(table):
            without = rows.without(table, key)
            if without is not None and not without.findings:
                missed.add(table)
            twice = rows.with_another(table, key, 2**40 if isinstance(key[-1], int) else f"{key[-1]}x")
            assert twice is None or twice.findings, (table, key)
    assert missed == UNTOLD.keys()


def test_rows_that_a_rebuild_has_left_are_found(rows: Mutated) -> None:
    """Unless it is under way, or was cut short and is begun anew."""
    left = ("INSERT INTO accounts_next SELECT * FROM accounts LIMIT 1", ())
    told, begun = rows.after([left]), rows.after([left, ("UPDATE rebuilds SET begun = begun + 1", ())])
    assert told is not None
    assert [one.table for one in told.told] == ["accounts_next"]
    assert begun is not None
    assert begun.findings == 0


def test_rows_of_another_rulebook_are_said_not_to_be_compared(rows: Mutated) -> None:
    """A start makes them anew; that is no damage."""
    for rules in ("", "0" * 64):
        told = rows.after(
            [("UPDATE followed SET rules = ?", (rules,)), ("UPDATE accounts SET next_lapse_us = next_lapse_us + 1", ())]
        )
        assert told is not None
        assert (told.findings, len(told.notes)) == (0, 1)
