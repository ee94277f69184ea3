"""Tables are made and renewed by their owner's command: idempotent, all or nothing, also when two run at once."""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from shared.kit.log.model import Append, LogUnavailable
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.postgres.migrating import Migrated, migrate
from shared.kit.log.rows import Put, Table
from tests.support.logs import GROWN_TALLIES, ITEMS, TABLES, TALLIES, StandingClock, draft
from tests.support.postgres import PASSWORD, ROLE, Place, place

FIRST = ("0001-log.sql", "0002-nodes.sql")


@pytest.fixture
def at() -> Iterator[Place]:
    """A schema with nothing in it."""
    made = place()
    yield made
    made.drop()


def again(at: Place, *tables: Table) -> Migrated:
    return migrate(at.owner, at.schema, ROLE, tables, PASSWORD)


def test_a_migration_makes_what_is_missing_and_nothing_twice(at: Place) -> None:
    assert again(at, TALLIES) == Migrated(FIRST, ("tallies",))
    assert again(at, TALLIES) == Migrated((), ())
    assert again(at, TALLIES, ITEMS) == Migrated((), ("items",))


def test_a_migration_leaves_what_was_written(at: Place, clock: StandingClock) -> None:
    again(at, TALLIES)
    log = open_postgres_log(at.dsn, at.schema, clock, [TALLIES])
    log.append(Append([draft()], lambda _: [Put(TALLIES, {"name": "a", "count": 1})]))
    held = (log.id, log.head(), log.read(0, 9).events)
    log.close()
    again(at, TALLIES, ITEMS)
    log = open_postgres_log(at.dsn, at.schema, clock, TABLES)
    assert (log.id, log.head(), log.read(0, 9).events) == held
    assert log.get(TALLIES, "a") == {"name": "a", "count": 1}
    log.close()


def test_migrations_at_the_same_time_wait_for_each_other(at: Place) -> None:
    with ThreadPoolExecutor(4) as threads:
        done = list(threads.map(lambda _: again(at, *TABLES), range(4)))
    assert sorted(done, key=lambda one: one.applied) == [Migrated((), ())] * 3 + [Migrated(FIRST, ("items", "tallies"))]


@pytest.mark.parametrize(
    "other",
    [
        Table("tallies", {"name": "text", "count": "text"}, ("name",)),
        Table("tallies", {"name": "text", "count": "integer", "more": "blob"}, ("name",)),
        Table("tallies", {"name": "text"}, ("name",)),
        Table("tallies", {"name": "text", "count": "integer"}, ("count",)),
        Table("tallies", {"name": "text", "count": "integer"}, ("name", "count")),
    ],
    ids=["type", "more", "fewer", "key", "longer key"],
)
def test_a_read_model_of_another_shape_is_refused(at: Place, other: Table, clock: StandingClock) -> None:
    again(at, TALLIES)
    with pytest.raises(ValueError, match="table tallies in the store has other columns"):
        again(at, other, ITEMS)
    with pytest.raises(LogUnavailable, match="no table items"):
        open_postgres_log(at.dsn, at.schema, clock, TABLES)
    with pytest.raises(ValueError, match="table tallies in the store has other columns"):
        open_postgres_log(at.dsn, at.schema, clock, [other])


def test_a_column_that_came_later_is_given_to_a_table_without_it(at: Place, clock: StandingClock) -> None:
    """By the migration alone; null in the rows that are there."""
    again(at, TALLIES)
    with closing(open_postgres_log(at.dsn, at.schema, clock, [TALLIES])) as log:
        log.append(Append((), lambda _: [Put(TALLIES, {"name": "a", "count": 1})]))
    with pytest.raises(ValueError, match="table tallies in the store has other columns"):
        open_postgres_log(at.dsn, at.schema, clock, [GROWN_TALLIES])
    assert again(at, GROWN_TALLIES) == again(at, GROWN_TALLIES) == Migrated((), ())
    with closing(open_postgres_log(at.dsn, at.schema, clock, [GROWN_TALLIES])) as log:
        assert log.get(GROWN_TALLIES, "a") == {"name": "a", "count": 1, "more": None}
        log.append(Append((), lambda _: [Put(GROWN_TALLIES, {"name": "a", "count": 1, "more": b"x"})]))
        assert log.get(GROWN_TALLIES, "a") == {"name": "a", "count": 1, "more": b"x"}


def test_a_migration_that_may_not_changes_nothing(at: Place) -> None:
    again(at)
    with pytest.raises(LogUnavailable, match="was not migrated"):
        migrate(at.dsn, at.schema, ROLE, [TALLIES])
    assert again(at, TALLIES) == Migrated((), ("tallies",))


def test_a_role_without_a_password_cannot_log_in(at: Place) -> None:
    role = f"{at.schema}_r"
    migrate(at.owner, at.schema, role, [TALLIES])
    dsn = make_conninfo(at.owner, user=role, password="x")
    with pytest.raises(psycopg.OperationalError, match="not permitted to log in"):
        psycopg.connect(dsn)
    migrate(at.owner, at.schema, role, [TALLIES], "x")
    psycopg.connect(dsn).close()
    with at.owned() as connection:
        connection.execute(f"DROP OWNED BY {role}")
        connection.execute(f"DROP ROLE {role}")


@pytest.mark.parametrize("names", [("public", "role"), ("cases", "no role")])
def test_names_that_need_quotes_are_refused(names: tuple[str, str]) -> None:
    with pytest.raises(ValueError, match="not a name"):
        migrate("host=127.0.0.1", *names)


def command(at: Place, *arguments: str) -> subprocess.CompletedProcess[str]:
    call = [sys.executable, "-m", "shared.kit.log.postgres", "migrate", "--schema", at.schema, *arguments]
    env = {**os.environ, "DEMERIT_OWNER_URL": at.owner, "PYTHONPATH": "."}
    return subprocess.run(call, capture_output=True, text=True, env=env, check=False)


def test_the_command_says_what_it_did(at: Place, tmp_path: Path, clock: StandingClock) -> None:
    (tmp_path / "password").write_text(f"{PASSWORD}\n")
    options = ["--role", ROLE, "--password-file", str(tmp_path / "password"), "--tables", "tests.support.logs:TABLES"]
    done = command(at, *options)
    assert (done.returncode, done.stdout, done.stderr) == (
        0,
        "applied: 0001-log.sql, 0002-nodes.sql; tables made: items, tallies\n",
        "",
    )
    assert command(at, *options).stdout == "applied: nothing; tables made: none\n"
    open_postgres_log(at.dsn, at.schema, clock, TABLES).close()


def test_the_command_says_in_one_line_what_is_wrong(at: Place) -> None:
    done = command(at, "--role", "no role")
    assert done.returncode == 2
    assert done.stderr == "not migrated: not a name for a schema or a role of a log: 'no role'\n"
    done = command(at, "--dsn", "host=127.0.0.1 port=1 dbname=none")
    assert done.returncode == 2
    assert done.stderr.startswith("not migrated: the database was not migrated: ")
