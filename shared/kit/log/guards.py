"""Guards of an append: what must not stand in a read model for it to be taken."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TypeAlias

from shared.kit.log.model import MAX_UNLESS, Append
from shared.kit.log.query import Query, query
from shared.kit.log.rows import Row, Value
from shared.kit.log.shape import Key
from shared.kit.log.shapes import Shapes

First: TypeAlias = Callable[[Query], Row | None]
Changed: TypeAlias = Mapping[Key, tuple[Value, ...] | None]


def guards(append: Append, shapes: Shapes) -> list[Query]:
    """Return the guards of an append in their order, each as the select of the one row with the lowest key.

    Raises:
        ValueError: there are more than `MAX_UNLESS`, or one cannot be asked so.
    """
    if len(append.unless) > MAX_UNLESS:
        raise ValueError(f"an append has at most {MAX_UNLESS} guards")
    return [query(shapes.of(guard.table), guard.where, (), 1, ()) for guard in append.unless]


def meeting(guard: Query, first: First, changed: Changed) -> Row | None:
    """Return the row with the lowest key that meets a guard, or None.

    `first` finds rows as they were before the batch, `changed` holds what became of those that it changes.
    """
    found = first(guard)
    while found is not None and (key := _key(guard, found)) in changed:
        found = first(replace(guard, after=key))
    columns = guard.shape.columns
    written = [dict(zip(columns, values, strict=True)) for values in changed.values() if values is not None]
    met = [row for row in (*written, *([] if found is None else [found])) if guard.meets(row)]
    return min(met, key=lambda row: _key(guard, row), default=None)


def _key(guard: Query, row: Row) -> Key:
    """Return the key of a row; keys of one table hold no null and compare as stores sort them."""
    return tuple([row[column] for column in guard.shape.table.key])
