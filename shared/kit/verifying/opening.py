"""Opens the store of a log for reading alone, past all that opening it as a log would do."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.postgres.connecting import Limits, connection_info
from shared.kit.log.sqlite.schema import check_version
from shared.kit.settings import ServiceSettings
from shared.kit.verifying.dialect import POSTGRES, SQLITE
from shared.kit.verifying.raw import RawLog, SqlRow

FETCH: Final = 2000  # rows that a server hands over at once
PATIENT: Final = Limits(statement_s=3600.0, idle_s=3600.0)


def raw_store(settings: ServiceSettings, file: Path) -> AbstractContextManager[RawLog]:
    """Return the store of a service's log: a schema in PostgreSQL where its settings name one, or else the file."""
    if settings.database_url is None:
        return raw_file(file)
    return raw_schema(settings.database_url.get_secret_value(), settings.database_schema)


@contextmanager
def raw_file(path: Path) -> Iterator[RawLog]:
    """Open a file that a log lies in, or a copy of it, for reading alone.

    Raises:
        StoreUnavailable: it cannot be read, or is not of this version.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            check_version(connection)
            connection.execute("BEGIN")
            yield RawLog(connection.execute, SQLITE)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path.name} cannot be read: {error}") from error


@contextmanager
def raw_schema(dsn: str, schema: str) -> Iterator[RawLog]:
    """Open a schema that a log lies in, for reading alone.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    numbers = iter(range(1_000_000_000))
    try:
        with psycopg.connect(connection_info(dsn, schema, PATIENT), row_factory=tuple_row) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True

            def ask(statement: str, values: Sequence[Any]) -> Iterator[SqlRow]:
                with connection.cursor(f"raw_{next(numbers)}", row_factory=tuple_row) as cursor:
                    cursor.itersize = FETCH
                    yield from cursor.execute(statement.encode(), values)

            yield RawLog(ask, POSTGRES)
    except (psycopg.Error, ValueError) as error:
        raise StoreUnavailable(f"the schema {schema} cannot be read: {type(error).__name__}") from error
