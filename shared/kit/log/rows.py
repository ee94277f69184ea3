"""Read-model rows: typed tables, written in the append transaction, read with plain conditions.

Small on purpose: a read model needs put, remove, get and an ordered, limited select; everything else is a fold. Where
many rows have to change at once, they are prepared in a second table and merged.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

Column: TypeAlias = Literal["text", "integer", "blob"]
Value: TypeAlias = str | int | bytes | None
Row: TypeAlias = Mapping[str, Value]
Operator: TypeAlias = Literal["=", "<", "<=", ">", ">=", "in", "null", "not null"]

MAX_SELECT: Final = 10_000  # rows of one select
MAX_IN: Final = 1000  # values of one `in`


@dataclass(frozen=True)
class Table:
    """A table of a read model: columns with types, the primary key's columns, and column groups to index.

    `later` are columns that came when there were tables without them: those get them, null in all their rows. Is the
    table `added`, there were stores without it: those get it, empty.
    """

    name: str
    columns: Mapping[str, Column]
    key: tuple[str, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    later: tuple[str, ...] = ()
    added: bool = False


@dataclass(frozen=True, slots=True)
class Put:
    """Write one row, replacing the row of the same key. Columns not named are null."""

    table: Table
    row: Row


@dataclass(frozen=True, slots=True)
class Remove:
    """Delete the row of this key; nothing if there is none."""

    table: Table
    key: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Merge:
    """Let each row of `by` replace the row of its key in `table`, or remove it where it has nothing but its key.

    Then `by` is empty. Both have the same columns and key, and columns beside it. No change comes behind it in its
    batch; rows put into `by` before it are merged.
    """

    table: Table
    by: Table


RowChange: TypeAlias = Put | Remove | Merge


@dataclass(frozen=True, slots=True)
class Where:
    """One condition: column, operator, value (a sequence for `in`; ignored for `null` and `not null`).

    A null column meets no comparison, and nothing is compared with null: say `null` or `not null`.
    """

    column: str
    operator: Operator
    value: Value | Sequence[Value] = None


@dataclass(frozen=True, slots=True)
class Unless:
    """A guard of an append: it is refused where any row of the table meets all conditions (any row, if there are none).

    Rows of appends before it in the same batch count; rows that those removed or replaced do not.
    """

    table: Table
    where: tuple[Where, ...]


def unlike(table: Table, row: Row) -> Iterator[Unless]:
    """Yield guards that the row of this key, if there is one, still is `row`, every column of it."""
    own = tuple(Where(column, "=", row[column]) for column in table.key)
    for column in (one for one in table.columns if one not in table.key):
        value = row.get(column)
        others = (
            [Where(column, "not null")] if value is None else [Where(column, "<", value), Where(column, ">", value)]
        )
        yield from (Unless(table, (*own, other)) for other in others)
        if value is not None:
            yield Unless(table, (*own, Where(column, "null")))


def ordering(table: Table, order: Sequence[str]) -> tuple[str, ...]:
    """Return the columns by which a select with this `order` sorts: `order`, then what it leaves of the table's key."""
    return (*order, *(column for column in table.key if column not in order))


def resume(table: Table, order: Sequence[str], row: Row) -> tuple[Value, ...]:
    """Return the `after` with which a select of the same `order` goes on behind `row`."""
    return tuple(row[column] for column in ordering(table, order))
