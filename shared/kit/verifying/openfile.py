"""Opens the file of a log for reading alone, past all that opening it as a log would do."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.sqlite.schema import check_version
from shared.kit.verifying.dialect import SQLITE
from shared.kit.verifying.raw import RawLog


@contextmanager
def raw_file(path: Path) -> Iterator[RawLog]:
    """Open a file that a log lies in, or a copy of it, for reading alone.

    Raises:
        StoreUnavailable: it cannot be read, or is not of this version.
    """
    address = f"{path.absolute().as_uri()}?mode=ro"
    try:
        with closing(sqlite3.connect(address, uri=True, isolation_level=None)) as connection:
            connection.text_factory = lambda text: text.decode("utf-8", "backslashreplace")
            check_version(connection)
            connection.execute("BEGIN")
            yield RawLog(connection.execute, SQLITE)
    except sqlite3.Error as error:
        raise StoreUnavailable(f"{path.name} cannot be read: {error}") from error
