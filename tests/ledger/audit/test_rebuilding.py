"""The read model made anew from the log: whatever stood there, beside live traffic, and no event comes of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from services.ledger.__main__ import app
from services.ledger.nextrows import NextRows
from services.ledger.publication import Publication
from services.ledger.rebuilding import Rebuilt, rebuild, refill, rules_of
from services.ledger.tables import ACCOUNTS, NEXT, TABLES
from services.ledger.verifying import LedgerRows, cites
from shared.kit.log.model import LogInUse, LogUnavailable
from shared.kit.log.sqlite.resetting import drop_tables, misshapen
from shared.kit.starting import CANNOT
from shared.kit.verifying.verify import verify
from tests.ledger.audit.test_replaying import story
from tests.support.damage import Victim
from tests.support.decisions import SEED, Decisions
from tests.support.following import Following
from tests.support.tree import ROOT

CODEC = Publication(SEED)


@pytest.fixture(params=["sqlite", "postgres"])
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Victim]:
    """A ledger with the story's accounts."""
    victim = Victim(request.param, TABLES, tmp_path)
    cases = Decisions()
    with victim.log() as log:
        story(cases, Following(cases, cases.clock, log, entries=3))
    yield victim
    victim.drop()


def found(victim: Victim) -> int:
    """Return how many differences a verification finds."""
    with victim.raw() as raw:
        return verify(raw, (), cites, LedgerRows(CODEC, SEED).check).findings


@pytest.mark.parametrize(
    ("statement", "differing"),
    [
        ("DELETE FROM accounts", 3),
        ("UPDATE accounts SET version = version + 100, position = position + 100", 3),
        ("UPDATE accounts SET version = 1, position = 1, next_lapse_us = 7, quarantined = 3, parked = 9", 3),
        ("UPDATE accounts SET parked = parked + 1 WHERE seller = (SELECT min(seller) FROM accounts)", 1),
        ("INSERT INTO accounts SELECT seller || '-none', version, position, NULL, 0, NULL FROM accounts", 3),
        ("INSERT INTO accounts_next SELECT seller || '-none', 1, 1, NULL, 0, NULL FROM accounts", 0),
        ("INSERT INTO accounts_next SELECT seller, 1, 1, NULL, 0, NULL FROM accounts", 0),
        ("INSERT INTO rebuilds VALUES ('accounts', 7, 9)", 0),
        ("DELETE FROM digested", 0),
        ("UPDATE digested SET number = 77, digest = name, through = 1", 0),
    ],
)
def test_whatever_stood_there_is_as_the_log_has_it_again(victim: Victim, statement: str, differing: int) -> None:
    """And the log is as it was, byte for byte; what was left of a rebuild that was cut off is gone."""
    with victim.changed() as execute:
        execute(statement)
    assert found(victim)
    with victim.log() as log:
        head, events = log.head(), log.read(0, 1000).events
        assert refill(log, CODEC, SEED) == Rebuilt(3, differing)
        assert (log.head(), log.read(0, 1000).events) == (head, events)
        assert log.select(NEXT, limit=9) == []
        assert refill(log, CODEC, SEED) == Rebuilt(3, 0)
    assert found(victim) == 0


def test_of_two_rebuilds_at_once_the_one_begun_last_switches(victim: Victim) -> None:
    """The other one ends, and has changed nothing: one whose seat was lost may still be at work."""
    with victim.changed() as execute:
        execute("DELETE FROM accounts")
    with victim.log() as log:
        first = NextRows(log, CODEC, SEED)
        sellers = ["s-1", "s-2", "s-3"]
        first.make(sellers)
        second = NextRows(log, CODEC, SEED)
        with pytest.raises(LogUnavailable, match="another rebuild has begun"):
            first.make(sellers)
        with pytest.raises(LogUnavailable, match="another rebuild has begun"):
            first.switch(rules_of(SEED))
        assert log.select(ACCOUNTS, limit=9) == log.select(NEXT, limit=9) == []
        second.make(sellers)
        assert [*second.catch_up()] == []
        assert second.switch(rules_of(SEED))
    assert found(victim) == 0


class Elsewhere:
    """A seat that another process has, until it has done its work."""

    def __init__(self, victim: Victim) -> None:
        self.victim, self.asked = victim, 0

    def acquire(self) -> bool:
        """Return False, twice."""
        self.asked += 1
        return self.asked > 2

    def held(self) -> bool:
        """Return False."""
        return False

    def release(self) -> None:
        """Do nothing."""


def test_a_start_waits_for_the_process_that_makes_the_rows(victim: Victim) -> None:
    """Rows of other rules are made once, by whoever has the seat; afterwards there is nothing to do."""
    with victim.changed() as execute:
        execute("UPDATE followed SET rules = 'of another rulebook'")
    with victim.log() as log:
        waited: list[float] = []
        assert rebuild(log, CODEC, SEED, Elsewhere(victim), waited.append) == Rebuilt(3, 0)
        assert len(waited) == 2
        assert rebuild(log, CODEC, SEED, Elsewhere(victim), waited.append) == Rebuilt()
        assert len(waited) == 2
    assert found(victim) == 0


@pytest.mark.parametrize("table", ["accounts", "digested"])
def test_a_start_fills_a_table_that_was_lost(victim: Victim, table: str) -> None:
    """It was dropped for its shape, say, and the rebuild behind that was cut off."""
    with victim.changed() as execute:
        execute(f"DELETE FROM {table}")
    with victim.log() as log:
        assert rebuild(log, CODEC, SEED).accounts == 3
    assert found(victim) == 0


def test_the_command_refills_tables_of_an_older_shape(tmp_path: Path) -> None:
    """Which a start refuses; nobody else may have the log. By whose rules rows are made is told with them."""
    victim, cases = Victim("sqlite", TABLES, tmp_path), Decisions()
    with victim.log() as log:
        story(cases, Following(cases, cases.clock, log))
        assert misshapen(victim.path, TABLES) == []
        with pytest.raises(LogInUse):
            drop_tables(victim.path, (ACCOUNTS,))
    with victim.changed() as execute:
        execute("ALTER TABLE accounts RENAME COLUMN parked TO waiting")
        execute("UPDATE followed SET rules = 'of another rulebook'")
    assert misshapen(victim.path, TABLES) == [ACCOUNTS]
    with pytest.raises(ValueError, match="rebuild it"), victim.log():
        pass
    victim.path.rename(tmp_path / "ledger.db")
    given = os.environ | {"LEDGER_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "services.ledger", "rebuild"]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    told = "3 accounts made anew; 3 rows were otherwise than the log makes them\n"
    assert (done.returncode, done.stdout) == (0, told), done.stderr
    assert '"cause": "another rulebook"' in done.stderr
    (tmp_path / "ledger.db").rename(victim.path)
    assert found(victim) == 0


def test_a_damaged_event_ends_the_command_in_one_line(tmp_path: Path) -> None:
    """With its position, and where to ask on; what only reads says the same."""
    victim, cases = Victim("sqlite", TABLES, tmp_path), Decisions()
    with victim.log() as log:
        story(cases, Following(cases, cases.clock, log, entries=3))
    with victim.changed() as execute:
        execute("UPDATE stored_events SET state = replace(state, '\"entry\"', '\"enter\"') WHERE {at} = 1")
    victim.path.rename(tmp_path / "ledger.db")
    for words in (["rebuild"], ["export", "standings", str(tmp_path / "out.ndjson")]):
        done = CliRunner().invoke(app, words, env={"LEDGER_DATA_DIR": str(tmp_path)})
        assert done.exit_code == CANNOT, done.output
        assert f"cannot {words[0]}: the event at position 1 would have to be readable: `verify` says" in done.stderr
