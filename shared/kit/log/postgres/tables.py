"""The read-model tables of a log as they stand in the database: made by a migration, checked at every start."""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.postgres.table import TYPES, listed, sorted_by
from shared.kit.log.rows import Table, ordering

_COLUMNS: Final = """
SELECT attribute.attname, format_type(attribute.atttypid, NULL), coalesce(sorting.collname, ''),
    array_position(key.conkey, attribute.attnum)
FROM pg_attribute AS attribute
LEFT JOIN pg_collation AS sorting ON sorting.oid = attribute.attcollation
LEFT JOIN pg_constraint AS key ON key.conrelid = attribute.attrelid AND key.contype = 'p'
WHERE attribute.attrelid = to_regclass(%s) AND attribute.attnum > 0 AND NOT attribute.attisdropped
ORDER BY attribute.attnum
"""

RIGHTS: Final = "SELECT, INSERT, UPDATE, DELETE"  # of a service in the rows of its read models
_TYPE: Final = {**TYPES, "text": 'text COLLATE "C"'}


def statements(table: Table) -> Iterator[str]:
    """Yield what makes a table, its later columns and its indexes, where they are missing. Indexes hold the key."""
    columns = ", ".join(
        f'"{column}" {_TYPE[kind]}{" NOT NULL" if column in table.key else ""}'
        for column, kind in table.columns.items()
    )
    yield f'CREATE TABLE IF NOT EXISTS "{table.name}" ({columns}, PRIMARY KEY ({listed(table.key)}))'
    for column in table.later:
        yield f'ALTER TABLE "{table.name}" ADD COLUMN IF NOT EXISTS "{column}" {_TYPE[table.columns[column]]}'
    for group in table.indexes:
        name = f"{table.name}_by_{'_'.join(group)}"
        indexed = ", ".join(sorted_by(table, column) for column in ordering(table, group))
        yield f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table.name}" ({indexed})'


def missing(connection: psycopg.Connection[Any], tables: Iterable[Table]) -> list[str]:
    """Return the names of tables that the database does not have."""
    return [table.name for table in tables if not _found(connection, table)]


def check(connection: psycopg.Connection[Any], tables: Iterable[Table]) -> None:
    """Accept the tables that the database has.

    Raises:
        ValueError: it has one with other columns or another key: a read model of an older program, to be rebuilt.
    """
    for table in tables:
        found = _found(connection, table)
        if found and found != _expected(table):
            raise ValueError(f"table {table.name} in the store has other columns than the program's: rebuild it")


def _found(connection: psycopg.Connection[Any], table: Table) -> dict[str, tuple[str, str, int | None]]:
    columns = connection.cursor(row_factory=tuple_row).execute(_COLUMNS, (f'"{table.name}"',))
    return {name: (kind, collation, place) for name, kind, collation, place in columns}


def _expected(table: Table) -> dict[str, tuple[str, str, int | None]]:
    places = {column: place for place, column in enumerate(table.key, 1)}
    return {
        column: (TYPES[kind], "C" if kind == "text" else "", places.get(column))
        for column, kind in table.columns.items()
    }
