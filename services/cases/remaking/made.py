"""What the events of a case, a recall or a seller's past make: rows by table and key."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from services.cases.publication import UnknownEvent
from shared.kit.log.rows import Put, Remove, Row, RowChange, Table, Value
from shared.kit.verifying import unreadable

Key = tuple[Value, ...]
UNREADABLE: Final = (*unreadable.UNREADABLE, UnknownEvent)


@dataclass(frozen=True)
class Made:
    """The rows of one owner, with every column, by table and key; `position` is that of its last event.

    Unless `sound`, its events could not be folded, and nothing is known of its rows. `doubtful` are columns that hang
    on events of others which could not be folded.
    """

    owner: str
    position: int
    rows: Mapping[str, Mapping[Key, Row]] = field(default_factory=dict)
    sound: bool = True
    doubtful: frozenset[str] = frozenset()

    def of(self, table: Table) -> Mapping[Key, Row]:
        """Return the rows of one table."""
        return self.rows.get(table.name, {})


class Rows:
    """Rows as changes make them, one after the other."""

    def __init__(self) -> None:
        self.by_table: dict[str, dict[Key, Row]] = {}

    def change(self, changes: Iterable[RowChange]) -> None:
        """Put rows, with null in the columns that are not named, or remove them; events do nothing else."""
        for change in changes:
            rows = self.by_table.setdefault(change.table.name, {})
            if isinstance(change, Put):
                row = {column: change.row.get(column) for column in change.table.columns}
                rows[key_of(change.table, row)] = row
            elif isinstance(change, Remove):
                rows.pop(change.key, None)


def key_of(table: Table, row: Row) -> Key:
    """Return the key of a row."""
    return tuple(row[column] for column in table.key)
