"""What a log demands of its database before it takes it for durable: settings, migrations, and a role of few rights."""

from collections.abc import Sequence
from typing import Any, Final

import psycopg
from psycopg import errors
from psycopg.rows import tuple_row

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.postgres.migrations import VERSION
from shared.kit.log.postgres.tables import check, missing
from shared.kit.log.rows import Table

_SETTINGS: Final = """
SELECT name, setting FROM pg_settings
WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit', 'server_encoding')
"""
_RIGHTS: Final = """
SELECT has_table_privilege('stored_events', 'UPDATE, DELETE, TRUNCATE'), has_schema_privilege(current_schema, 'CREATE')
"""
_MUST_BE_ON: Final = ("fsync", "full_page_writes", "synchronous_commit")


def check_ready(connection: psycopg.Connection[Any], tables: Sequence[Table]) -> None:
    """Accept a database in which a commit that was acknowledged stays, and the tables of this program's version.

    Raises:
        StoreUnavailable: a setting gives durability away, the tables are not migrated, or the role may do too much.
        ValueError: a read-model table has other columns than the program's.
    """
    cursor = connection.cursor(row_factory=tuple_row)
    check_settings(dict(cursor.execute(_SETTINGS).fetchall()))
    check_version(connection)
    may_change, may_create = cursor.execute(_RIGHTS).fetchone() or (True, True)
    if may_change or may_create:
        raise StoreUnavailable("the service must connect as the role that migrate made: this one may change the log")
    if absent := missing(connection, tables):
        raise StoreUnavailable(f"the database has no table {absent[0]}: run the service's migrate command")
    check(connection, tables)


def check_version(connection: psycopg.Connection[Any]) -> None:
    """Accept the tables of this program's version.

    Raises:
        StoreUnavailable: they are of another one, or were never made.
    """
    cursor = connection.cursor(row_factory=tuple_row)
    try:
        version = (cursor.execute("SELECT max(version) FROM log_migrations").fetchone() or (0,))[0] or 0
    except errors.UndefinedTable:
        version = 0
    if version != VERSION:
        advice = "run the service's migrate command" if version < VERSION else "this program is too old for it"
        raise StoreUnavailable(f"the database has version {version} of the log's tables, not {VERSION}: {advice}")


def check_settings(settings: dict[str, str]) -> None:
    """Accept settings of a server under which a commit is on disk when it is acknowledged, and text is UTF-8.

    Raises:
        StoreUnavailable: one of them is otherwise.
    """
    for name in _MUST_BE_ON:
        if settings.get(name) == "off":
            raise StoreUnavailable(f"PostgreSQL runs with {name}=off: what was acknowledged could be lost")
    if settings.get("server_encoding") != "UTF8":
        raise StoreUnavailable("the database must be encoded in UTF8")
