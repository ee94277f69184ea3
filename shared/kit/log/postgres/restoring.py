"""Puts a copy of a log back: into a schema of PostgreSQL that was migrated and never used, in one transaction."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg.sql import SQL, Identifier

from shared.kit.backup import BackupBroken
from shared.kit.log.postgres.copies import FOLDER, PATIENT, STATE, columns, connected, copy, row
from shared.kit.log.postgres.ready import check_version
from shared.kit.log.rows import Table

BLOCK: Final = 1 << 20  # bytes that are sent at a time

_LAST: Final = "SELECT coalesce(max(notification_id), 0) FROM stored_events"

# The migration has named the log already. Its name is append-only; the owner may take it back before anybody saw it.
_UNNAMED: Final = (
    "ALTER TABLE log_identity DISABLE TRIGGER append_only; DELETE FROM log_identity; DELETE FROM log_head; "
    "ALTER TABLE log_identity ENABLE ALWAYS TRIGGER append_only"
)


@contextmanager
def restoring(dsn: str, schema: str, tables: Sequence[Table], folder: Path) -> Iterator[None]:
    """Fill the log of a schema that was migrated and never used, as its owner. It is there once the block has ended;
    where the block raises, nothing is.

    Raises:
        BackupBroken: the folder holds no such log, or a table of the schema is not empty.
        StoreUnavailable: the database refuses, or its tables are not those of this version.
    """
    if not folder.is_dir():
        raise BackupBroken(f"the backup would have to hold a log in {FOLDER}")
    with connected(dsn, schema) as connection, connection.transaction():
        connection.execute(PATIENT)
        check_version(connection)
        connection.execute("LOCK TABLE log_head IN ACCESS EXCLUSIVE MODE")
        connection.execute(_UNNAMED)
        for name, listed in columns(tables).items():
            _filled(connection, name, listed, folder / name)
        _, position, _ = row(connection, STATE)
        if row(connection, _LAST) != (position,):
            raise BackupBroken("the log of the backup would have to end where its head is")
        yield


def _filled(connection: psycopg.Connection[Any], name: str, listed: Sequence[str], path: Path) -> None:
    if row(connection, SQL("SELECT EXISTS (SELECT FROM {})").format(Identifier(name))) == (True,):
        raise BackupBroken(f"table {name} would have to be empty: migrate a new schema, and start nothing on it before")
    with path.open("rb") as file, connection.cursor().copy(copy(name, listed, "FROM STDIN")) as blocks:
        while block := file.read(BLOCK):
            blocks.write(block)
