"""A read-model table in PostgreSQL: its statements, made from checked names."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.conditions import where_clause
from shared.kit.log.query import Query
from shared.kit.log.rows import Row, Table, Value
from shared.kit.log.shape import Key, Shape

TYPES: Final = {"text": "text", "integer": "bigint", "blob": "bytea"}


def listed(columns: Sequence[str]) -> str:
    """Return names of columns in quotes, with commas."""
    return ", ".join(f'"{column}"' for column in columns)


def sorted_by(table: Table, column: str) -> str:
    """Return how to sort by a column: nulls first. The key holds none, and its own index is made without saying so."""
    return f'"{column}"' if column in table.key else f'"{column}" NULLS FIRST'


class PostgresTable:
    """One table's statements. Names come from a `Shape`, which lets only plain identifiers through."""

    def __init__(self, shape: Shape) -> None:
        table = shape.table
        self._shape = shape
        self._kinds = tuple(table.columns[column] for column in shape.columns)
        key_kinds = tuple(table.columns[column] for column in table.key)
        others = tuple(column for column in shape.columns if column not in table.key)
        replaced = ", ".join(f'"{column}" = excluded."{column}"' for column in others)
        into = f'INSERT INTO "{shape.name}" ({listed(shape.columns)})'
        over = f"ON CONFLICT ({listed(table.key)}) DO {f'UPDATE SET {replaced}' if others else 'NOTHING'}"
        self._put = f"{into} SELECT * FROM {_unnested(self._kinds)} {over}"  # noqa: S608  # names checked by Shape
        one = ", ".join(f"%s::{TYPES[kind]}" for kind in self._kinds)
        self._put_if = f"{into} SELECT {one} WHERE EXISTS (SELECT FROM {{turn}}) {over}"  # noqa: S608  # likewise
        self._remove = (
            f'DELETE FROM "{shape.name}" WHERE ({listed(table.key)}) IN '  # noqa: S608  # names checked by Shape
            f"(SELECT * FROM {_unnested(key_kinds)})"
        )
        self._select = f'SELECT {listed(shape.columns)} FROM "{shape.name}"'  # noqa: S608  # names checked by Shape
        match_key = " AND ".join(f'"{column}" = %s' for column in table.key)
        self._get = f"{self._select} WHERE {match_key}"
        self._remove_if = f'DELETE FROM "{shape.name}" WHERE {match_key} AND EXISTS (SELECT FROM {{turn}})'  # noqa: S608  # as above

    def changes(self, changes: Mapping[Key, tuple[Value, ...] | None]) -> Iterator[tuple[str, list[Any]]]:
        """Yield the statements, with values, that put the rows given and remove those that are None."""
        puts = [values for values in changes.values() if values is not None]
        if puts:
            yield self._put, [list(column) for column in zip(*puts, strict=True)]
        gone = [key for key, values in changes.items() if values is None]
        if gone:
            yield self._remove, [list(column) for column in zip(*gone, strict=True)]

    def change(self, key: Key, values: tuple[Value, ...] | None, turn: str) -> tuple[str, Sequence[Value]]:
        """Return the statement, with values, that puts one row or removes that of `key`, if `turn` has any row."""
        return (self._remove_if.format(turn=turn), key) if values is None else (self._put_if.format(turn=turn), values)

    def get(self, connection: psycopg.Connection[Any], key: Key) -> Row | None:
        """Return the row of this key."""
        found = connection.cursor(row_factory=tuple_row, binary=True).execute(self._get, key).fetchone()
        return None if found is None else self.row(found)

    def statement(self, query: Query) -> tuple[str, list[Value]]:
        """Return the select of a query, in brackets, and its values."""
        where, values = where_clause(query, "%s")
        order = ", ".join(sorted_by(self._shape.table, column) for column in query.order)
        return f"({self._select}{where} ORDER BY {order} LIMIT %s)", [*values, query.limit]

    def select(self, connection: psycopg.Connection[Any], query: Query) -> list[Row]:
        """Return the rows a query asks for."""
        statement, values = self.statement(query)
        found = connection.cursor(row_factory=tuple_row, binary=True).execute(statement, values)
        return [self.row(one) for one in found]

    def row(self, found: Sequence[Value]) -> Row:
        """Return a row that a select found."""
        return dict(zip(self._shape.columns, found, strict=True))


def _unnested(kinds: Sequence[str]) -> str:
    return f"unnest({', '.join(f'%s::{TYPES[kind]}[]' for kind in kinds)})"
