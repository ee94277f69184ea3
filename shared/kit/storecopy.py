"""A service's log in its backup, in whichever store it is: a file, or the tables of a schema in PostgreSQL."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from shared.kit import backup
from shared.kit.backup import BackupBroken, Copied
from shared.kit.log.postgres import copies
from shared.kit.log.postgres.restoring import restoring
from shared.kit.log.rows import Table
from shared.kit.log.sqlite.copies import state_of
from shared.kit.settings import ServiceSettings


def copy_log(settings: ServiceSettings, file: Path, tables: Sequence[Table], folder: Path) -> Copied:
    """Copy the log of a service that may be running, as it is at one instant, into a backup; return its state.

    Raises:
        BackupBroken, LogUnavailable, ValueError: it is damaged, out of reach, or not of this version.
        OSError, sqlite3.Error: a file cannot be read or written.
    """
    if settings.database_url is None:
        backup.copy_database(file, folder / file.name)
        return state_of(folder / file.name)
    url, schema = settings.database_url.get_secret_value(), settings.database_schema
    return copies.dump(url, schema, tables, folder / copies.FOLDER)


def place_of_log(settings: ServiceSettings, file: Path) -> Mapping[str, Path | None]:
    """Return where the log of a backup goes: the file, or None where `restoring_log` puts it into a database."""
    return {file.name: file} if settings.database_url is None else {copies.FOLDER: None}


@contextmanager
def restoring_log(
    settings: ServiceSettings, tables: Sequence[Table], folder: Path, owner_url: str | None
) -> Iterator[None]:
    """Put the log of a backup that was checked into the schema of the settings, when the block has ended; in a file it
    is one of the block's.

    Raises:
        BackupBroken: the tables' owner is not named; or see `shared.kit.log.postgres.restoring`.
        LogUnavailable: see there.
    """
    if settings.database_url is None:
        yield
        return
    if owner_url is None:
        raise BackupBroken("the tables' owner would have to be named: --owner-url")
    with restoring(owner_url, settings.database_schema, tables, folder / copies.FOLDER):
        yield
