"""The read models made anew from the log: the same rows as before, whatever was there, wholly or not at all."""

import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from services.cases.announcements import complete
from services.cases.main import check
from services.cases.rebuildcommand import rebuilt
from services.cases.rebuilding import CannotRebuild
from services.cases.recounting import published
from services.cases.settings import Settings
from services.cases.tables import ANNOUNCEMENTS, CASES, ERASING, TABLES, WORLD
from services.cases.verifying import CasesRows, cites
from shared.kit.log.instant import utc_now
from shared.kit.log.model import LogInUse, LogUnavailable
from shared.kit.log.rows import Row, Table
from shared.kit.log.sqlite import open_sqlite_log
from shared.kit.verifying.openfile import raw_file
from shared.kit.verifying.verify import verify
from shared.rulebook.loader import shipped_calendars
from tests.support.cases_history import everything
from tests.support.tree import ROOT

DAMAGE: Final = (
    "DELETE FROM cases WHERE case_id = (SELECT MAX(case_id) FROM cases)",
    "UPDATE incidents SET penalised = 1 - penalised, judged_in = 'elsewhere'",
    "DELETE FROM pending_deadlines",
    "UPDATE decisions SET fate = 'stands', counts = NULL",
    "UPDATE recalls SET state = 'completed', revoked = 9",
    "DELETE FROM recall_items WHERE number > 1",
    "INSERT INTO imported VALUES ('nobody', 1, 1, 'none')",
    "UPDATE announcements SET size_bytes = 1 WHERE evidence_id = (SELECT MIN(evidence_id) FROM announcements)",
    "DELETE FROM erasing",
)
RESHAPED: Final = (
    "ALTER TABLE cases DROP COLUMN erased",
    "ALTER TABLE decisions ADD COLUMN colour TEXT",
    "ALTER TABLE announcements DROP COLUMN digest",
    "DROP TABLE erasing",
    "ALTER TABLE recalls RENAME COLUMN settled TO done",
)


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data folder of a service in which everything has happened."""
    return everything(tmp_path_factory.mktemp("cases")).parent


@pytest.fixture
def settings(history: Path, tmp_path: Path) -> Settings:
    """The settings of a copy of it."""
    shutil.copytree(history, tmp_path / "data")
    return Settings(data_dir=tmp_path / "data")


def changed(settings: Settings, *statements: str) -> None:
    """Change the file as somebody who may do everything."""
    with closing(sqlite3.connect(settings.log_file, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def rows(settings: Settings) -> dict[str, list[Row]]:
    """Return the rows of every table."""
    with raw_file(settings.log_file) as raw:
        return {table.name: [*raw.rows(table)] for table in TABLES}


def differences(settings: Settings) -> list[Any]:
    """Return what is found that differs."""
    with raw_file(settings.log_file) as raw:
        return verify(raw, (), cites, CasesRows(published(shipped_calendars())).check).told


def without(there: dict[str, list[Row]], *tables: Table) -> dict[str, list[Row]]:
    """Return the rows of all other tables."""
    return {name: found for name, found in there.items() if name not in {table.name for table in tables}}


def test_the_same_rows_are_made(settings: Settings) -> None:
    """All of them, but for the calendars counted with, which the next start compares again."""
    before = rows(settings)
    cases, recalls, pasts = (len(before[name]) for name in ("cases", "recalls", "imported"))
    assert rebuilt(settings, None) == f"{cases} cases, {recalls} recalls, {pasts} imported pasts made anew"
    after = rows(settings)
    assert without(after, WORLD) == without(before, WORLD)
    assert (after["world"], len(before["world"])) == ([], 1)
    assert differences(settings) == []


def test_damage_is_mended(settings: Settings) -> None:
    """What no event tells of goes where it is damaged: one announcement."""
    before = rows(settings)
    changed(settings, *DAMAGE)
    assert differences(settings)
    rebuilt(settings, None)
    assert differences(settings) == []
    after = rows(settings)
    assert without(after, WORLD, ANNOUNCEMENTS) == without(before, WORLD, ANNOUNCEMENTS)
    assert after["announcements"] == before["announcements"][1:]


def test_tables_of_another_shape_are_made_anew(settings: Settings) -> None:
    """A service does not start over them before."""
    before = rows(settings)
    changed(settings, *RESHAPED)
    with pytest.raises(LogUnavailable, match="rebuild"):
        check(settings)
    rebuilt(settings, None)
    after = rows(settings)
    assert without(after, WORLD, ANNOUNCEMENTS) == without(before, WORLD, ANNOUNCEMENTS)
    assert after["announcements"] == []
    with closing(open_sqlite_log(settings.log_file, utc_now, TABLES)) as log:
        assert log.select(CASES, limit=1)


@pytest.mark.parametrize("reached", ["every_case", "every_recall", "every_past"])
def test_a_process_that_is_killed_leaves_the_tables_as_they_were(settings: Settings, reached: str) -> None:
    """Wherever it is then."""
    before = rows(settings)
    killed = (
        "import os; from services.cases import rebuilding; from services.cases.rebuildcommand import rebuilt, Settings;"
        f"rebuilding.{reached} = lambda raw: os.kill(os.getpid(), 9);"
        "rebuilt(Settings(), None)"
    )
    given = {"CASES_DATA_DIR": str(settings.data_dir), "PATH": ""}
    done = subprocess.run([sys.executable, "-c", killed], cwd=ROOT, env=given, check=False)
    assert done.returncode == -9
    assert rows(settings) == before
    check(settings)


def test_nothing_is_made_of_events_that_cannot_be_read(settings: Settings) -> None:
    changed(settings, "DROP TRIGGER stored_events_keep_UPDATE", "UPDATE stored_events SET topic = 'x' WHERE rowid = 2")
    before = rows(settings)
    with pytest.raises(CannotRebuild, match="would have to be readable"):
        rebuilt(settings, None)
    assert rows(settings) == before


def test_a_service_that_runs_keeps_its_rows_to_itself(settings: Settings) -> None:
    with closing(open_sqlite_log(settings.log_file, utc_now, TABLES)), pytest.raises(LogInUse):
        rebuilt(settings, None)


def test_a_log_is_not_made_where_there_is_none(tmp_path: Path) -> None:
    with pytest.raises(LogUnavailable, match="there is no log"):
        rebuilt(Settings(data_dir=tmp_path), None)
    assert [*tmp_path.iterdir()] == []


def test_a_service_does_not_start_over_tables_that_somebody_emptied(settings: Settings) -> None:
    changed(settings, "DROP TABLE cases")
    with pytest.raises(LogUnavailable, match="rebuild"):
        check(settings)
    rebuilt(settings, None)
    check(settings)


def test_announcements_from_before_get_their_digest(settings: Settings) -> None:
    """At a start: they are no damage, and no rebuild is needed for them."""
    before = rows(settings)
    changed(settings, "ALTER TABLE announcements DROP COLUMN digest")
    with closing(open_sqlite_log(settings.log_file, utc_now, TABLES)) as log:
        complete(log)
    assert rows(settings) == before
    assert differences(settings) == []


def test_erasures_that_nobody_knows_to_be_under_way_are_finished_once_more(settings: Settings) -> None:
    """Every one that is recorded: what is left of it, no event tells."""
    before = rows(settings)["erasing"]
    changed(settings, "DELETE FROM erasing")
    rebuilt(settings, None)
    assert rows(settings)[ERASING.name] == before
