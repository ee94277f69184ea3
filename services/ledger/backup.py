"""Backup and restore of the ledger: one file, its log and read model."""

from datetime import datetime
from pathlib import Path
from typing import Final

from services.ledger.settings import Settings
from shared.kit import backup
from shared.kit.backup import Manifest
from shared.kit.log.sqlite.copies import state_of

SERVICE: Final = "ledger"


def make(settings: Settings, folder: Path, now: datetime) -> Manifest:
    """Copy the log of a service that may be running into a new folder; return what is in it.

    Raises:
        BackupBroken: the folder is not empty.
        OSError, sqlite3.Error: a file cannot be read or written; without a manifest the folder is no backup.
    """
    backup.demand_empty(folder)
    backup.copy_database(settings.log_file, folder / "ledger.db")
    return backup.finish(folder, SERVICE, state_of(folder / "ledger.db"), now.isoformat())


def restore(settings: Settings, folder: Path) -> Manifest:
    """Put a backup in the place of a service that does not run and has no files; return what was in it.

    Raises:
        BackupBroken, OSError: see `shared.kit.backup.restore`.
    """
    return backup.restore(folder, SERVICE, {"ledger.db": settings.log_file})
