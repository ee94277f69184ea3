"""Replaces read-model tables of a log in one transaction, from the log beside them: wholly, or nothing of it.

Whatever cuts it short, the tables are as they were. Nobody appends meanwhile: a file is locked, and in a database who
would append waits. Who reads there reads what was, until all is new.
"""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.model import LogUnavailable
from shared.kit.log.postgres.connecting import connection_info
from shared.kit.log.postgres.ready import check_version as check_migrated
from shared.kit.log.postgres.table import PostgresTable
from shared.kit.log.postgres.tables import RIGHTS, check, missing, statements
from shared.kit.log.rows import Row, Table
from shared.kit.log.shape import Key, Shape
from shared.kit.log.shapes import Shapes
from shared.kit.log.sqlite.lockfile import LockFile
from shared.kit.log.sqlite.schema import check_version
from shared.kit.log.sqlite.table import SqliteTable
from shared.kit.log.sqlite.upgrading import upgrade
from shared.kit.settings import ServiceSettings
from shared.kit.verifying.dialect import SQLITE
from shared.kit.verifying.merging import grouped
from shared.kit.verifying.openschema import PATIENT, raw_connection
from shared.kit.verifying.raw import RawLog

BATCH: Final = 1000  # rows of one statement
_SERVICES: Final = """
SELECT DISTINCT grantee FROM information_schema.role_table_grants
WHERE table_schema = current_schema() AND table_name = 'stored_events' AND privilege_type = 'INSERT'
AND grantee <> current_user
"""


class Remaking(ABC):
    """The tables of one log while they are replaced; `raw` reads all of them, as far as they have come."""

    raw: RawLog

    def __init__(self, shapes: Shapes) -> None:
        self._shapes = shapes

    @abstractmethod
    def fits(self, table: Table) -> bool:
        """Return whether the table is there with the columns and the key that the program knows."""

    @abstractmethod
    def empty(self, table: Table) -> None:
        """Take everything out of a table, which has the program's columns then. Before anything is read of `raw`.

        Raises:
            StoreUnavailable: it has others, and who is connected may not make it anew.
        """

    def put(self, table: Table, rows: Iterable[Row]) -> int:
        """Add rows to a table; return how many. Of two with one key, the second one stays."""
        shape, count = self._shapes.of(table), 0
        for some in grouped(rows, BATCH):
            self._change(shape, dict(shape.row(row) for row in some))
            count += len(some)
        return count

    @abstractmethod
    def _change(self, shape: Shape, rows: dict[Key, Any]) -> None:
        """Write rows by key."""


class _InFile(Remaking):
    def __init__(self, connection: sqlite3.Connection, shapes: Shapes) -> None:
        super().__init__(shapes)
        self._connection = connection
        self.raw = RawLog(connection.execute, SQLITE)

    def fits(self, table: Table) -> bool:
        return SqliteTable(self._shapes.of(table)).fits(self._connection)

    def empty(self, table: Table) -> None:
        shape = self._shapes.of(table)
        self._connection.execute(f'DROP TABLE IF EXISTS "{shape.name}"')
        for statement in SqliteTable(shape).statements():
            self._connection.execute(statement)

    def _change(self, shape: Shape, rows: dict[Key, Any]) -> None:
        SqliteTable(shape).change(self._connection, rows)


class _InSchema(Remaking):
    def __init__(self, connection: psycopg.Connection[Any], shapes: Shapes) -> None:
        super().__init__(shapes)
        self._connection = connection
        self.raw = raw_connection(connection)

    def fits(self, table: Table) -> bool:
        try:
            check(self._connection, [table])
        except ValueError:
            return False
        return not missing(self._connection, [table])

    def empty(self, table: Table) -> None:
        if self.fits(table):
            self._connection.execute(SQL("DELETE FROM {}").format(Identifier(table.name)))
            return
        services = [str(name) for (name,) in self._connection.execute(_SERVICES).fetchall()]
        try:
            self._connection.execute(SQL("DROP TABLE IF EXISTS {}").format(Identifier(table.name)))
            for statement in statements(table):
                self._connection.execute(statement.encode())
        except psycopg.errors.InsufficientPrivilege:
            message = f"table {table.name} has other columns than the program's: the tables' owner has to make it anew"
            raise StoreUnavailable(message) from None
        for name in services:
            rights = SQL("GRANT {} ON {} TO {}").format(SQL(RIGHTS), Identifier(table.name), Identifier(name))
            self._connection.execute(rights)

    def _change(self, shape: Shape, rows: dict[Key, Any]) -> None:
        for statement, values in PostgresTable(shape).changes(rows):
            self._connection.execute(statement.encode(), values)


def remaking(
    settings: ServiceSettings, file: Path, tables: Iterable[Table], owner_url: str | None = None
) -> AbstractContextManager[Remaking]:
    """Return the tables of the log that the settings name, to be replaced; committed when the block ends.

    In PostgreSQL `owner_url` connects as who may make tables of another shape anew; without it, the service's role.

    Raises:
        LogInUse: somebody has the file.
        StoreUnavailable: the store cannot be changed, or is not of this version; nothing was changed then.
    """
    shapes = Shapes(tables)
    if settings.database_url is None:
        return _file(file, shapes)
    return _schema(owner_url or settings.database_url.get_secret_value(), settings.database_schema, shapes)


@contextmanager
def _file(path: Path, shapes: Shapes) -> Iterator[Remaking]:
    if not path.is_file():
        raise LogUnavailable(f"there is no log at {path}")
    lock = LockFile(path.with_name(path.name + ".lock"))
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            check_version(connection)
            upgrade(connection)
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("BEGIN IMMEDIATE")
            yield _InFile(connection, shapes)
            connection.execute("COMMIT")  # whoever does not come here has the transaction rolled back by closing
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path.name} cannot be changed: {error}") from error
    finally:
        lock.release()


@contextmanager
def _schema(dsn: str, schema: str, shapes: Shapes) -> Iterator[Remaking]:
    try:
        with psycopg.connect(connection_info(dsn, schema, PATIENT), row_factory=tuple_row) as connection:
            check_migrated(connection)
            connection.execute("SELECT FROM log_head FOR UPDATE")
            yield _InSchema(connection, shapes)
    except psycopg.Error as error:
        raise StoreUnavailable(f"the schema {schema} cannot be changed: {str(error).strip()}") from error
