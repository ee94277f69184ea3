"""Rows about the cases log that were deleted or are older are found by what lies beside the database."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from services.ledger.lastaccepted import LastAccepted
from services.ledger.tables import TABLES, TRUSTED
from shared.kit.audit.checkpoint import Checkpoint
from tests.ledger.audit.test_verifying import verified
from tests.support.damage import Victim
from tests.support.ledger_told import told as tell


@pytest.fixture(params=["sqlite", "postgres"])
def victim(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Victim]:
    """A ledger that has accepted a checkpoint."""
    victim = Victim(request.param, TABLES, tmp_path)
    tell(victim)
    yield victim
    victim.drop()


# What somebody changes in the rows about the cases log, and what of it only the file beside the database shows.
FORGOTTEN: Final = [
    (["DELETE FROM trusted", "DELETE FROM grown"], {("grown", "name"), ("trusted", "name")}),
    (
        ["DELETE FROM trusted", "UPDATE followed SET source = 'urn:uuid:other'"],
        {("trusted", "name"), ("followed", "source")},
    ),
    (
        ["DELETE FROM trusted", "DELETE FROM grown", "DELETE FROM followed"],
        {("grown", "name"), ("trusted", "name"), ("followed", "name"), ("followed", "source")},
    ),
]


@pytest.mark.parametrize(("statements", "told"), FORGOTTEN)
def test_what_was_accepted_is_held_against_rows_that_are_gone(
    victim: Victim, tmp_path: Path, statements: list[str], told: set[tuple[str, str]]
) -> None:
    """Also the name of the log that was followed, and a row that is older."""
    kept = LastAccepted(tmp_path / "last-accepted")
    with victim.raw() as raw:
        (row,) = raw.rows(TRUSTED)
    kept.keep(row)
    accepted = kept.checkpoint()
    assert accepted is not None
    assert not verified(victim, accepted).findings
    later = verified(victim, Checkpoint(accepted.origin, accepted.size + 1, accepted.root)).told
    other = verified(victim, Checkpoint(accepted.origin, accepted.size, bytes(32))).told
    assert [(one.table, one.column) for one in (*later, *other)] == [("trusted", "note")] * 2
    with victim.changed() as execute:
        for statement in statements:
            execute(statement)
    assert {(one.table, one.column) for one in verified(victim, accepted).told} == told
