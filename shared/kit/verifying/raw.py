"""A store's tables as they lie there, read without opening it as a log: nothing is believed, locked or written.

All is read from one snapshot, so that a service may go on writing meanwhile.
"""

import sqlite3
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.postgres.connecting import Limits, connection_info
from shared.kit.log.rows import Row, Table
from shared.kit.log.sqlite.schema import check_version
from shared.kit.settings import ServiceSettings

KEPT_FOR_EVER: Final = ("stored_events", "log_identity", "kept_responses")
GROUP: Final = 500  # values in one query
FETCH: Final = 2000  # rows that a server hands over at once
PATIENT: Final = Limits(statement_s=3600.0, idle_s=3600.0)

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


@dataclass(frozen=True, slots=True)
class Dialect:
    """What stores call differently; `guards` asks for the triggers that are there, `armed` are those that must be."""

    position: str
    mark: str
    tracking: str
    guards: str
    armed: frozenset[str]


_SQLITE: Final = Dialect(
    position="rowid",
    mark="?",
    tracking="tracking",
    guards="SELECT name FROM sqlite_master WHERE type = 'trigger'",
    armed=frozenset(f"{table}_keep_{action}" for table in KEPT_FOR_EVER for action in ("UPDATE", "DELETE")),
)
_POSTGRES: Final = Dialect(
    position="notification_id",
    mark="%s",
    tracking="notification_tracking",
    guards="SELECT relname || ' ' || tgname FROM pg_trigger JOIN pg_class ON pg_class.oid = tgrelid "
    "WHERE tgenabled = 'A' AND relnamespace = to_regnamespace(current_schema())",
    armed=frozenset(f"{table} append_only" for table in KEPT_FOR_EVER),
)


class RawLog:
    """The tables of one log's store. Iterators may be used beside each other, and end with the store's closing."""

    def __init__(self, ask: Ask, dialect: Dialect) -> None:
        self._ask, self._dialect = ask, dialect

    def log_ids(self) -> list[Any]:
        """Return the names of the log: one."""
        return [name for (name,) in self._ask("SELECT log_id FROM log_identity", ())]

    def heads(self) -> list[SqlRow]:
        """Return the sequencer's rows: one, of position, recorded and promised time in microseconds, and frontier."""
        return [*self._ask("SELECT position, recorded_us, promised_us, frontier FROM log_head", ())]

    def disarmed(self) -> list[str]:
        """Return the triggers that would have to refuse changes of what is kept for ever, and are not there."""
        return sorted(self._dialect.armed - {str(name) for (name,) in self._ask(self._dialect.guards, ())})

    def events(self, after: int, through: int) -> Iterator[RawEvent]:
        """Yield the events above `after`, up to `through` (inclusive), in order of position."""
        at, mark = self._dialect.position, self._dialect.mark
        return self._found(f"{at} > {mark} AND {at} <= {mark} ORDER BY {at}", [after, through])

    def every_event(self) -> Iterator[RawEvent]:
        """Yield all events in order of position, also where a position is none that a log gives."""
        return self._found(f"1 = 1 ORDER BY {self._dialect.position}", ())

    def at(self, positions: Collection[int]) -> Iterator[RawEvent]:
        """Yield the events at these positions, as many of them as there are, at most `GROUP`."""
        return self._found(self._among(self._dialect.position, positions), [*positions])

    def of_streams(self, names: Collection[str]) -> Iterator[RawEvent]:
        """Yield all events of these streams, at most `GROUP`, in order of position."""
        return self._found(f"{self._among('originator_id', names)} ORDER BY {self._dialect.position}", [*names])

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
        """Yield scope and response of kept responses: of these scopes, at most `GROUP`, or all in order of scope."""
        where = "1 = 1 ORDER BY scope" if scopes is None else self._among("scope", scopes)
        statement = f"SELECT scope, response FROM kept_responses WHERE {where}"  # noqa: S608  # names of ours
        return self._ask(statement, [*(scopes or ())])

    def tracked(self) -> dict[str, int]:
        """Return how far followers have come, by name."""
        statement = f"SELECT application_name, notification_id FROM {self._dialect.tracking}"  # noqa: S608  # as above
        return {str(name): position for name, position in self._ask(statement, ())}

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a read model's table in order of its key."""
        columns, key = (", ".join(f'"{name}"' for name in names) for names in (table.columns, table.key))
        statement = f'SELECT {columns} FROM "{table.name}" ORDER BY {key}'  # noqa: S608  # names of ours
        for row in self._ask(statement, ()):
            yield dict(zip(table.columns, row, strict=True))

    def _found(self, where: str, values: Sequence[Any]) -> Iterator[RawEvent]:
        columns = "originator_id, originator_version, topic, recorded_us, subject, state, nodes"
        statement = f"SELECT {self._dialect.position}, {columns} FROM stored_events WHERE {where}"  # noqa: S608
        return map(RawEvent._make, self._ask(statement, values))

    def _among(self, column: str, values: Collection[Any]) -> str:
        return f"{column} IN ({', '.join(self._dialect.mark for _ in values) or 'NULL'})"


Left = TypeVar("Left")
Right = TypeVar("Right")


def joined(
    left: Iterable[tuple[str, Left]], right: Iterable[tuple[str, Right]]
) -> Iterator[tuple[str, Left | None, Right | None]]:
    """Yield the keys of both, with what each has for them or None; both come sorted by the keys' bytes."""
    lefts, rights = iter(left), iter(right)
    one, other = next(lefts, None), next(rights, None)
    while one is not None or other is not None:
        if other is None or (one is not None and one[0].encode() < other[0].encode()):
            assert one is not None  # noqa: S101  # one of both is there
            yield one[0], one[1], None
            one = next(lefts, None)
        elif one is None or other[0].encode() < one[0].encode():
            yield other[0], None, other[1]
            other = next(rights, None)
        else:
            yield one[0], one[1], other[1]
            one, other = next(lefts, None), next(rights, None)


def grouped(values: Iterable[Any], size: int = GROUP) -> Iterator[list[Any]]:
    """Yield lists of at most `size` values, in order."""
    iterator = iter(values)
    while group := list(islice(iterator, size)):
        yield group


def raw_store(settings: ServiceSettings, file: Path) -> AbstractContextManager[RawLog]:
    """Return the store of a service's log: a schema in PostgreSQL where its settings name one, or else the file."""
    if settings.database_url is None:
        return raw_file(file)
    return raw_schema(settings.database_url.get_secret_value(), settings.database_schema)


@contextmanager
def raw_file(path: Path) -> Iterator[RawLog]:
    """Open a file that a log lies in, or a copy of it, for reading alone.

    Raises:
        StoreUnavailable: it cannot be read, or is not of this version.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            check_version(connection)
            connection.execute("BEGIN")
            yield RawLog(connection.execute, _SQLITE)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path.name} cannot be read: {error}") from error


@contextmanager
def raw_schema(dsn: str, schema: str) -> Iterator[RawLog]:
    """Open a schema that a log lies in, for reading alone.

    Raises:
        StoreUnavailable: it cannot be read.
    """
    numbers = iter(range(1_000_000_000))
    try:
        with psycopg.connect(connection_info(dsn, schema, PATIENT), row_factory=tuple_row) as connection:
            connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
            connection.read_only = True

            def ask(statement: str, values: Sequence[Any]) -> Iterator[SqlRow]:
                with connection.cursor(f"raw_{next(numbers)}", row_factory=tuple_row) as cursor:
                    cursor.itersize = FETCH
                    yield from cursor.execute(statement.encode(), values)

            yield RawLog(ask, _POSTGRES)
    except (psycopg.Error, ValueError) as error:
        raise StoreUnavailable(f"the schema {schema} cannot be read: {type(error).__name__}") from error
