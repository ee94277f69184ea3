"""An operator who gets something wrong is told in one line what would have to be right."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer import Typer
from typer.testing import CliRunner

from services.cases.__main__ import app as cases
from services.ledger.__main__ import app as ledger
from shared.kit.audit.keyfolder import KeyFolder
from shared.kit.audit.vkey import parse_vkey
from shared.kit.log.instant import utc_now
from shared.kit.log.rows import Table
from shared.kit.log.sqlite import open_sqlite_log
from shared.kit.starting import CANNOT
from tests.support.postgres import PASSWORD, ROLE, place


def start(service: str, folder: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Try to start a service with these settings; return how it ended."""
    return run(service, "serve", tmp_path=folder, **settings)


def run(service: str, *arguments: str, tmp_path: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a command of a service with these settings; return how it ended."""
    environment = {**os.environ, f"{service.upper()}_DATA_DIR": str(tmp_path), **settings}
    command = [sys.executable, "-m", f"services.{service}", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_setting_that_is_not_sound_is_named(service: str, tmp_path: Path) -> None:
    ended = start(service, tmp_path, **{f"{service.upper()}_PORT": "abc"})
    assert ended.returncode == CANNOT
    assert f"cannot start: {service.upper()}_PORT: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_every_fault_of_a_rulebook_stands_in_one_line(service: str, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text('surplus = 1\nname = ""\n')
    ended = start(service, tmp_path, **{f"{service.upper()}_RULEBOOK": str(rules)})
    assert (ended.returncode, ended.stderr.count("\n")) == (CANNOT, 1)
    assert ended.stderr.startswith(f"cannot start: {rules}: ")
    assert ended.stderr.count(f"{rules}: ") > 1
    assert f"; {rules}: " in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_folder_in_use_is_said_to_be(service: str, tmp_path: Path) -> None:
    log = open_sqlite_log(tmp_path / f"{service}.db", utc_now)
    try:
        ended = start(service, tmp_path)
    finally:
        log.close()
    assert ended.returncode == CANNOT
    assert "cannot start: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_tables_of_another_program_are_said_to_be_so(service: str, tmp_path: Path) -> None:
    table = {"cases": "imported", "ledger": "accounts"}[service]
    open_sqlite_log(tmp_path / f"{service}.db", utc_now, [Table(table, {"seller": "text"}, ("seller",))]).close()
    ended = start(service, tmp_path)
    assert ended.returncode == CANNOT
    assert f"cannot start: table {table} in the store has other columns" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_place_that_cannot_be_is_said_to_be_none(service: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for settings in (
        {f"{service.upper()}_DATA_DIR": str(tmp_path / "file" / "below")},
        {f"{service.upper()}_DATABASE_URL": "host=127.0.0.1", f"{service.upper()}_DATABASE_SCHEMA": "no name"},
    ):
        ended = start(service, tmp_path, **settings)
        assert ended.returncode == CANNOT
        assert "cannot start: " in ended.stderr
        assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_service_asks_for_the_migration_that_its_database_needs(service: str, tmp_path: Path) -> None:
    at, name = place(), service.upper()
    settings = {f"{name}_DATABASE_URL": at.dsn, f"{name}_DATABASE_SCHEMA": at.schema}
    ended = start(service, tmp_path, **settings)
    assert ended.returncode == CANNOT
    assert "cannot start: the database has version 0 of the log's tables" in ended.stderr
    (tmp_path / "password").write_text(PASSWORD)
    options = ["--role", ROLE, "--password-file", str(tmp_path / "password")]
    migrated = run(service, "migrate", *options, tmp_path=tmp_path, **settings, **{f"{name}_OWNER_URL": at.owner})
    assert (migrated.returncode, migrated.stderr) == (0, "")
    assert migrated.stdout.startswith("applied: 0001-log.sql, 0002-nodes.sql; tables made: ")
    assert at.tables() >= {"stored_events", "log_head"}
    at.drop()


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_migration_that_cannot_be_is_said_in_one_line(service: str, tmp_path: Path) -> None:
    url = {f"{service.upper()}_OWNER_URL": "host=127.0.0.1 port=1 dbname=none"}
    ended = run(service, "migrate", tmp_path=tmp_path, **url)
    assert ended.returncode == CANNOT
    assert "cannot migrate: the database was not migrated: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_rulebook_that_does_not_exist_is_said_so(service: str, tmp_path: Path) -> None:
    ended = start(service, tmp_path, **{f"{service.upper()}_RULEBOOK": "nowhere"})
    assert ended.returncode == CANNOT
    assert "cannot start: " in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize("service", ["cases", "ledger"])
def test_a_signing_key_that_others_can_read_is_said_to_be_so(service: str, tmp_path: Path) -> None:
    log = open_sqlite_log(tmp_path / f"{service}.db", utc_now)
    (made,) = KeyFolder(tmp_path / "keys" / "log", log.id).open()
    log.close()
    (tmp_path / "keys" / "log" / f"{made.key.id:08x}.key").chmod(0o644)
    ended = start(service, tmp_path)
    assert ended.returncode == CANNOT
    assert "chmod 600" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.mark.parametrize(("service", "app"), [("CASES", cases), ("LEDGER", ledger)], ids=["cases", "ledger"])
def test_keys_are_listed_added_and_retired(service: str, app: Typer, tmp_path: Path) -> None:
    def keys(*arguments: str) -> tuple[int, str, str]:
        environment = {f"{service}_DATA_DIR": str(tmp_path), f"{service}_SIGNING_KEYS": str(tmp_path / "log-keys")}
        done = CliRunner().invoke(app, ["keys", *arguments], env=environment)
        return done.exit_code, done.stdout, done.stderr

    status, out, err = keys("list")
    assert (status, out, "the first start of the service makes one" in err) == (CANNOT, "", True)
    (old,) = KeyFolder(tmp_path / "log-keys", "urn:uuid:1").open()
    status, out, err = keys("retire", f"{old.key.id:08x}")
    assert (status, out, "rotate first" in err) == (CANNOT, "", True)
    status, out, err = keys("add")
    new = parse_vkey(out.strip())
    assert (status, new.name, err) == (0, "urn:uuid:1", "")
    assert keys("list") == (0, f"signs   {old.key}\nsigns   {new}\n", "")
    assert keys("retire", f"{old.key.id:08x}") == (0, "", "")
    assert keys("list") == (0, f"retired {old.key}\nsigns   {new}\n", "")
    for wrong in ("no-id", f"{old.key.id:08x}"):
        assert keys("retire", wrong)[0] == CANNOT
