"""Opens the log in the store that a service's settings name: a schema in PostgreSQL, or else a file."""

from collections.abc import Iterable
from pathlib import Path

from shared.kit.log.instant import Clock
from shared.kit.log.model import EventLog, LogUnavailable
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.rows import Table
from shared.kit.log.sqlite import open_sqlite_log, read_sqlite_log
from shared.kit.settings import ServiceSettings


def open_store(settings: ServiceSettings, file: Path, clock: Clock, tables: Iterable[Table]) -> EventLog:
    """Return the log with these tables; without a database in the settings, the one in `file`, made if missing.

    Raises:
        LogUnavailable: the store cannot be opened: another process has the file, or the database is out of reach, not
            migrated, or not to be relied on; or it has a table with other columns, or a setting names no place.
    """
    try:
        if settings.database_url is None:
            file.parent.mkdir(parents=True, exist_ok=True)
            return open_sqlite_log(file, clock, tables)
        url, schema = settings.database_url.get_secret_value(), settings.database_schema
        return open_postgres_log(url, schema, clock, tables, connections=settings.database_connections)
    except (ValueError, OSError) as error:
        raise LogUnavailable(str(error)) from error


def open_kept_store(
    settings: ServiceSettings, file: Path, clock: Clock, tables: Iterable[Table], copy: Path | None = None
) -> EventLog:
    """Return the log that is there, or the one in the file `copy`, for a tool that reads: no file is made or changed.

    The service may run meanwhile.

    Raises:
        LogUnavailable: there is no such file, or the store cannot be opened: see `open_store`.
    """
    if copy is None and settings.database_url is not None:
        return open_store(settings, file, clock, tables)
    kept = file if copy is None else copy
    if not kept.is_file():
        raise LogUnavailable(f"there is no log at {kept}")
    try:
        return read_sqlite_log(kept, clock, tables)
    except (ValueError, OSError) as error:
        raise LogUnavailable(f"{kept.name}: {error}") from error
