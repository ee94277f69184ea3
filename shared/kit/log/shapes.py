"""The read-model tables that a log was opened with: each checked once, found by what it says."""

import re
from collections.abc import Iterable
from typing import Final

from shared.kit.log.rows import Table
from shared.kit.log.shape import FITS, Shape

RESERVED: Final = frozenset(
    {
        "aggregate_events",
        "kept_responses",
        "log_head",
        "log_identity",
        "log_migrations",
        "notification_tracking",
        "stored_events",
        "stored_snapshots",
        "tracking",
    }
)
_NAME: Final = re.compile(r"(?!sqlite_|pg_)[a-z][a-z0-9_]{0,62}")


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


def _check_table(table: Table) -> None:
    names = (table.name, *table.columns)
    if bad := [name for name in names if not _NAME.fullmatch(name)]:
        raise ValueError(f"not a name for a table or column: {bad[0]!r}")
    if table.name in RESERVED:
        raise ValueError(f"the log has a table {table.name} of its own")
    if bad := [kind for kind in table.columns.values() if kind not in FITS]:
        raise ValueError(f"not a type of a column: {bad[0]!r}")
    if not table.key:
        raise ValueError(f"table {table.name} has no key")
    for group in (table.key, *table.indexes):
        if not group or len(set(group)) != len(group) or not set(group) <= table.columns.keys():
            raise ValueError(f"key and indexes of table {table.name} must name columns, each once")
    sorted_by = {column for group in (table.key, *table.indexes) for column in group}
    if not set(table.later) <= table.columns.keys() - sorted_by:
        raise ValueError(f"columns that came later to table {table.name} are none of its key or indexes")
