"""The cases service's log, kept responses and rows against each other, after real requests."""

import shutil
from pathlib import Path
from typing import Final

import pytest

from services.cases.decisiontables import DECISIONS
from services.cases.tables import CASES, TABLES
from services.cases.verifying import check_rows, cites
from shared.kit.verifying.verify import Verified, verify
from tests.support.cases_service import cases_service
from tests.support.damage import Victim

ONE: Final = "(SELECT MIN(decision) FROM decisions)"
CHANGES: Final = [
    ("UPDATE cases SET version = version - 1 WHERE case_id = (SELECT MIN(case_id) FROM cases)", "cases"),
    ("UPDATE cases SET clock_version = 3 WHERE case_id = (SELECT MIN(case_id) FROM cases)", "cases"),
    ("DELETE FROM cases WHERE case_id = (SELECT MAX(case_id) FROM cases)", "cases"),
    *((f"UPDATE cases SET {column} = 7", "cases") for column in CASES.columns if column not in CASES.key),
    ("UPDATE cases SET case_id = 'other' WHERE case_id = (SELECT MIN(case_id) FROM cases)", "cases"),
    *((f"UPDATE decisions SET {column} = 'other' WHERE decision = {ONE}", "decisions") for column in DECISIONS.columns),
    ("DELETE FROM decisions", "decisions"),
    ("UPDATE decisions SET position = 1", "decisions"),
    ("UPDATE decisions SET respondent = 's-9'", "decisions"),
    ("UPDATE decisions SET decided_us = decided_us + 1", "decisions"),
    (
        "UPDATE kept_responses SET response = x'7b7d' WHERE scope = (SELECT MIN(scope) FROM kept_responses)",
        "kept_responses",
    ),
    ("DELETE FROM kept_responses WHERE scope = (SELECT MAX(scope) FROM kept_responses)", "kept_responses"),
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a service that has heard and decided cases, one of them with keys and a breach."""
    folder = tmp_path_factory.mktemp("cases")
    with cases_service(folder) as cases:
        cases.upheld()
        cases.upheld_severe()
        cases.appealed()
        case = cases.notified()
        cases.officer.post(f"/cases/{case}/handling", {}, Idempotency_Key="k-1")
        cases.officer.post(f"/cases/{case}/recusal", {"reason": "相识"}, Idempotency_Key="k-2")
        cases.clock.move(days=30)
    return next((folder / "cases").glob("*.db")).parent / "cases.db"


def victim_of(history: Path, folder: Path) -> Victim:
    """Return a copy of it, to be changed."""
    victim = Victim("sqlite", TABLES, folder)
    shutil.copy(history, victim.path)
    return victim


def verified(victim: Victim) -> Verified:
    """Return what is found."""
    with victim.raw() as raw:
        return verify(raw, (), cites, check_rows)


def test_nothing_is_found_where_nothing_was_changed(history: Path, tmp_path: Path) -> None:
    """After real requests."""
    victim = victim_of(history, tmp_path)
    found = verified(victim)
    assert (found.told, found.findings) == ([], 0)
    with victim.raw() as raw:
        assert len([*raw.kept()]) == 5


@pytest.mark.parametrize(("statement", "table"), CHANGES)
def test_what_was_changed_is_found(history: Path, tmp_path: Path, statement: str, table: str) -> None:
    """By table."""
    victim = victim_of(history, tmp_path)
    with victim.changed() as execute:
        execute(statement)
    assert {one.table for one in verified(victim).told} == {table}
