"""A read-model table as stores work with it: what fits its columns is decided here, alike for every store."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from shared.kit.log.rows import Row, Table, Value

Key: TypeAlias = tuple[Value, ...]

_MIN_INTEGER: Final = -(2**63)
_MAX_INTEGER: Final = 2**63 - 1


def is_text(value: object) -> bool:
    """Return whether it is text that every store can hold: no NUL (PostgreSQL has none), no lone surrogate (UTF-8)."""
    if type(value) is not str or "\0" in value:
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def is_integer(value: object) -> bool:
    """Return whether it is an integer that every store can hold: of 64 bits with a sign."""
    return type(value) is int and _MIN_INTEGER <= value <= _MAX_INTEGER


FITS: Final[Mapping[str, Callable[[object], bool]]] = {
    "text": is_text,
    "integer": is_integer,
    "blob": lambda value: type(value) is bytes,
}


class Shape:
    """A table whose names and types were checked, as stores work with it: values in the order of its columns."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.name = table.name
        self.columns = tuple(table.columns)
        self._key_at = tuple(self.columns.index(column) for column in table.key)
        self._fits = tuple(FITS[kind] for kind in table.columns.values())
        self._text_at, self._integer_at = (
            tuple(at for at, kind in enumerate(table.columns.values()) if kind == wanted)
            for wanted in ("text", "integer")
        )
        self._good: set[tuple[type, ...]] = set()

    def row(self, row: Row) -> tuple[Key, tuple[Value, ...]]:
        """Return the row's key, and its values in the order of the columns, None where it names none.

        Raises:
            ValueError: it names an unknown column, a value is not of its column's type, or a part of the key is null.
        """
        values: tuple[Any, ...] = tuple(map(row.get, self.columns))
        if (len(row) != len(values) or None in values) and not row.keys() <= self.table.columns.keys():
            raise ValueError(f"table {self.name} has no column {min(row.keys() - self.table.columns.keys())}")
        types = tuple(map(type, values))
        if types not in self._good:
            self._check_types(values)
            self._good.add(types)
        for at in self._text_at:
            value = values[at]
            if value is not None and ("\0" in value or not (value.isascii() or is_text(value))):
                raise ValueError(f"column {self.columns[at]} of table {self.name} cannot hold such a text")
        for at in self._integer_at:
            value = values[at]
            if value is not None and not _MIN_INTEGER <= value <= _MAX_INTEGER:
                raise ValueError(f"column {self.columns[at]} of table {self.name} cannot hold so large a number")
        return self._key_of(values), values

    def _check_types(self, values: tuple[Value, ...]) -> None:
        """Check what holds for every row of the same types, and so is looked at once."""
        for fits, column, value in zip(self._fits, self.columns, values, strict=True):
            if value is not None and not fits(value):
                raise ValueError(f"column {column} of table {self.name} cannot hold such a value")
        if None in self._key_of(values):
            raise ValueError(f"the key of table {self.name} holds no null")

    def _key_of(self, values: tuple[Value, ...]) -> Key:
        return tuple([values[at] for at in self._key_at])

    def key(self, given: Sequence[Value]) -> Key:
        """Return `given` as a key.

        Raises:
            ValueError: it is not one value of the right type for each column of the key.
        """
        if len(given) != len(self._key_at):
            raise ValueError(f"the key of table {self.name} has {len(self._key_at)} columns")
        for at, value in zip(self._key_at, given, strict=True):
            self.check(self.columns[at], value)
        return tuple(given)

    def check(self, column: str, value: object) -> None:
        """Accept a value that may be compared with this column.

        Raises:
            ValueError: the table has no such column, or the value is null or not of its type.
        """
        kind = self.table.columns.get(column)
        if kind is None:
            raise ValueError(f"table {self.name} has no column {column}")
        if not FITS[kind](value):
            raise ValueError(f"column {column} of table {self.name} is not comparable with such a value")
