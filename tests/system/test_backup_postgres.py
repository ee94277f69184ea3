"""The drill with logs in PostgreSQL: a backup made under load comes back elsewhere, and is known to be older."""

import json
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event
from typing import Any

import psycopg
import pytest
from psycopg import errors
from typer.testing import CliRunner

from services.cases import backup
from services.cases.__main__ import app
from services.cases.settings import Settings
from services.cases.tables import TABLES
from services.ledger import backup as ledger_backup
from services.ledger.settings import Settings as LedgerSettings
from services.ledger.tables import TABLES as LEDGER_TABLES
from shared.kit.backup import BackupBroken, check
from shared.kit.log import merkle
from shared.kit.log.model import LogUnavailable
from shared.kit.log.postgres import open_postgres_log
from shared.kit.starting import CANNOT
from tests.support.cases_service import PDF
from tests.support.decisions import Decisions
from tests.support.following import Following
from tests.support.postgres import in_database, place
from tests.support.sites import Site
from tests.system.test_backup import states, under_load

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[tuple[Site, Site]]:
    """Two of them."""
    made = Site(tmp_path / "one", place()), Site(tmp_path / "two", place())
    for site in made:
        site.at.migrate(TABLES)
    yield made
    for site in made:
        site.at.drop()


@pytest.fixture
def copy(sites: tuple[Site, Site], tmp_path: Path) -> Path:
    """A backup of the first, with one case in it."""
    with sites[0].serving() as cases:
        cases.evidence(cases.notified())
        backup.make(sites[0].settings, tmp_path / "copy", NOW)
    return tmp_path / "copy"


def test_a_backup_made_under_load_comes_back_with_everything_that_it_cites_and_is_known_to_be_older(
    sites: tuple[Site, Site], tmp_path: Path
) -> None:
    """Given a service at work and a ledger that follows it, when its backup is put in its place, then a prefix of the
    log is there, readable and written on, and the ledger that has seen more stops.
    """
    one, two = sites
    with one.serving() as cases:
        case = cases.notified()
        piece = cases.evidence(case)
        under_load(cases, partial(backup.make, one.settings, tmp_path / "copy", NOW))
        cases.file()
        events, narrative = cases.feed(), cases.officer.get(f"/cases/{case}")["narrative"]
        with one.feed(cases) as feed:
            ledger = Following(feed, cases.clock)
            ledger.catch_up()
    manifest = check(tmp_path / "copy", "cases")
    assert 3 <= manifest.position < len(events)
    leaves = [merkle.leaf_hash(state) for state in states(events[: manifest.position])]
    assert manifest.root == merkle.root(merkle.grown((), 0, leaves).frontier).hex()
    shutil.copytree(one.folder / "cases" / "keys", two.folder / "cases" / "keys")
    assert backup.restore(two.settings, tmp_path / "copy", two.at.owner) == manifest
    with two.serving() as again:
        assert again.feed() == events[: manifest.position]
        assert again.officer.get(f"/cases/{case}")["narrative"] == narrative
        assert again.buyer.get(f"/cases/{case}/evidence/{piece}/content") == PDF
        with two.feed(again) as feed:
            stopped = Following(feed, again.clock, ledger.log).follower
            stopped.run(Event())
        assert stopped.status.state == "alarmed"
        assert stopped.status.reason.split()[0] in (
            "log_went_back",
            "log_rolled_back",
        )  # by its head, or what it signed
        again.file()
        assert len(again.feed()) > manifest.position
    with two.at.owned() as owner, pytest.raises(errors.RestrictViolation):
        owner.execute("UPDATE log_identity SET log_id = log_id")


def test_a_ledger_comes_back_and_goes_on(tmp_path: Path) -> None:
    cases, (one, two) = Decisions(), (place(), place())
    cases.ordinary("s-1")
    for at in (one, two):
        at.migrate(LEDGER_TABLES)
    first = Following(cases, cases.clock, open_postgres_log(one.dsn, one.schema, cases.clock, LEDGER_TABLES))
    first.catch_up()
    given = [LedgerSettings(database_url=at.dsn, database_schema=at.schema) for at in (one, two)]  # type: ignore[arg-type]  # pydantic makes a secret of it
    ledger_backup.make(given[0], tmp_path / "copy", NOW)
    ledger_backup.restore(given[1], tmp_path / "copy", two.owner)
    again = Following(cases, cases.clock, open_postgres_log(two.dsn, two.schema, cases.clock, LEDGER_TABLES))
    assert (again.log.id, again.log.head()) == (first.log.id, first.log.head())
    cases.severe("s-1")
    for ledger in (first, again):
        ledger.catch_up()
    assert again.ask("s-1") == first.ask("s-1")
    for ledger, at in ((first, one), (again, two)):
        ledger.log.close()
        at.drop()


def empty(site: Site) -> bool:
    """Return whether a place is as its migration left it."""
    log = open_postgres_log(site.at.dsn, site.at.schema, lambda: NOW, TABLES)
    position = log.head().position
    log.close()
    return position == 0 and not (site.folder / "cases" / "vault.db").exists()


def test_what_cannot_be_put_back_whole_is_not_put_back(sites: tuple[Site, Site], copy: Path) -> None:
    one, two = sites
    with pytest.raises(BackupBroken, match=r"table log_identity|table stored_events would have to be empty"):
        backup.restore(Settings(data_dir=two.folder / "cases", **one.database), copy, one.at.owner)
    with pytest.raises(BackupBroken, match="--owner-url"):
        backup.restore(two.settings, copy)
    with pytest.raises(LogUnavailable, match="was not copied"):
        backup.restore(two.settings, copy, two.at.dsn)
    with pytest.raises(BackupBroken, match="in another store"):
        backup.restore(Settings(data_dir=two.folder / "cases"), copy)
    (two.folder / "cases" / "evidence").mkdir(parents=True)
    (two.folder / "cases" / "evidence" / "other").touch()
    with pytest.raises(BackupBroken, match="evidence would have to be empty"):
        backup.restore(two.settings, copy, two.at.owner)
    assert empty(two)
    nowhere: dict[str, Any] = {"database_url": two.at.dsn, "database_schema": "none"}
    with pytest.raises(LogUnavailable, match="version 0"):
        backup.restore(Settings(data_dir=two.folder / "x", **nowhere), copy, two.at.owner)


def test_a_log_that_does_not_end_where_its_head_is_is_not_put_back(sites: tuple[Site, Site], tmp_path: Path) -> None:
    one, two = sites
    with one.serving() as cases:
        cases.notified()
    with psycopg.connect(one.at.owner, autocommit=True, options=f"-c search_path={one.at.schema}") as owner:
        owner.execute("UPDATE log_head SET position = position + 1")
    backup.make(one.settings, tmp_path / "copy", NOW)
    with pytest.raises(BackupBroken, match="end where its head is"):
        backup.restore(two.settings, tmp_path / "copy", two.at.owner)
    assert empty(two)


def test_both_are_commands(sites: tuple[Site, Site], copy: Path) -> None:
    two = sites[1]
    env = {"CASES_DATA_DIR": str(two.folder / "cases"), **in_database({"cases": two.at})}
    told = CliRunner().invoke(app, ["restore", str(copy)], env=env | {"CASES_OWNER_URL": two.at.owner})
    assert (told.exit_code, json.loads(told.stdout)["position"]) == (0, check(copy, "cases").position)
    told = CliRunner().invoke(app, ["backup", str(two.folder / "again")], env=env)
    assert (told.exit_code, json.loads(told.stdout)["root"]) == (0, check(copy, "cases").root)
    told = CliRunner().invoke(app, ["restore", str(copy)], env=env)
    assert told.exit_code == CANNOT
    assert "cannot restore: the tables' owner" in told.stderr
