"""Copies of a log in PostgreSQL: its tables as files, as they were at one instant."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from shared.kit.backup import Copied
from shared.kit.log import merkle
from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.postgres.connecting import Limits, connection_info
from shared.kit.log.postgres.migrations import VERSION
from shared.kit.log.postgres.ready import check_ready
from shared.kit.log.rows import Table
from shared.kit.placing import sync

FOLDER: Final = f"postgres-{VERSION}"  # in a backup; tables of another version are not put back by this one

PATIENT: Final = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"
STATE: Final = "SELECT log_id, position, frontier FROM log_identity, log_head"

_LOG: Final = ("log_identity", "log_head", "stored_events", "kept_responses", "notification_tracking")
_SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"


def dump(dsn: str, schema: str, tables: Sequence[Table], folder: Path) -> Copied:
    """Write the tables of a log that may be in use into a new folder, durably; the service's role is enough.

    Raises:
        StoreUnavailable, ValueError: the database cannot be read, or its tables are not those of this version.
        OSError: a file cannot be written.
    """
    folder.mkdir()
    with connected(dsn, schema) as connection:
        connection.execute(f"{_SNAPSHOT}; {PATIENT}")
        check_ready(connection, tables)
        for name, listed in columns(tables).items():
            path = folder / name
            with path.open("wb") as file, connection.cursor().copy(copy(name, listed, "TO STDOUT")) as blocks:
                for block in blocks:
                    file.write(block)
            sync(path)
        return _state(connection)


def columns(tables: Sequence[Table]) -> dict[str, tuple[str, ...]]:
    """Return what is copied: each table with its columns, none named for those that migrations order."""
    return {**dict.fromkeys(_LOG, ()), **{table.name: tuple(table.columns) for table in tables}}


def copy(name: str, listed: Sequence[str], way: str) -> Composed:
    """Return the statement that copies these columns of a table (none listed: all) one way."""
    named = SQL(" ({})").format(SQL(", ").join(map(Identifier, listed))) if listed else SQL("")
    return SQL("COPY {}{} {} (FORMAT binary)").format(Identifier(name), named, SQL(way))


def _state(connection: psycopg.Connection[Any]) -> Copied:
    log_id, position, frontier = row(connection, STATE)
    return Copied(log_id, position, merkle.root(merkle.unpacked(bytes(frontier))).hex())


def row(connection: psycopg.Connection[Any], statement: Any) -> tuple[Any, ...]:
    """Return the one row that a statement finds."""
    found = connection.execute(statement).fetchone()
    assert found is not None  # noqa: S101  # each of these statements finds one row
    return tuple(found)


@contextmanager
def connected(dsn: str, schema: str) -> Iterator[psycopg.Connection[Any]]:
    """Connect for a copy, one way or the other; raises `StoreUnavailable` for any error of the database."""
    try:
        with psycopg.connect(connection_info(dsn, schema, Limits()), autocommit=True, row_factory=tuple_row) as made:
            yield made
    except psycopg.Error as error:
        raise StoreUnavailable(f"the database was not copied: {str(error).strip()}") from error
