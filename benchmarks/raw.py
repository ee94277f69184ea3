"""The limit: the bare driver writing the rows that a file of ours holds, byte for byte and as durably.

The tables, indexes and triggers are the file's own; so is the way of writing: WAL, synchronous FULL, one connection.
"""

import sqlite3
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, Final, TypeAlias

SqlRow: TypeAlias = tuple[Any, ...]
Writes: TypeAlias = list[tuple[str, Sequence[SqlRow]]]  # statements with their rows, for one transaction

EVENTS: Final = "stored_events"

DURABLE: Final = ("PRAGMA journal_mode = WAL", "PRAGMA synchronous = FULL", "PRAGMA wal_autocheckpoint = 1000")


def read(path: Path, statement: str, *values: object) -> list[SqlRow]:
    """Return the rows of a query on a file that nobody writes to."""
    with closing(reader(path)) as connection:
        return connection.execute(statement, values).fetchall()


def reader(path: Path) -> sqlite3.Connection:
    """Return a connection that only reads."""
    return sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)


def table(path: Path, name: str) -> list[SqlRow]:
    """Return all rows of a table, in the order in which it is kept."""
    return read(path, f"SELECT * FROM {name}")


def like(source: Path, target: Path) -> sqlite3.Connection:
    """Make an empty file with the tables, indexes and triggers of `source`; return the connection that writes it."""
    connection = sqlite3.connect(target, isolation_level=None)
    for pragma in DURABLE:
        connection.execute(pragma)
    made = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%' ORDER BY rowid"
    for (statement,) in read(source, made):
        connection.execute(statement)
    return connection


def insert(name: str, columns: int, *, replace: bool = False) -> str:
    """Return the statement that writes one row of a table with so many columns."""
    return f"INSERT {'OR REPLACE ' if replace else ''}INTO {name} VALUES ({', '.join('?' * columns)})"


def write(connection: sqlite3.Connection, writes: Iterable[tuple[str, Sequence[SqlRow]]]) -> None:
    """Write all rows in one durable transaction."""
    connection.execute("BEGIN IMMEDIATE")
    for statement, rows in writes:
        if len(rows) == 1:
            connection.execute(statement, rows[0])
        else:
            connection.executemany(statement, rows)
    connection.execute("COMMIT")
