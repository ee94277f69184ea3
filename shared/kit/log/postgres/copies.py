"""Copies of a log in PostgreSQL: its tables as files, as they were at one instant, and back into an empty schema."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Composed, Identifier

from shared.kit.backup import BackupBroken, Copied
from shared.kit.log import merkle
from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.postgres.connecting import Limits, connection_info
from shared.kit.log.postgres.migrations import VERSION
from shared.kit.log.postgres.ready import check_ready, check_version
from shared.kit.log.rows import Table
from shared.kit.placing import sync

FOLDER: Final = f"postgres-{VERSION}"  # in a backup; tables of another version are not put back by this one
BLOCK: Final = 1 << 20  # bytes that are sent at a time

_LOG: Final = ("log_identity", "log_head", "stored_events", "kept_responses", "notification_tracking")
_SNAPSHOT: Final = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"
_PATIENT: Final = "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0"

# The migration has named the log already. Its name is append-only; the owner may take it back before anybody saw it.
_UNNAMED: Final = (
    "ALTER TABLE log_identity DISABLE TRIGGER append_only; DELETE FROM log_identity; DELETE FROM log_head; "
    "ALTER TABLE log_identity ENABLE ALWAYS TRIGGER append_only"
)
_STATE: Final = "SELECT log_id, position, frontier FROM log_identity, log_head"
_LAST: Final = "SELECT coalesce(max(notification_id), 0) FROM stored_events"


def dump(dsn: str, schema: str, tables: Sequence[Table], folder: Path) -> Copied:
    """Write the tables of a log that may be in use into a new folder, durably; the service's role is enough.

    Raises:
        StoreUnavailable, ValueError: the database cannot be read, or its tables are not those of this version.
        OSError: a file cannot be written.
    """
    folder.mkdir()
    with _connected(dsn, schema) as connection:
        connection.execute(f"{_SNAPSHOT}; {_PATIENT}")
        check_ready(connection, tables)
        for name, columns in _columns(tables).items():
            path = folder / name
            with path.open("wb") as file, connection.cursor().copy(_copy(name, columns, "TO STDOUT")) as blocks:
                for block in blocks:
                    file.write(block)
            sync(path)
        return _state(connection)


@contextmanager
def restoring(dsn: str, schema: str, tables: Sequence[Table], folder: Path) -> Iterator[None]:
    """Fill the log of a schema that was migrated and never used, as its owner. It is there once the block has ended;
    where the block raises, nothing is.

    Raises:
        BackupBroken: the folder holds no such log, or a table of the schema is not empty.
        StoreUnavailable: the database refuses, or its tables are not those of this version.
    """
    if not folder.is_dir():
        raise BackupBroken(f"the backup would have to hold a log in {FOLDER}")
    with _connected(dsn, schema) as connection, connection.transaction():
        connection.execute(_PATIENT)
        check_version(connection)
        connection.execute("LOCK TABLE log_head IN ACCESS EXCLUSIVE MODE")
        connection.execute(_UNNAMED)
        for name, columns in _columns(tables).items():
            _filled(connection, name, columns, folder / name)
        _, position, _ = _row(connection, _STATE)
        if _row(connection, _LAST) != (position,):
            raise BackupBroken("the log of the backup would have to end where its head is")
        yield


def _filled(connection: psycopg.Connection[Any], name: str, columns: Sequence[str], path: Path) -> None:
    if _row(connection, SQL("SELECT EXISTS (SELECT FROM {})").format(Identifier(name))) == (True,):
        raise BackupBroken(f"table {name} would have to be empty: migrate a new schema, and start nothing on it before")
    with path.open("rb") as file, connection.cursor().copy(_copy(name, columns, "FROM STDIN")) as blocks:
        while block := file.read(BLOCK):
            blocks.write(block)


def _columns(tables: Sequence[Table]) -> dict[str, tuple[str, ...]]:
    """Return what is copied: each table with its columns, none named for those that migrations order."""
    return {**dict.fromkeys(_LOG, ()), **{table.name: tuple(table.columns) for table in tables}}


def _copy(name: str, columns: Sequence[str], way: str) -> Composed:
    named = SQL(" ({})").format(SQL(", ").join(map(Identifier, columns))) if columns else SQL("")
    return SQL("COPY {}{} {} (FORMAT binary)").format(Identifier(name), named, SQL(way))


def _state(connection: psycopg.Connection[Any]) -> Copied:
    log_id, position, frontier = _row(connection, _STATE)
    return Copied(log_id, position, merkle.root(merkle.unpacked(bytes(frontier))).hex())


def _row(connection: psycopg.Connection[Any], statement: Any) -> tuple[Any, ...]:
    found = connection.execute(statement).fetchone()
    assert found is not None  # noqa: S101  # each of these statements finds one row
    return tuple(found)


@contextmanager
def _connected(dsn: str, schema: str) -> Iterator[psycopg.Connection[Any]]:
    try:
        with psycopg.connect(connection_info(dsn, schema, Limits()), autocommit=True, row_factory=tuple_row) as made:
            yield made
    except psycopg.Error as error:
        raise StoreUnavailable(f"the database was not copied: {str(error).strip()}") from error
