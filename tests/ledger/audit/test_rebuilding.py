"""The read model made anew from the log: whatever stood there, beside live traffic, and no event comes of it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from services.ledger.publication import Publication
from services.ledger.rebuilding import BATCH, refill
from services.ledger.tables import ACCOUNTS, TABLES
from services.ledger.verifying import LedgerRows, cites
from shared.kit.log.model import Append, LogInUse
from shared.kit.log.rows import Put
from shared.kit.log.sqlite.resetting import drop_tables
from shared.kit.verifying.verify import verify
from tests.ledger.audit.test_replaying import story
from tests.support.damage import Victim
from tests.support.decisions import DAY, FIRST, SEED, Decisions
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
    "statement",
    [
        "DELETE FROM accounts",
        "UPDATE accounts SET version = version + 100, position = position + 100",
        "UPDATE accounts SET version = 1, position = 1, next_lapse_us = 7, quarantined = 3, parked = 9",
        "INSERT INTO accounts SELECT seller || '-none', version, position, NULL, 0, NULL FROM accounts",
        "DELETE FROM digested",
        "UPDATE digested SET number = 77, digest = name, through = 1",
    ],
)
def test_whatever_stood_there_is_as_the_log_has_it_again(victim: Victim, statement: str) -> None:
    """And the log is as it was."""
    with victim.changed() as execute:
        execute(statement)
    assert found(victim)
    with victim.log() as log:
        head = log.head()
        assert refill(log, CODEC, SEED) == 3
        assert log.head() == head
    assert found(victim) == 0


def test_rows_that_are_written_meanwhile_are_not_put_back(tmp_path: Path) -> None:
    """The follower folds on between two groups; its rows stand in the end, and it goes on from them."""
    victim, cases = Victim("sqlite", TABLES, tmp_path), Decisions()
    with victim.log() as log:
        ledger = Following(cases, cases.clock, log, entries=3)
        for number in range(BATCH + 5):
            cases.ordinary(f"s-{number:04}")
        ledger.catch_up()
        log.append(Append(rows=lambda _: [Put(ACCOUNTS, {"seller": "s-0000", "version": 9, "position": 9})]))

        class Meanwhile(Publication):
            """Folds a fact of an account of the group, when that is being read."""

            def event(self, stored: object) -> object:  # type: ignore[override]
                """Return the event, after the follower has had its turn."""
                if moments:
                    moments.pop()()
                return super().event(stored)  # type: ignore[arg-type]

        def fold() -> None:
            cases.ordinary("s-0001", at=FIRST + len(moments) * DAY + DAY)
            ledger.step()

        moments = [fold]
        refill(log, Meanwhile(SEED), SEED)  # type: ignore[arg-type]
        assert not moments
        cases.ordinary("s-0001", at=FIRST + 9 * DAY)
        ledger.catch_up()
    assert found(victim) == 0


def test_the_command_refills_tables_of_an_older_shape(tmp_path: Path) -> None:
    """Which a start refuses; nobody else may have the log. By whose rules rows are made is told with them."""
    victim, cases = Victim("sqlite", TABLES, tmp_path), Decisions()
    with victim.log() as log:
        story(cases, Following(cases, cases.clock, log))
        with pytest.raises(LogInUse):
            drop_tables(victim.path, (ACCOUNTS,))
    with victim.changed() as execute:
        execute("ALTER TABLE accounts RENAME COLUMN parked TO waiting")
        execute("UPDATE followed SET rules = 'of another rulebook'")
    with pytest.raises(ValueError, match="rebuild it"), victim.log():
        pass
    victim.path.rename(tmp_path / "ledger.db")
    given = os.environ | {"LEDGER_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-m", "services.ledger", "rebuild"]
    done = subprocess.run(command, cwd=ROOT, env=given, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "3 accounts made anew\n"), done.stderr
    (tmp_path / "ledger.db").rename(victim.path)
    assert found(victim) == 0
