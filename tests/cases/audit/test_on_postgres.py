"""The cases service's rows in PostgreSQL: verified, and made anew, as in a file."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

import pytest

from services.cases.rebuildcommand import rebuilt
from services.cases.recounting import published
from services.cases.settings import Settings
from services.cases.tables import CASES, TABLES, WORLD
from services.cases.verifying import CasesRows, cites
from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.instant import utc_now
from shared.kit.log.model import Append
from shared.kit.log.rows import Put, Row
from shared.kit.storing import open_store
from shared.kit.verifying.verify import Verified, verify
from shared.rulebook.loader import shipped_calendars
from tests.support.cases_history import everything
from tests.support.damage import Victim

LOG: Final = {
    "stored_events": (
        "rowid, originator_id, originator_version, topic, recorded_us, subject, nodes, state",
        "{at}, originator_id, originator_version, topic, recorded_us, subject, nodes, state",
    ),
    "kept_responses": ("scope, digest, response",) * 2,
}
CHANGES: Final = [
    ("UPDATE incidents SET penalised = 1 - penalised WHERE number = 2", "incidents"),
    ("UPDATE incidents SET judged_in = case_id || 'x' WHERE number = 1", "incidents"),
    ("DELETE FROM pending_deadlines WHERE deadline = 'resolution'", "pending_deadlines"),
    ("UPDATE cases SET officer = 'somebody'", "cases"),
    ("UPDATE decisions SET fate_us = 5", "decisions"),
    ("UPDATE recalls SET passed_over = passed_over + 1", "recalls"),
    ("DELETE FROM recall_items WHERE number = 1", "recall_items"),
    ("UPDATE imported SET through_us = through_us + 1", "imported"),
    ("UPDATE announcements SET party = 'respondent'", "announcements"),
    ("UPDATE erasing SET case_id = case_id || 'x'", "erasing"),
    ("UPDATE world SET name = 'others'", "world"),
    ("INSERT INTO notification_tracking VALUES ('cases', 3)", "tracking"),
    ("UPDATE log_head SET promised_us = 7", "log_head"),
]


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a service in which everything has happened."""
    return everything(tmp_path_factory.mktemp("cases"))


@pytest.fixture(scope="module")
def victim(history: Path) -> Iterator[Victim]:
    """Its rows in a schema, from which each test has to take its changes back."""
    victim = Victim("postgres", TABLES, history.parent)
    _copy(history, victim)
    yield victim
    victim.drop()


def _copy(file: Path, victim: Victim) -> None:
    columns = {**LOG, **{table.name: (", ".join(table.columns),) * 2 for table in TABLES}}
    with closing(sqlite3.connect(file)) as source, victim.changed() as execute:
        for table, (read, written) in columns.items():
            for row in source.execute(f"SELECT {read} FROM {table}"):
                execute(f"INSERT INTO {table} ({written}) VALUES ({', '.join('?' * len(row))})", row)
        head = source.execute("SELECT position, recorded_us, promised_us, frontier FROM log_head").fetchone()
        execute("UPDATE log_head SET (position, recorded_us, promised_us, frontier) = (?, ?, ?, ?)", head)
        execute("UPDATE log_identity SET log_id = ?", source.execute("SELECT log_id FROM log_identity").fetchone())


@pytest.fixture
def settings(victim: Victim, tmp_path: Path) -> Settings:
    """The settings of a service over that schema."""
    assert victim.at is not None
    return Settings.model_validate(
        {"data_dir": tmp_path, "database_url": victim.at.dsn, "database_schema": victim.at.schema}
    )


def verified(victim: Victim) -> Verified:
    """Return what is found."""
    with victim.raw() as raw:
        return verify(raw, (), cites, CasesRows(published(shipped_calendars())).check)


def rows(victim: Victim) -> dict[str, list[Row]]:
    """Return the rows of every table but the one of calendars."""
    with victim.raw() as raw:
        return {table.name: [*raw.rows(table)] for table in TABLES if table is not WORLD}


@pytest.mark.parametrize(("statement", "table"), CHANGES)
def test_what_was_changed_is_found(victim: Victim, statement: str, table: str) -> None:
    """By table; nothing before, and nothing once it is as it was."""
    assert (verified(victim).told, verified(victim).notes) == ([], [])
    of_store = {"tracking": "notification_tracking"}.get(table, table)
    with victim.changed() as execute:
        execute(f"CREATE TABLE kept AS SELECT * FROM {of_store}")
        execute(statement)
    found = verified(victim)
    with victim.changed() as execute:
        execute(f"DELETE FROM {of_store}")
        execute(f"INSERT INTO {of_store} SELECT * FROM kept")
        execute("DROP TABLE kept")
    assert {one.table for one in found.told} == {table}
    assert verified(victim).findings == 0


def test_damaged_rows_are_made_anew_beside_a_service_that_runs(victim: Victim, settings: Settings) -> None:
    """All in one transaction, as the service's own role."""
    before = rows(victim)
    with closing(open_store(settings, settings.log_file, utc_now, TABLES)) as log:
        with victim.changed() as execute:
            execute("UPDATE cases SET version = 9, state = 'open'")
            execute("DELETE FROM decisions")
            execute("UPDATE incidents SET penalised = 7")
        rebuilt(settings, None)
        assert rows(victim) == before
        case = before["cases"][0]
        assert log.get(CASES, case["case_id"]) == case
        log.append(Append(rows=lambda _: [Put(CASES, case)]))
    assert verified(victim).findings == 0


def test_tables_of_another_shape_are_made_anew_by_their_owner(victim: Victim, settings: Settings) -> None:
    """The service's role may not; what the owner makes, the role may use."""
    assert victim.at is not None
    before = rows(victim)
    with victim.changed() as execute:
        execute("ALTER TABLE cases DROP COLUMN erased")
        execute("ALTER TABLE decisions ADD COLUMN colour text")
    with pytest.raises(StoreUnavailable, match="owner"):
        rebuilt(settings, None)
    rebuilt(settings, victim.at.owner)
    assert rows(victim) == before
    case = before["cases"][0]
    with closing(open_store(settings, settings.log_file, utc_now, TABLES)) as log:
        log.append(Append(rows=lambda _: [Put(CASES, case)]))
    assert verified(victim).findings == 0
