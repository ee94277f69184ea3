"""The import as its command: into the log that the settings name, whatever holds it, with a report and an exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from services.cases.__main__ import app
from services.cases.tables import TABLES
from shared.contracts.decisions import PAST_PENALTY_IMPORTED
from shared.kit.log.instant import utc_now
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.sqlite import open_sqlite_log
from shared.kit.starting import CANNOT
from tests.support.postgres import in_database, place

ROW: dict[str, Any] = {
    "seller": "s-1",
    "track": "ordinary",
    "points": 12,
    "effective_at": "2024-03-01T10:00:00Z",
    "reference": "a",
}


def command(folder: Path, rows: list[dict[str, Any]], *options: str, **settings: str) -> Result:
    """Import rows with the command."""
    path = folder / "past.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    arguments = ["import", str(path), "--complete-from", "2020-01-01T00:00:00Z", *options]
    return CliRunner().invoke(app, arguments, env={"CASES_DATA_DIR": str(folder / "data"), **settings})


def test_a_file_is_recorded_once_in_the_service_s_own_folder(tmp_path: Path) -> None:
    done = command(tmp_path, [ROW])
    assert (done.exit_code, json.loads(done.stdout)["recorded"]) == (0, 1)
    done = command(tmp_path, [ROW])
    assert (done.exit_code, json.loads(done.stdout)["recorded_before"]) == (0, 1)
    log = open_sqlite_log(tmp_path / "data" / "cases.db", utc_now, TABLES)
    assert [event.type for event in log.read(0, 9).events] == [PAST_PENALTY_IMPORTED]
    log.close()


def test_over_a_database_it_is_recorded_there_while_the_service_runs(tmp_path: Path) -> None:
    at = place()
    at.migrate(TABLES)
    log = open_postgres_log(at.dsn, at.schema, utc_now, TABLES)
    done = command(tmp_path, [ROW], **in_database({"cases": at}))
    assert (done.exit_code, json.loads(done.stdout)["recorded"]) == (0, 1)
    assert [event.type for event in log.read(0, 9).events] == [PAST_PENALTY_IMPORTED]
    assert not (tmp_path / "data").exists()
    log.close()
    at.drop()


@pytest.mark.parametrize("options", [(), ("--check",)])
def test_bad_rows_are_told_with_line_and_reason_and_nothing_is_recorded(
    tmp_path: Path, options: tuple[str, ...]
) -> None:
    done = command(tmp_path, [ROW, {**ROW, "points": -1}, {**ROW, "seller": ""}], *options)
    report = json.loads(done.stdout)
    assert done.exit_code == 1
    assert [(bad["line"], bad["reason"].split()[0]) for bad in report["bad"]] == [(2, "points"), (3, "seller")]
    assert report["recorded"] == 0


@pytest.mark.parametrize(
    ("options", "word"),
    [(("--import-id", "no spaces"), "--import-id"), (("--complete-from", "yesterday"), "--complete-from")],
)
def test_what_is_wrong_with_the_command_is_said_in_one_line(
    tmp_path: Path, options: tuple[str, ...], word: str
) -> None:
    done = command(tmp_path, [ROW], *options)
    assert (done.exit_code, done.stdout) == (CANNOT, "")
    assert done.stderr.splitlines()[-1].startswith(f"cannot import: {word}")


def test_a_log_that_another_process_has_is_said_so(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    log = open_sqlite_log(tmp_path / "data" / "cases.db", utc_now, TABLES)
    done = command(tmp_path, [ROW])
    assert done.exit_code == CANNOT
    assert "cannot import: " in done.stderr
    log.close()
