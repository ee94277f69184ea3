"""A read-model table in memory, with the order and the nulls of the SQL stores."""

from collections.abc import Mapping
from typing import Any

from shared.kit.log.query import Query
from shared.kit.log.rows import Row, Value
from shared.kit.log.shape import Key, Shape


class MemoryTable:
    """The rows of one table by key. Not safe from threads: its owner holds the lock."""

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._rows: dict[Key, tuple[Value, ...]] = {}

    def change(self, changes: Mapping[Key, tuple[Value, ...] | None]) -> None:
        """Put the rows given, remove those that are None."""
        for key, values in changes.items():
            if values is None:
                self._rows.pop(key, None)
            else:
                self._rows[key] = values

    def merge(self, by: "MemoryTable") -> None:
        """Change rows by those of a table of the same columns, and empty that."""
        beside = len(self._shape.columns) - len(self._shape.table.key)
        self.change({key: None if values.count(None) == beside else values for key, values in by.taken().items()})

    def taken(self) -> Mapping[Key, tuple[Value, ...]]:
        """Return every row by key, and hold none any more."""
        rows, self._rows = self._rows, {}
        return rows

    def get(self, key: Key) -> Row | None:
        """Return the row of this key."""
        values = self._rows.get(key)
        return None if values is None else dict(zip(self._shape.columns, values, strict=True))

    def select(self, query: Query) -> list[Row]:
        """Return the rows a query asks for."""
        rows = [dict(zip(self._shape.columns, values, strict=True)) for values in self._rows.values()]
        found = [row for row in rows if query.meets(row)]
        places = [(_place([row[column] for column in query.order]), row) for row in found]
        if query.after:
            behind = _place(query.after)
            places = [(place, row) for place, row in places if place > behind]
        places.sort(key=lambda placed: placed[0])
        return [row for _, row in places[: query.limit]]


def _place(values: list[Value] | tuple[Value, ...]) -> tuple[tuple[bool, Any], ...]:
    """Return where such a row stands: nulls first. Text by code point, which is the order of its UTF-8 bytes."""
    return tuple((value is not None, value) for value in values)
