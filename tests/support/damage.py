"""Changes a log's store behind its back: as somebody who may do everything there, past its triggers."""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from shared.kit.log.model import EventLog
from shared.kit.log.rows import Table
from shared.kit.log.sqlite.schema import KEPT_FOR_EVER, arm
from shared.kit.verifying.openfile import raw_file
from shared.kit.verifying.openschema import raw_schema
from shared.kit.verifying.raw import RawLog
from tests.support.logs import StandingClock, store_at
from tests.support.postgres import place

Execute = Callable[..., list[tuple[Any, ...]]]


@dataclass
class Victim:
    """A store that may be opened as a log, read as it lies there, and changed by anybody."""

    kind: str
    tables: tuple[Table, ...]
    folder: Path
    clock: StandingClock = field(default_factory=StandingClock)

    def __post_init__(self) -> None:
        """Make the place."""
        self.at = place() if self.kind == "postgres" else None
        if self.at is not None:
            self.at.migrate(self.tables)

    @property
    def path(self) -> Path:
        """The file, of SQLite."""
        return self.folder / "log.db"

    @contextmanager
    def log(self) -> Iterator[EventLog]:
        """Open it as a log."""
        store = store_at(self.kind, self.folder) if self.at is None else None
        if store is not None:
            log = store.open(self.clock, self.tables)
        else:
            assert self.at is not None
            from shared.kit.log.postgres import open_postgres_log

            log = open_postgres_log(self.at.dsn, self.at.schema, self.clock, self.tables)
        with closing(log):
            yield log

    def raw(self) -> AbstractContextManager[RawLog]:
        """Read it as it lies there."""
        return raw_file(self.path) if self.at is None else raw_schema(self.at.dsn, self.at.schema)

    @contextmanager
    def changed(self, *, armed: bool = True) -> Iterator[Execute]:
        """Let statements be executed past the triggers, which are there again afterwards if `armed`.

        In a statement `{at}` is the column of positions; `?` stands for a value.
        """
        if self.at is None:
            yield from self._in_file(armed)
        else:
            yield from self._in_schema(armed)

    def _in_file(self, armed: bool) -> Iterator[Execute]:
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
                connection.execute(f"DROP TRIGGER {name}")

            def execute(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                return connection.execute(statement.format(at="rowid"), values).fetchall()

            yield execute
            if armed:
                arm(connection)

    def _in_schema(self, armed: bool) -> Iterator[Execute]:
        assert self.at is not None
        with self.at.owned() as connection:
            for table in KEPT_FOR_EVER:
                connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")

            def execute(statement: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
                cursor = connection.execute(statement.format(at="notification_id").replace("?", "%s").encode(), values)
                return cursor.fetchall() if cursor.description else []

            yield execute
            for table in KEPT_FOR_EVER if armed else ():
                connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only")

    def drop(self) -> None:
        """Give the place back."""
        if self.at is not None:
            self.at.drop()
