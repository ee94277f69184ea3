"""Merging one read-model table into another of the same columns, for every store that speaks SQL."""

from collections.abc import Iterator, Sequence

from shared.kit.log.shape import Shape


def mergeable(shape: Shape, by: Shape) -> Shape:
    """Return `by`, if its rows can be merged into the table of `shape`.

    Raises:
        ValueError: the columns or keys of the two are not the same, or there is no column beside the key.
    """
    table, other = shape.table, by.table
    if shape is by or (table.columns, table.key) != (other.columns, other.key) or len(table.columns) == len(table.key):
        raise ValueError(f"rows of table {by.name} cannot be merged into table {shape.name}")
    return by


def statements(shape: Shape, by: Shape) -> Iterator[str]:
    """Yield, in order, what changes the table of `shape` by that of `by` and empties this. Names are of a `Shape`."""
    key, columns = _listed(shape.table.key), _listed(shape.columns)
    others = [column for column in shape.columns if column not in shape.table.key]
    gone = " AND ".join(f'"{column}" IS NULL' for column in others)
    replaced = ", ".join(f'"{column}" = excluded."{column}"' for column in others)
    yield f'DELETE FROM "{shape.name}" WHERE ({key}) IN (SELECT {key} FROM "{by.name}" WHERE {gone})'  # noqa: S608  # names checked by Shape
    yield (
        f'INSERT INTO "{shape.name}" ({columns}) SELECT {columns} FROM "{by.name}" WHERE NOT ({gone}) '  # noqa: S608  # likewise
        f"ON CONFLICT ({key}) DO UPDATE SET {replaced}"
    )
    yield f'DELETE FROM "{by.name}"'  # noqa: S608  # likewise


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(f'"{column}"' for column in columns)
