"""Opens the schema of a log in PostgreSQL for reading alone, past all that opening it as a log would do."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.postgres.connecting import Limits, connection_info
from shared.kit.verifying.dialect import POSTGRES
from shared.kit.verifying.raw import RawLog, SqlRow

FETCH: Final = 2000  # rows that a server hands over at once
PATIENT: Final = Limits(statement_s=3600.0, idle_s=3600.0)


@contextmanager
def raw_schema(dsn: str, schema: str) -> Iterator[RawLog]:
    """Open a schema that a log lies in, for reading alone.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    try:
        with psycopg.connect(connection_info(dsn, schema, PATIENT), row_factory=tuple_row) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True
            yield raw_connection(connection)
    except (psycopg.Error, ValueError) as error:
        raise StoreUnavailable(f"the schema {schema} cannot be read: {type(error).__name__}") from error


def raw_connection(connection: psycopg.Connection[Any]) -> RawLog:
    """Return the log in the schema of a connection, read in its transaction, many rows a time."""
    numbers = iter(range(1_000_000_000))

    def ask(statement: str, values: Sequence[Any]) -> Iterator[SqlRow]:
        with connection.cursor(f"raw_{next(numbers)}", row_factory=tuple_row) as cursor:
            cursor.itersize = FETCH
            yield from cursor.execute(statement.encode(), values)

    return RawLog(ask, POSTGRES)
