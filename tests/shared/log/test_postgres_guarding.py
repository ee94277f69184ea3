"""In PostgreSQL nobody changes an event, a service's role creates nothing, and a log starts only where it is safe."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors, sql

from shared.kit.log.model import Append, Appended, Idempotency, LogUnavailable, Tracking
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.postgres.connecting import checked_name
from shared.kit.log.postgres.ready import check_settings
from shared.kit.log.rows import Put
from tests.support.logs import TABLES, TALLIES, StandingClock, draft
from tests.support.postgres import ROLE, Place, Server, place

APPEND_ONLY = ("stored_events", "kept_responses", "log_identity")
CHANGES = {
    "stored_events": "UPDATE stored_events SET topic = topic",
    "kept_responses": "UPDATE kept_responses SET digest = digest",
    "log_identity": "UPDATE log_identity SET log_id = log_id",
}
GOOD = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "server_encoding": "UTF8"}


def on(action: str, table: str) -> str:
    """Return the statement that does this to a whole table."""
    return " ".join((action, table))


REPLACING = [
    "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT ({1}) DO UPDATE SET {2} = excluded.{2}",
    "MERGE INTO {0} USING {0} AS other ON {0}.{1} = other.{1} WHEN MATCHED THEN UPDATE SET {2} = other.{2}",
    "MERGE INTO {0} USING {0} AS other ON {0}.{1} = other.{1} WHEN MATCHED THEN DELETE",
]
KEYS = [
    ("stored_events", "notification_id", "topic"),
    ("kept_responses", "scope", "digest"),
    ("log_identity", "only_row", "log_id"),
]


@pytest.fixture
def at(clock: StandingClock) -> Iterator[Place]:
    """A schema with a log in it that has something in every table."""
    made = place()
    made.migrate(TABLES)
    log = open_postgres_log(made.dsn, made.schema, clock, TABLES)
    key = Idempotency("k", b"d", lambda _: b"r")
    rows = [Put(TALLIES, {"name": "a", "count": 1})]
    assert isinstance(log.append(Append([draft()], lambda _: rows, key, Tracking("cases", 5))), Appended)
    log.close()
    yield made
    made.drop()


def service(at: Place) -> psycopg.Connection[tuple[object, ...]]:
    """Return a connection as the service has it."""
    return psycopg.connect(at.dsn, autocommit=True, options=f"-c search_path={at.schema}")


@pytest.mark.parametrize("table", APPEND_ONLY)
@pytest.mark.parametrize("action", ["update", "DELETE FROM", "TRUNCATE"])
def test_not_even_the_owner_changes_what_is_append_only(at: Place, table: str, action: str) -> None:
    statement = CHANGES[table] if action == "update" else on(action, table)
    with at.owned() as connection:
        for role in ("origin", "replica"):  # what replication applies is held back as well
            connection.execute(sql.SQL("SET session_replication_role = {}").format(sql.Literal(role)))
            with pytest.raises(errors.RestrictViolation, match=f"{table} is append-only"):
                connection.execute(statement)
        assert connection.execute(on("SELECT count(*) FROM", table)).fetchone() == (1,)


@pytest.mark.parametrize("names", KEYS)
@pytest.mark.parametrize("statement", REPLACING)
def test_nothing_is_replaced_by_what_inserts(at: Place, statement: str, names: tuple[str, str, str]) -> None:
    """A conflict or a match that changes or deletes meets the same trigger, and needs a right that nobody is given."""
    asked = statement.format(*names).encode()
    with at.owned() as connection, pytest.raises(errors.RestrictViolation, match=f"{names[0]} is append-only"):
        connection.execute(asked)
    with service(at) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(asked)


@pytest.mark.parametrize(
    "statement",
    [
        *CHANGES.values(),
        *(on("DELETE FROM", table) for table in (*APPEND_ONLY, "log_head", "notification_tracking", "log_migrations")),
        *(on("TRUNCATE", table) for table in (*APPEND_ONLY, "log_head", "notification_tracking")),
        "INSERT INTO log_identity VALUES (1, 'other')",
        "INSERT INTO log_head VALUES (1, 0, 0, 0, '')",
        "INSERT INTO log_migrations (version, name) VALUES (99, 'other')",
        "CREATE TABLE other (a integer)",
        "CREATE FUNCTION other() RETURNS integer LANGUAGE sql AS 'SELECT 1'",
        "DROP TABLE items",
        "ALTER TABLE stored_events DISABLE TRIGGER append_only",
        "ALTER TABLE items ADD COLUMN other integer",
    ],
)
def test_the_service_has_no_right_to_it(at: Place, statement: str) -> None:
    with service(at) as connection, pytest.raises(errors.InsufficientPrivilege):
        connection.execute(statement)


@pytest.mark.parametrize("position", [5, 4])
def test_tracking_does_not_go_back_whoever_writes_it(at: Place, position: int) -> None:
    with service(at) as connection, pytest.raises(errors.UniqueViolation, match="does not go back"):
        connection.execute("UPDATE notification_tracking SET notification_id = %s", (position,))


def test_a_log_does_not_start_as_somebody_who_may_change_it(at: Place, clock: StandingClock) -> None:
    with pytest.raises(LogUnavailable, match="must connect as the role that migrate made"):
        open_postgres_log(at.owner, at.schema, clock, TABLES)
    with at.owned() as connection:
        connection.execute(f"GRANT CREATE ON SCHEMA {at.schema} TO {ROLE}")
    with pytest.raises(LogUnavailable, match="must connect as the role that migrate made"):
        open_postgres_log(at.dsn, at.schema, clock, TABLES)


def test_a_log_does_not_start_without_its_tables(clock: StandingClock) -> None:
    nothing = place()
    with pytest.raises(LogUnavailable, match=r"has version 0 .*, not 2: run the service's migrate command"):
        open_postgres_log(nothing.dsn, nothing.schema, clock, TABLES)


def test_a_log_does_not_start_on_tables_of_a_newer_program(at: Place, clock: StandingClock) -> None:
    with at.owned() as connection:
        connection.execute("INSERT INTO log_migrations (version, name) VALUES (3, '0003-later.sql')")
    with pytest.raises(LogUnavailable, match=r"has version 3 .*, not 2: this program is too old"):
        open_postgres_log(at.dsn, at.schema, clock, TABLES)


def test_a_log_does_not_start_without_its_read_models(clock: StandingClock) -> None:
    bare = place()
    bare.migrate()
    with pytest.raises(LogUnavailable, match="no table items: run the service's migrate"):
        open_postgres_log(bare.dsn, bare.schema, clock, TABLES)
    bare.drop()


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_server_that_gives_durability_away_is_refused(setting: str) -> None:
    check_settings(GOOD)
    check_settings({**GOOD, "synchronous_commit": "remote_apply"})
    with pytest.raises(LogUnavailable, match=f"{setting}=off"):
        check_settings({**GOOD, setting: "off"})


def test_a_database_that_is_not_utf_8_is_refused() -> None:
    with pytest.raises(LogUnavailable, match="UTF8"):
        check_settings({**GOOD, "server_encoding": "SQL_ASCII"})


@pytest.mark.parametrize("setting", ["fsync", "full_page_writes", "synchronous_commit"])
def test_a_log_looks_at_the_settings_of_its_server(setting: str, clock: StandingClock) -> None:
    server = Server([f"{setting}=off"])
    at = place(server.owner)
    at.migrate(TABLES)
    with pytest.raises(LogUnavailable, match=f"{setting}=off"):
        open_postgres_log(at.dsn, at.schema, clock, TABLES)
    server.remove()


def test_a_setting_of_the_role_counts_too(at: Place, clock: StandingClock) -> None:
    with at.owned() as connection:
        connection.execute(f"CREATE ROLE {at.schema}_lax LOGIN PASSWORD 'x' IN ROLE {ROLE}")
        connection.execute(f"ALTER ROLE {at.schema}_lax SET synchronous_commit = off")
        dsn = psycopg.conninfo.make_conninfo(at.owner, user=f"{at.schema}_lax", password="x")
        with pytest.raises(LogUnavailable, match="synchronous_commit=off"):
            open_postgres_log(dsn, at.schema, clock, TABLES)
        connection.execute(f"DROP ROLE {at.schema}_lax")


def test_a_database_out_of_reach_is_an_answer(clock: StandingClock) -> None:
    with pytest.raises(LogUnavailable, match="cannot be reached"):
        open_postgres_log("host=127.0.0.1 port=1 user=nobody dbname=none", "cases", clock)
    with pytest.raises(LogUnavailable, match="cannot be reached"):
        open_postgres_log("this is no connection string", "cases", clock)


@pytest.mark.parametrize("name", ["", "public", "Cases", "pg_cases", "a-b", "a b", "a;b", "1a", "x" * 64])
def test_a_name_that_needs_quotes_is_refused(name: str, clock: StandingClock) -> None:
    with pytest.raises(ValueError, match="not a name"):
        checked_name(name)
