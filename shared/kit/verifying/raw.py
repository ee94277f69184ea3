"""A store's tables as they lie there, read without opening it as a log: nothing is believed, locked or written.

All is read from one snapshot, so that a service may go on writing meanwhile.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.model import Stored
from shared.kit.log.rows import Row, Table
from shared.kit.log.shape import is_integer, is_text
from shared.kit.verifying.dialect import Dialect

SqlRow: TypeAlias = tuple[Any, ...]
Ask: TypeAlias = Callable[[str, Sequence[Any]], Iterator[SqlRow]]


class RawEvent(NamedTuple):
    """One row of the log's own table. What stands in a column need not be of the type that it should have."""

    position: int
    stream: Any
    version: Any
    type: Any
    recorded_us: Any
    subject: Any
    state: Any
    nodes: Any


def stored(event: RawEvent) -> Stored:
    """Return the event as a log would give it; 0 where it has no recorded time."""
    recorded_us = event.recorded_us if isinstance(event.recorded_us, int) else 0
    return Stored(event.position, recorded_us, event.type, event.stream, event.version, event.state)


class RawLog:
    """The tables of one log's store. Iterators may be used beside each other, and end with the store's closing."""

    def __init__(self, ask: Ask, dialect: Dialect) -> None:
        self._ask, self._dialect = ask, dialect

    def log_ids(self) -> list[Any]:
        """Return the names of the log: one."""
        return [name for (name,) in self._ask("SELECT log_id FROM log_identity", ())]

    def tables(self) -> set[str]:
        """Return the names of the tables that are there."""
        return {str(name) for (name,) in self._ask(self._dialect.tables, ())}

    def heads(self) -> list[SqlRow]:
        """Return the sequencer's rows: one, of position, recorded and promised time in microseconds, and frontier."""
        return [*self._ask("SELECT position, recorded_us, promised_us, frontier FROM log_head", ())]

    def numbered(self, table: str) -> list[Any]:
        """Return how the rows of a table of one row, `log_head` or `log_identity`, are numbered: 1."""
        return [number for (number,) in self._ask(f"SELECT {self._dialect.only} FROM {table}", ())]  # noqa: S608  # ours

    def disarmed(self) -> list[str]:
        """Return the triggers that are to refuse changes of what is kept for ever and are missing or read otherwise."""
        return sorted(self._dialect.armed - {str(name) for (name,) in self._ask(self._dialect.guards, ())})

    def later(self) -> list[str]:
        """Return those of these triggers that came when there were stores without them."""
        return sorted(self._dialect.later)

    def events(self, after: int, through: int) -> Iterator[RawEvent]:
        """Yield the events above `after`, up to `through` (inclusive), in order of position."""
        at, mark = self._dialect.position, self._dialect.mark
        return self._found(f"{at} > {mark} AND {at} <= {mark} ORDER BY {at}", [after, through])

    def states(self, after: int, through: int) -> Iterator[SqlRow]:
        """Yield position and bytes of the same events, and no other column."""
        at, mark = self._dialect.position, self._dialect.mark
        where = f"{at} > {mark} AND {at} <= {mark} ORDER BY {at}"
        return self._ask(f"SELECT {at}, state FROM stored_events WHERE {where}", [after, through])  # noqa: S608  # ours

    def every_event(self) -> Iterator[RawEvent]:
        """Yield all events in order of position, also where a position is none that a log gives."""
        return self._found(f"1 = 1 ORDER BY {self._dialect.position}", ())

    def at(self, positions: Collection[int]) -> Iterator[RawEvent]:
        """Yield the events at these positions, as many of them as there are, at most `merging.GROUP`."""
        return self._found(*self._among(self._dialect.position, positions))

    def of_streams(self, names: Collection[str]) -> Iterator[RawEvent]:
        """Yield all events of these streams, at most `merging.GROUP`, in order of position."""
        where, values = self._among("originator_id", names)
        return self._found(f"{where} ORDER BY {self._dialect.position}", values)

    def of_type(self, name: str) -> Iterator[RawEvent]:
        """Yield all events of a type, in order of position."""
        where, values = self._among("topic", [name])
        return self._found(f"{where} ORDER BY {self._dialect.position}", values)

    def streams(self) -> Iterator[SqlRow]:
        """Yield stream, version and position of every event, by stream (sorted by bytes) and version."""
        columns = f"originator_id, originator_version, {self._dialect.position}"
        order = "ORDER BY originator_id, originator_version"
        return self._ask(f"SELECT {columns} FROM stored_events {order}", ())  # noqa: S608  # names of ours

    def last_versions(self) -> Iterator[tuple[str, int]]:
        """Yield every stream that is called by text with its last version, in order of name (sorted by bytes)."""
        last = "SELECT originator_id, MAX(originator_version) FROM stored_events GROUP BY originator_id"
        return (
            (name, version)
            for name, version in self._ask(f"{last} ORDER BY originator_id", ())
            if isinstance(name, str)
        )

    def kept(self, scopes: Collection[str] | None = None) -> Iterator[SqlRow]:
        """Yield scope, response and digest of kept responses, of these (at most `merging.GROUP`), or all, by scope."""
        where, values = ("1 = 1 ORDER BY scope", []) if scopes is None else self._among("scope", scopes)
        statement = f"SELECT scope, response, digest FROM kept_responses WHERE {where}"  # noqa: S608  # names of ours
        return self._ask(statement, values)

    def tracked(self) -> dict[Any, Any]:
        """Return how far followers have come, by name, and what the store keeps among that: `own_tracked`."""
        statement = f"SELECT application_name, notification_id FROM {self._dialect.tracking}"  # noqa: S608  # as above
        return dict(self._ask(statement, ()))

    def own_tracked(self) -> dict[str, int]:
        """Return the rows that the store itself has to keep among those of followers."""
        return dict(self._dialect.own)

    def lacking(self, table: Table) -> set[str]:
        """Return the columns that the table does not have in this store: those that came later, or all.

        Raises:
            StoreUnavailable: one is missing that every version of this service has had.
        """
        there = {name for (name,) in self._ask(self._dialect.columns, [table.name])}
        missing = {*table.columns} - there
        if missing - {*table.later} and (there or not table.added):
            what = f"the column {min(missing)} of {table.name}" if there else f"the table {table.name}"
            raise StoreUnavailable(f"{what} is missing: the store is another service's, or of another version")
        return missing

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a read model's table in order of its key, with null in columns that it lacks."""
        key = ", ".join(f'"{name}"' for name in table.key)
        return self._rows(table, f"ORDER BY {key}", ())

    def rows_among(self, table: Table, column: str, values: Collection[str]) -> list[Row]:
        """Return the rows with one of these values in a column, at most `merging.GROUP`, in no order."""
        where, held = self._among(column, values)
        return [*self._rows(table, f"WHERE {where}", held)]

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        if self.lacking(table) == {*table.columns}:
            return 0
        ((count,),) = self._ask(f'SELECT COUNT(*) FROM "{table.name}"', ())  # noqa: S608  # names of ours
        return int(count)

    def _rows(self, table: Table, which: str, values: Sequence[Any]) -> Iterator[Row]:
        """Columns are named with their table: SQLite takes another name in quotes for text, where none is called so."""
        missing = self.lacking(table)
        if missing == {*table.columns}:
            return
        columns = ", ".join("NULL" if name in missing else f'"{table.name}"."{name}"' for name in table.columns)
        statement = f'SELECT {columns} FROM "{table.name}" {which}'  # noqa: S608  # names of ours
        for row in self._ask(statement, values):
            yield dict(zip(table.columns, row, strict=True))

    def _found(self, where: str, values: Sequence[Any]) -> Iterator[RawEvent]:
        columns = "originator_id, originator_version, topic, recorded_us, subject, state, nodes"
        statement = f"SELECT {self._dialect.position}, {columns} FROM stored_events WHERE {where}"  # noqa: S608
        return map(RawEvent._make, self._ask(statement, values))

    def _among(self, column: str, values: Collection[Any]) -> tuple[str, list[Any]]:
        """Return a condition and its values, without those that no store can hold: a row cannot have them."""
        held = [value for value in values if is_text(value) or is_integer(value)]
        return f"{column} IN ({', '.join(self._dialect.mark for _ in held) or 'NULL'})", held
