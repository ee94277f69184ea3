"""Takes read-model tables out of a file, whatever their columns are, so that opening the log makes them anew, empty."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.rows import Table
from shared.kit.log.shapes import Shapes
from shared.kit.log.sqlite.lockfile import LockFile


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
