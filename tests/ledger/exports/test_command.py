"""The export as its command: of the log that the settings name or of a copy, at clocks that can be answered for."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.ledger.__main__ import app
from services.ledger.tables import TABLES
from shared.kit.log.model import EventLog
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.sqlite import open_sqlite_log
from shared.kit.starting import CANNOT
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following
from tests.support.postgres import in_database, place


def folded(log: EventLog, cases: Decisions) -> None:
    """Let a ledger in this log fold two decisions, and close it."""
    cases.ordinary("s-1", at=FIRST)
    cases.severe("s-2", at=FIRST + DAY)
    Following(cases, cases.clock, log).catch_up()
    log.close()


def command(folder: Path, *options: str, **settings: str) -> Result:
    """Export standings with the command."""
    env = {"LEDGER_DATA_DIR": str(folder), **settings}
    return CliRunner().invoke(app, ["export", "standings", str(folder / "out.ndjson"), *options], env=env)


def rows(folder: Path) -> list[dict[str, Any]]:
    """Return what was exported."""
    return [json.loads(line) for line in (folder / "out.ndjson").read_text().splitlines()]


def test_what_is_in_the_folder_is_exported_and_the_copy_that_is_named(tmp_path: Path) -> None:
    cases = Decisions()
    folded(open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES), cases)
    done = command(tmp_path)
    told = json.loads(done.stdout)
    assert (done.exit_code, told["rows"], told["known_position"]) == (0, 2, 2)
    (tmp_path / "ledger.db").rename(tmp_path / "copy.db")
    done = command(tmp_path)
    assert (done.exit_code, done.stdout) == (CANNOT, "")
    assert "there is no log at" in done.stderr
    assert not (tmp_path / "ledger.db").exists()
    assert command(tmp_path, "--from", str(tmp_path / "copy.db")).exit_code == 0
    assert [row["seller"] for row in rows(tmp_path)] == ["s-1", "s-2"]


def test_over_a_database_it_is_exported_while_the_service_runs(tmp_path: Path) -> None:
    at, cases = place(), Decisions()
    at.migrate(TABLES)
    folded(open_postgres_log(at.dsn, at.schema, cases.clock, TABLES), cases)
    running = open_postgres_log(at.dsn, at.schema, cases.clock, TABLES)
    assert command(tmp_path, **in_database({"ledger": at})).exit_code == 0
    assert [row["points"]["severe"] for row in rows(tmp_path)] == [0, 48]
    running.close()
    at.drop()


def test_the_recorded_clock_is_that_of_what_is_folded_or_earlier(tmp_path: Path) -> None:
    """A row says that it is final: that can be said only of what nothing recorded later changes."""
    cases = Decisions()
    folded(open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES), cases)
    last = cases.log.read(0, 9).events[-1].recorded_at
    command(tmp_path)
    assert {(row["known_at"], row["final"]) for row in rows(tmp_path)} == {(last.isoformat()[:-6] + "Z", True)}
    done = command(tmp_path, "--known-at", (last + timedelta(microseconds=1)).isoformat())
    assert done.exit_code == CANNOT
    assert "--known-at would have to lie within what is folded" in done.stderr
    assert command(tmp_path, "--known-at", last.isoformat()).exit_code == 0


@pytest.mark.parametrize("options", [("--as-of", "2026"), ("--known-at", "2026-01-01T00:00:00")])
def test_a_clock_without_offset_is_none(tmp_path: Path, options: tuple[str, str]) -> None:
    cases = Decisions()
    folded(open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES), cases)
    done = command(tmp_path, *options)
    assert done.exit_code == CANNOT
    assert f"cannot export: {options[0]}: " in done.stderr


def test_a_folder_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    cases = Decisions()
    folded(open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES), cases)
    env = {"LEDGER_DATA_DIR": str(tmp_path)}
    done = CliRunner().invoke(app, ["export", "entries", str(tmp_path / "no" / "out.parquet")], env=env)
    assert done.exit_code == CANNOT
    assert "cannot export: " in done.stderr
