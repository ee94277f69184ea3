"""A read-model table in SQLite: its statements, made from checked names."""

import sqlite3
from collections.abc import Iterator, Mapping
from typing import Final

from shared.kit.log.conditions import where_clause
from shared.kit.log.query import Query
from shared.kit.log.rows import Row, Value, ordering
from shared.kit.log.shape import Key, Shape

_TYPES: Final = {"text": "TEXT", "integer": "INTEGER", "blob": "BLOB"}


def _listed(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{column}"' for column in columns)


class SqliteTable:
    """One table's statements. Names come from a `Shape`, which lets only plain identifiers through."""

    def __init__(self, shape: Shape) -> None:
        table = shape.table
        self._shape = shape
        match_key = " AND ".join(f'"{column}" = ?' for column in table.key)
        others = tuple(column for column in shape.columns if column not in table.key)
        replaced = ", ".join(f'"{column}" = excluded."{column}"' for column in others)
        self._put = (
            f'INSERT INTO "{shape.name}" ({_listed(shape.columns)}) '  # noqa: S608  # names checked by Shape
            f"VALUES ({', '.join('?' for _ in shape.columns)}) "
            f"ON CONFLICT ({_listed(table.key)}) DO {f'UPDATE SET {replaced}' if others else 'NOTHING'}"
        )
        self._remove = f'DELETE FROM "{shape.name}" WHERE {match_key}'  # noqa: S608  # names checked by Shape
        self._select = f'SELECT {_listed(shape.columns)} FROM "{shape.name}"'  # noqa: S608  # names checked by Shape
        self._get = f"{self._select} WHERE {match_key}"

    def statements(self) -> Iterator[str]:
        """Yield what makes the table and its indexes where they are missing. Indexes hold the key, to sort by it."""
        table = self._shape.table
        columns = ", ".join(
            f'"{column}" {_TYPES[kind]}{" NOT NULL" if column in table.key else ""}'
            for column, kind in table.columns.items()
        )
        yield f'CREATE TABLE IF NOT EXISTS "{table.name}" ({columns}, PRIMARY KEY ({_listed(table.key)}))'
        for group in table.indexes:
            name = f"{table.name}_by_{'_'.join(group)}"
            yield f'CREATE INDEX IF NOT EXISTS "{name}" ON "{table.name}" ({_listed(ordering(table, group))})'

    def extend(self, connection: sqlite3.Connection) -> None:
        """Give a table in the store the columns that came later."""
        table = self._shape.table
        has = {row["name"] for row in connection.execute(f'PRAGMA table_info("{table.name}")')}
        for column in (one for one in table.later if one not in has):
            connection.execute(f'ALTER TABLE "{table.name}" ADD COLUMN "{column}" {_TYPES[table.columns[column]]}')

    def check(self, connection: sqlite3.Connection) -> None:
        """Accept a table in the store that is as the program knows it.

        Raises:
            ValueError: its columns or key are others: a read model of an older program, to be rebuilt.
        """
        table = self._shape.table
        found = connection.execute(f'PRAGMA table_info("{table.name}")').fetchall()
        columns = {row["name"]: row["type"] for row in found}
        key = tuple(row["name"] for row in sorted(found, key=lambda row: int(row["pk"])) if row["pk"])
        if columns != {column: _TYPES[kind] for column, kind in table.columns.items()} or key != table.key:
            raise ValueError(f"table {table.name} in the store has other columns than the program's: rebuild it")

    def fits(self, connection: sqlite3.Connection) -> bool:
        """Return whether the store has the table, as the program knows it."""
        try:
            self.check(connection)
        except ValueError:
            return False
        return True

    def change(self, connection: sqlite3.Connection, changes: Mapping[Key, tuple[Value, ...] | None]) -> None:
        """Put the rows given, remove those that are None."""
        puts = [values for values in changes.values() if values is not None]
        if puts:
            connection.executemany(self._put, puts)
        if len(puts) < len(changes):
            connection.executemany(self._remove, [key for key, values in changes.items() if values is None])

    def get(self, connection: sqlite3.Connection, key: Key) -> Row | None:
        """Return the row of this key."""
        found: sqlite3.Row | None = connection.execute(self._get, key).fetchone()
        return None if found is None else self._row(found)

    def select(self, connection: sqlite3.Connection, query: Query) -> list[Row]:
        """Return the rows a query asks for."""
        where, values = where_clause(query, "?")
        statement = f"{self._select}{where} ORDER BY {_listed(query.order)} LIMIT ?"
        return [self._row(found) for found in connection.execute(statement, (*values, query.limit))]

    def _row(self, found: sqlite3.Row) -> Row:
        return dict(zip(self._shape.columns, found, strict=True))
