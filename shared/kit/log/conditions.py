"""The conditions of a select in SQL, for every store that speaks it."""

from collections.abc import Iterator
from typing import Any

from shared.kit.log.query import Query
from shared.kit.log.rows import Value, Where


def where_clause(query: Query, mark: str) -> tuple[str, list[Value]]:
    """Return ` WHERE …` (empty without conditions) and its values, for which `mark` stands. Names are of a `Shape`."""
    conditions: list[str] = []
    values: list[Value] = []
    for condition, given in (*(_condition(where, mark) for where in query.where), *_behind(query, mark)):
        conditions.append(condition)
        values += given
    return f" WHERE {' AND '.join(conditions)}" if conditions else "", values


def _condition(where: Where, mark: str) -> tuple[str, tuple[Any, ...]]:
    match where.operator:
        case "null":
            return f'"{where.column}" IS NULL', ()
        case "not null":
            return f'"{where.column}" IS NOT NULL', ()
        case "in":
            assert isinstance(where.value, tuple)  # noqa: S101  # a checked query says so
            marks = ", ".join(mark for _ in where.value)
            return (f'"{where.column}" IN ({marks})' if where.value else "1 = 0"), where.value
        case operator:
            return f'"{where.column}" {operator} {mark}', (where.value,)


def _behind(query: Query, mark: str) -> Iterator[tuple[str, tuple[Value, ...]]]:
    """Yield the condition "sorts behind `after`", nulls first, and before it a bound that an index can use."""
    if not query.after:
        return
    first, least = query.order[0], query.after[0]
    if least is not None:
        yield f'"{first}" >= {mark}', (least,)
    ways: list[str] = []
    values: list[Value] = []
    equal: list[str] = []
    known: list[Value] = []
    for column, value in zip(query.order, query.after, strict=True):
        above = f'"{column}" IS NOT NULL' if value is None else f'"{column}" > {mark}'
        ways.append(" AND ".join([*equal, above]))
        given = () if value is None else (value,)
        values += [*known, *given]
        equal.append(f'"{column}" IS NULL' if value is None else f'"{column}" = {mark}')
        known += given
    yield f"({' OR '.join(f'({way})' for way in ways)})", tuple(values)
