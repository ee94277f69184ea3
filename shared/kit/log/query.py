"""A select, checked before a store sees it: the same refusals, and the same meaning, in every store."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, Final

from shared.kit.log.rows import MAX_IN, MAX_SELECT, Row, Value, Where, ordering
from shared.kit.log.shape import Shape

_COMPARED: Final[Mapping[str, Callable[[Any, Any], bool]]] = {"<": lt, "<=": le, ">": gt, ">=": ge}


@dataclass(frozen=True, slots=True)
class Query:
    """A checked select: conditions (`in` with a tuple), columns to sort by (the key among them), limit, resume."""

    shape: Shape
    where: tuple[Where, ...]
    order: tuple[str, ...]
    limit: int
    after: tuple[Value, ...]

    def meets(self, row: Row) -> bool:
        """Return whether a row meets all conditions."""
        return all(_meets(row[where.column], where) for where in self.where)


def query(shape: Shape, where: Sequence[Where], order: Sequence[str], limit: int, after: Sequence[Value]) -> Query:
    """Return a select that every store can answer.

    Raises:
        ValueError: it names an unknown column, compares with null or a wrong type, sorts by a column twice, resumes
            with a wrong number of values, or a limit is not met.
    """
    table = shape.table
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


def _meets(value: Value, where: Where) -> bool:
    if where.operator == "null":
        return value is None
    if where.operator == "not null":
        return value is not None
    if value is None:
        return False
    if where.operator == "in":
        assert isinstance(where.value, tuple)  # noqa: S101  # a checked query says so
        return value in where.value
    if where.operator == "=":
        return value == where.value
    return _COMPARED[where.operator](value, where.value)
