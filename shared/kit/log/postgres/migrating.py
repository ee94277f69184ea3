"""Makes and renews a log's tables, as their owner; what runs later needs no right to create anything."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier, Literal

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.postgres.connecting import checked_name
from shared.kit.log.postgres.migrations import FILES
from shared.kit.log.postgres.ready import check_settings
from shared.kit.log.postgres.tables import RIGHTS, check, missing, statements
from shared.kit.log.rows import Table
from shared.kit.log.shapes import Shapes

_GRANTS: Final = {
    "stored_events": "SELECT, INSERT",
    "kept_responses": "SELECT, INSERT",
    "log_identity": "SELECT",
    "log_migrations": "SELECT",
    "log_head": "SELECT, UPDATE",
    "notification_tracking": "SELECT, INSERT, UPDATE",
}
_MIGRATIONS: Final = (
    "CREATE TABLE IF NOT EXISTS log_migrations"
    " (version integer PRIMARY KEY, name text NOT NULL, applied_at timestamptz NOT NULL DEFAULT now())"
)


@dataclass(frozen=True, slots=True)
class Migrated:
    """What a migration did: files applied and read-model tables made, in order; both empty if there was nothing."""

    applied: tuple[str, ...]
    made: tuple[str, ...]


def migrate(dsn: str, schema: str, role: str, tables: Sequence[Table] = (), password: str | None = None) -> Migrated:
    """Bring a schema to this version, and let `role` run the service in it. All or nothing; idempotent.

    The schema and the role are made where they are missing, the role without a right to log in unless `password` is
    given: then it gets both. `dsn` connects as the owner of the tables, which should not be the role.

    Raises:
        StoreUnavailable: the database cannot be reached, or refuses; nothing was changed.
        ValueError: a name is not plain, a table is not well formed or stands there with other columns.
    """
    shapes = Shapes(tables)
    checked_name(schema), checked_name(role)
    try:
        with psycopg.connect(dsn, connect_timeout=10, row_factory=tuple_row) as connection:
            _enter(connection, schema)
            applied = _apply(connection)
            made = missing(connection, tables)
            for shape in shapes.all():
                for statement in statements(shape.table):
                    connection.execute(statement)
            check(connection, tables)
            _admit(connection, schema, role, password, tables)
    except psycopg.Error as error:
        raise StoreUnavailable(f"the database was not migrated: {str(error).strip()}") from error
    return Migrated(tuple(applied), tuple(made))


def _enter(connection: psycopg.Connection[Any], schema: str) -> None:
    """Hold off other migrations of this database, and go on in the schema."""
    settings = connection.execute("SELECT 'server_encoding', current_setting('server_encoding')").fetchall()
    check_settings(dict(settings))
    connection.execute("SELECT pg_advisory_xact_lock(hashtext('demerit migrations'))")
    if connection.execute("SELECT to_regnamespace(%s)", (schema,)).fetchone() == (None,):
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(schema)))
    connection.execute(SQL("SET LOCAL search_path = {}").format(Identifier(schema)))


def _apply(connection: psycopg.Connection[Any]) -> list[str]:
    connection.execute(_MIGRATIONS)
    found = connection.execute("SELECT coalesce(max(version), 0) FROM log_migrations").fetchone() or (0,)
    applied: list[str] = []
    for version, file in enumerate(FILES[found[0] :], found[0] + 1):
        connection.execute(file.read_text("utf-8"))
        connection.execute("INSERT INTO log_migrations (version, name) VALUES (%s, %s)", (version, file.name))
        applied.append(file.name)
    return applied


def _admit(
    connection: psycopg.Connection[Any], schema: str, role: str, password: str | None, tables: Sequence[Table]
) -> None:
    name = Identifier(role)
    if connection.execute("SELECT FROM pg_roles WHERE rolname = %s", (role,)).fetchone() is None:
        connection.execute(SQL("CREATE ROLE {}").format(name))
    if password is not None:
        digest = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
        connection.execute(SQL("ALTER ROLE {} LOGIN PASSWORD {}").format(name, Literal(digest)))
    connection.execute(SQL("GRANT USAGE ON SCHEMA {} TO {}").format(Identifier(schema), name))
    for table, rights in {**_GRANTS, **{table.name: RIGHTS for table in tables}}.items():
        connection.execute(SQL("GRANT {} ON {} TO {}").format(SQL(rights), Identifier(table), name))
