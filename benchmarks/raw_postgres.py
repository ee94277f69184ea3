"""The limit on PostgreSQL: the bare driver writing the rows that a schema of ours holds, as durably, with few trips."""

from collections.abc import Iterable, Sequence
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Composed, Identifier, Placeholder

from benchmarks import postgres
from benchmarks.raw import SqlRow

MOVE_HEAD: Final = "UPDATE log_head SET position = %s, recorded_us = %s, promised_us = %s, frontier = %s"


def read(schema: str, statement: str, *values: object) -> list[SqlRow]:
    """Return the rows of a query on a schema."""
    with postgres.connect(schema) as connection:
        return connection.execute(statement.encode(), values).fetchall()


def table(schema: str, name: str) -> list[SqlRow]:
    """Return all rows of a table, in order of its first column."""
    return read(schema, f"SELECT * FROM {name} ORDER BY 1")


def columns(schema: str, table: str) -> list[str]:
    """Return the names of a table's columns, in order."""
    with postgres.connect(schema) as connection:
        asked = connection.execute(SQL("SELECT * FROM {} LIMIT 0").format(Identifier(table)))
        return [column.name for column in asked.description or ()]


def insert(table: str, width: int) -> Composed:
    """Return the statement that writes one row of so many columns."""
    return SQL("INSERT INTO {} VALUES ({})").format(Identifier(table), SQL(", ").join([Placeholder()] * width))


def together(parts: Sequence[tuple[str, int]]) -> Composed:
    """Return one statement that writes a row of each of these tables and moves the head: one trip, one transaction."""
    written = [
        SQL("{} AS ({})").format(Identifier(f"part_{number}"), insert(table, width))
        for number, (table, width) in enumerate(parts)
    ]
    return SQL("WITH {} {}").format(SQL(", ").join(written), SQL(MOVE_HEAD))


def upsert(table: str, key: Sequence[str], names: Sequence[str]) -> Composed:
    """Return the statement that writes one row, in place of the one of the same key."""
    changed = SQL(", ").join(SQL("{0} = excluded.{0}").format(Identifier(name)) for name in names)
    keys = SQL(", ").join(Identifier(name) for name in key)
    return SQL("{} ON CONFLICT ({}) DO UPDATE SET {}").format(insert(table, len(names)), keys, changed)


def copy(connection: psycopg.Connection[Any], table: str, rows: Iterable[SqlRow]) -> None:
    """Write rows in bulk, in the transaction under way."""
    with connection.cursor() as cursor, cursor.copy(SQL("COPY {} FROM STDIN").format(Identifier(table))) as written:
        for row in rows:
            written.write_row(row)
