"""Changes every column of every table of a log's file, row by row, and asks each time what is found of it.

Tables and columns are taken from the file itself, so that none that comes later is left out. Each change is undone.
"""

import random
import sqlite3
from collections.abc import Callable, Collection, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from shared.kit.cloudevent import decode
from shared.kit.log.sqlite.schema import arm
from shared.kit.verifying.dialect import SQLITE
from shared.kit.verifying.raw import RawLog
from shared.kit.verifying.verify import Verified

Verify = Callable[[RawLog], Verified]
ROWS = 3  # of each table, in which each column is changed


class Change(NamedTuple):
    """One value in the place of another, in the row of this key."""

    table: str
    column: str
    key: tuple[Any, ...]
    was: Any
    value: Any


class Mutated:
    """A file of a log that is changed, looked at and put back, all in one transaction that is never committed."""

    def __init__(self, connection: sqlite3.Connection, verify: Verify) -> None:
        self._connection, self._verify = connection, verify
        self.tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        connection.execute("PRAGMA ignore_check_constraints = ON")

    def columns(self, table: str) -> list[str]:
        """Return the columns of a table."""
        return [name for _, name, *_ in self._connection.execute(f'PRAGMA table_info("{table}")')]

    def key(self, table: str) -> list[str]:
        """Return the columns of a table's key."""
        columns = self._connection.execute(f'PRAGMA table_info("{table}")').fetchall()
        return [column[1] for column in sorted(columns, key=lambda column: int(column[5])) if column[5]]

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        ((count,),) = self._connection.execute(f'SELECT COUNT(*) FROM "{table}"')
        return int(count)

    def keys(self, table: str) -> list[tuple[Any, ...]]:
        """Return the keys of a table's rows, in order."""
        key = ", ".join(f'"{name}"' for name in self.key(table))
        return self._connection.execute(f'SELECT {key} FROM "{table}" ORDER BY {key}').fetchall()

    def texts(self, table: str, column: str) -> list[tuple[str, str, tuple[Any, ...], bytes]]:
        """Return every value of a column that is not empty, with table, column and key."""
        return [(table, column, key, value) for key, value in self.values(table, column) if value]

    def values(self, table: str, column: str) -> list[tuple[tuple[Any, ...], Any]]:
        """Return every row's key with its value in a column."""
        key = ", ".join(f'"{name}"' for name in self.key(table))
        return [(row[1:], row[0]) for row in self._connection.execute(f'SELECT "{column}", {key} FROM "{table}"')]

    def without(self, table: str, key: tuple[Any, ...]) -> Verified | None:
        """Return what is found once a row is deleted."""
        return self.after([(f'DELETE FROM "{table}" WHERE {self._where(table)}', key)])

    def with_another(self, table: str, key: tuple[Any, ...], value: Any) -> Verified | None:
        """Return what is found once a row is there twice, `value` standing in the last column of its key."""
        columns, last = self.columns(table), self.key(table)[-1]
        copied = ", ".join("?" if column == last else f'"{column}"' for column in columns)
        statement = f'INSERT INTO "{table}" SELECT {copied} FROM "{table}" WHERE {self._where(table)}'
        return self.after([(statement, (value, *key))])

    def swapped(self, table: str, one: tuple[Any, ...], other: tuple[Any, ...]) -> Verified | None:
        """Return what is found once two rows have exchanged all their columns but the key."""
        columns = [name for name in self.columns(table) if name not in self.key(table)]
        listed, marks = (", ".join(each) for each in ([f'"{name}"' for name in columns], ["?"] * len(columns)))
        read = f'SELECT {listed} FROM "{table}" WHERE {self._where(table)}'
        values = [self._connection.execute(read, key).fetchone() for key in (one, other)]
        write = f'UPDATE "{table}" SET ({listed}) = ({marks}) WHERE {self._where(table)}'
        return self.after([(write, (*values[1], *one)), (write, (*values[0], *other))])

    def merged(self, kind: str) -> list[tuple[str, str]]:
        """Return which cases were merged into which, by events of this type, in order."""
        found = self._connection.execute("SELECT originator_id, state FROM stored_events WHERE topic = ?", (kind,))
        said = [(name.partition("-")[2], decode(state).data) for name, state in found]
        return [(case, msgspec.json.decode(data)["into"]) for case, data in said]

    def changes(self, table: str, column: str, *, every: bool = False) -> Iterator[Change]:
        """Yield changes of a column in a few rows, or in `every`: to values nearby, to null, to that of another row."""
        found = self.values(table, column)
        drawn = random.Random(f"{table} {column}")
        values = sorted({value for _, value in found}, key=repr)
        for at, was in found if every else drawn.sample(found, min(ROWS, len(found))):
            others = [value for value in values if value != was]
            near = {*_nearby(was), *drawn.sample(others, min(1, len(others)))}
            yield from (Change(table, column, at, was, value) for value in sorted(near, key=repr) if value != was)

    def found(self, change: Change) -> Verified | None:
        """Return what is found of a change, None where the table cannot hold it."""
        statement = f'UPDATE "{change.table}" SET "{change.column}" = ? WHERE {self._where(change.table)}'
        return self.after([(statement, (change.value, *change.key))])

    def after(self, statements: Collection[tuple[str, tuple[Any, ...]]] = ()) -> Verified | None:
        """Return what is found once these were executed past the triggers, None where one cannot be."""
        with self._undone():
            try:
                for statement, values in statements:
                    self._connection.execute(statement, values)
            except sqlite3.IntegrityError:
                return None
            arm(self._connection)
            return self._verify(RawLog(self._connection.execute, SQLITE))

    def _where(self, table: str) -> str:
        return " AND ".join(f'"{name}" = ?' for name in self.key(table))

    @contextmanager
    def _undone(self) -> Iterator[None]:
        self._connection.execute("BEGIN")
        try:
            for (name,) in self._connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                self._connection.execute(f"DROP TRIGGER {name}")
            yield
        finally:
            self._connection.execute("ROLLBACK")


@contextmanager
def mutated(path: Path, verify: Verify) -> Iterator[Mutated]:
    """Open the file of a log to be changed."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        yield Mutated(connection, verify)


def _nearby(value: Any) -> list[Any]:
    if value is None:
        return [7, "7"]
    if isinstance(value, int):
        return [value + 1, value - 1, value + 1_000_003, None]
    if isinstance(value, str):
        return [f"{value}x", f"{value[:-1]}{'0' if value[-1:] != '0' else '1'}", "", None]
    middle = len(value) // 2
    return [value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :] if value else b"\0", b"\0", None]
