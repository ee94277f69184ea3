"""Opens the log in the store that a service's settings name: a schema in PostgreSQL, or else a file."""

from collections.abc import Iterable
from pathlib import Path

from shared.kit.log.instant import Clock
from shared.kit.log.model import EventLog, LogUnavailable
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.rows import Table
from shared.kit.log.sqlite import open_sqlite_log
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


def open_kept_store(settings: ServiceSettings, file: Path, clock: Clock, tables: Iterable[Table]) -> EventLog:
    """Return the log as `open_store` does, for a tool that reads what is there: none is made.

    Raises:
        LogUnavailable: see there; or there is no such file.
    """
    if settings.database_url is None and not file.is_file():
        raise LogUnavailable(f"there is no log at {file}")
    return open_store(settings, file, clock, tables)
