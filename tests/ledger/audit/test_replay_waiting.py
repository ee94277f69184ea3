"""Facts in quarantine wait as they came from the cases log: a replay reads both."""

from pathlib import Path

import pytest

from tests.ledger.audit.test_replaying import story
from tests.support.replaying import following, replayed, victim


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Both logs after the story, in which two facts of one account wait."""
    with following(tmp_path) as (cases, ledger):
        story(cases, ledger)
    return tmp_path


@pytest.mark.parametrize(
    ("statement", "position"),
    [
        ("UPDATE parked SET state = CAST(replace(CAST(state AS TEXT), ':12,', ':48,') AS BLOB)", 9),
        ("UPDATE parked SET position = position + 100", 8),
        ("DELETE FROM parked WHERE position = (SELECT max(position) FROM parked)", 9),
        ("INSERT INTO parked SELECT 's-1', position, state, leaf FROM parked LIMIT 1", 0),
        ("INSERT INTO parked SELECT 's-9', position, state, leaf FROM parked LIMIT 1", 0),
        ("INSERT INTO parked SELECT 's-0', position, state, leaf FROM parked LIMIT 1", 0),
    ],
)
def test_facts_that_wait_are_compared(folder: Path, statement: str, position: int) -> None:
    """With those of the cases log, byte by byte: no event of the ledger tells them."""
    with victim(folder, "ledger").changed() as execute:
        execute(statement)
    found = replayed(folder)
    assert [(one.cases_position, one.code) for one in found.told] == [(position, "waiting")]
