"""Takes read-model tables out of a file, whatever their columns are, so that opening the log makes them anew, empty."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.rows import Table
from shared.kit.log.shapes import Shapes
from shared.kit.log.sqlite.lockfile import LockFile
from shared.kit.log.sqlite.table import SqliteTable


def misshapen(path: Path, tables: Iterable[Table]) -> list[Table]:
    """Return those of these tables that stand in a log with other columns or another key, or not at all.

    Raises:
        StoreUnavailable: the file cannot be read.
        ValueError: a table is none of a read model.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            connection.row_factory = sqlite3.Row
            return [shape.table for shape in Shapes(tables).all() if not SqliteTable(shape).fits(connection)]
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path.name} cannot be read: {error}") from error


def drop_tables(path: Path, tables: Iterable[Table]) -> None:
    """Drop these tables of a log that nobody has open, all of them or none; nothing where the file has none.

    Raises:
        LogInUse: somebody has the log.
        StoreUnavailable: the file cannot be changed.
        ValueError: a table is none of a read model.
    """
    names = [shape.name for shape in Shapes(tables).all()]
    lock = LockFile(path.with_name(path.name + ".lock"))
    try:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            for name in names:
                connection.execute(f'DROP TABLE IF EXISTS "{name}"')
            connection.execute("COMMIT")
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path.name} cannot be changed: {error}") from error
    finally:
        lock.release()
