"""Tables and selects, checked before a store sees them: the same refusals, and the same meaning, in every store."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias

from shared.kit.log.rows import MAX_IN, MAX_SELECT, Row, Table, Value, Where, ordering

Key: TypeAlias = tuple[Value, ...]

RESERVED: Final = frozenset(
    {"stored_events", "aggregate_events", "stored_snapshots", "tracking", "log_identity", "log_head", "kept_responses"}
)
_NAME: Final = re.compile(r"(?!sqlite_|pg_)[a-z][a-z0-9_]{0,62}")
_MAX_INTEGER: Final = 2**63 - 1


def _is_text(value: object) -> bool:
    """Whether every store can hold it: no NUL (PostgreSQL has none), no lone surrogate (UTF-8 has none)."""
    if type(value) is not str or "\0" in value:
        return False
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


def _is_integer(value: object) -> bool:
    return type(value) is int and -_MAX_INTEGER - 1 <= value <= _MAX_INTEGER


_FITS: Final[Mapping[str, Callable[[object], bool]]] = {
    "text": _is_text,
    "integer": _is_integer,
    "blob": lambda value: type(value) is bytes,
}


class Shape:
    """A table whose names and types were checked, as stores work with it: values in the order of its columns."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.name = table.name
        self.columns = tuple(table.columns)
        self._key_at = tuple(self.columns.index(column) for column in table.key)
        self._fits = tuple(_FITS[kind] for kind in table.columns.values())
        self._bounded_at = tuple(at for at, kind in enumerate(table.columns.values()) if kind != "blob")
        self._good: set[tuple[type, ...]] = set()

    def row(self, row: Row) -> tuple[Key, tuple[Value, ...]]:
        """Return the row's key, and its values in the order of the columns, None where it names none.

        Raises:
            ValueError: it names an unknown column, a value is not of its column's type, or a part of the key is null.
        """
        values = tuple(map(row.get, self.columns))
        if (len(row) != len(values) or None in values) and not row.keys() <= self.table.columns.keys():
            raise ValueError(f"table {self.name} has no column {min(row.keys() - self.table.columns.keys())}")
        types = tuple(map(type, values))
        if types not in self._good:
            self._check_types(values)
            self._good.add(types)
        for at in self._bounded_at:
            value = values[at]
            if value is not None and not self._fits[at](value):
                raise ValueError(f"column {self.columns[at]} of table {self.name} cannot hold such a value")
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
        if not _FITS[kind](value):
            raise ValueError(f"column {column} of table {self.name} is not comparable with such a value")


@dataclass(frozen=True, slots=True)
class Query:
    """A checked select: conditions (`in` with a tuple), columns to sort by (the key among them), limit, resume."""

    shape: Shape
    where: tuple[Where, ...]
    order: tuple[str, ...]
    limit: int
    after: tuple[Value, ...]


class Shapes:
    """The tables of one log, each checked once.

    Raises:
        ValueError: a name is not a plain identifier or is taken, or key or indexes name what is no column.
    """

    def __init__(self, tables: Iterable[Table] = ()) -> None:
        self._shapes: dict[str, Shape] = {}
        for table in tables:
            _check_table(table)
            if table.name in self._shapes:
                raise ValueError(f"two tables are named {table.name}")
            self._shapes[table.name] = Shape(table)

    def all(self) -> tuple[Shape, ...]:
        """Return every shape, in the order given."""
        return tuple(self._shapes.values())

    def of(self, table: Table) -> Shape:
        """Return the shape of a table.

        Raises:
            ValueError: the log was opened without this table.
        """
        shape = self._shapes.get(table.name)
        if shape is None or (shape.table is not table and shape.table != table):
            raise ValueError(f"the log was not opened with this table {table.name}")
        return shape

    def query(
        self, table: Table, where: Sequence[Where], order: Sequence[str], limit: int, after: Sequence[Value]
    ) -> Query:
        """Return a select that every store can answer.

        Raises:
            ValueError: it names an unknown table or column, compares with null or a wrong type, sorts by a column
                twice, resumes with a wrong number of values, or a limit is not met.
        """
        shape = self.of(table)
        if not 1 <= limit <= MAX_SELECT:
            raise ValueError(f"a select gives 1 to {MAX_SELECT} rows")
        if unknown := [column for column in order if column not in table.columns]:
            raise ValueError(f"table {table.name} has no column {unknown[0]}")
        columns = ordering(table, order)
        if len(set(columns)) != len(columns):
            raise ValueError("a select sorts by a column once")
        if after and len(after) != len(columns):
            raise ValueError(f"this select resumes behind {len(columns)} values: {', '.join(columns)}")
        for column, value in zip(columns, after, strict=False):
            if value is not None:
                shape.check(column, value)
        return Query(shape, tuple(_condition(shape, one) for one in where), columns, limit, tuple(after))


def _condition(shape: Shape, where: Where) -> Where:
    """Return the condition with `in` made a tuple and the value of `null` and `not null` dropped."""
    if where.operator in ("null", "not null"):
        if where.column not in shape.table.columns:
            raise ValueError(f"table {shape.name} has no column {where.column}")
        return Where(where.column, where.operator)
    if where.operator != "in":
        shape.check(where.column, where.value)
        return where
    if not isinstance(where.value, Sequence) or isinstance(where.value, str | bytes):
        raise ValueError("`in` takes a sequence of values")  # noqa: TRY004  # one kind of refusal for every bad select
    if len(where.value) > MAX_IN:
        raise ValueError(f"`in` takes at most {MAX_IN} values")
    if where.column not in shape.table.columns:
        raise ValueError(f"table {shape.name} has no column {where.column}")
    for value in where.value:
        shape.check(where.column, value)
    return Where(where.column, "in", tuple(where.value))


def _check_table(table: Table) -> None:
    names = (table.name, *table.columns)
    if bad := [name for name in names if not _NAME.fullmatch(name)]:
        raise ValueError(f"not a name for a table or column: {bad[0]!r}")
    if table.name in RESERVED:
        raise ValueError(f"the log has a table {table.name} of its own")
    if bad := [kind for kind in table.columns.values() if kind not in _FITS]:
        raise ValueError(f"not a type of a column: {bad[0]!r}")
    if not table.key:
        raise ValueError(f"table {table.name} has no key")
    for group in (table.key, *table.indexes):
        if not group or len(set(group)) != len(group) or not set(group) <= table.columns.keys():
            raise ValueError(f"key and indexes of table {table.name} must name columns, each once")
