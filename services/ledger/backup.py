"""Backup and restore of the ledger: its log and read model."""

from datetime import datetime
from pathlib import Path
from typing import Final

from services.ledger.settings import Settings
from services.ledger.tables import KEPT
from shared.kit import backup
from shared.kit.backup import Manifest
from shared.kit.storecopy import copy_log, place_of_log, restoring_log

SERVICE: Final = "ledger"


def make(settings: Settings, folder: Path, now: datetime) -> Manifest:
    """Copy the log of a service that may be running into a new folder; return what is in it.

    Raises:
        BackupBroken: the folder is not empty, or the log is damaged.
        LogUnavailable, ValueError, OSError, sqlite3.Error: the log cannot be read, or a file not be written; without a
            manifest the folder is no backup.
    """
    backup.demand_empty(folder)
    return backup.finish(folder, SERVICE, copy_log(settings, settings.log_file, KEPT, folder), now.isoformat())


def restore(settings: Settings, folder: Path, owner_url: str | None = None) -> Manifest:
    """Put a backup in the place of a service that does not run and has no log; return what was in it.

    A log in a database goes, as the owner of its tables, into a schema that was migrated and never used.

    Raises:
        BackupBroken, LogUnavailable, OSError: see `shared.kit.backup.restore` and `shared.kit.storecopy.restoring_log`.
    """
    backup.check(folder, SERVICE)
    with restoring_log(settings, KEPT, folder, owner_url):
        return backup.restore(folder, SERVICE, place_of_log(settings, settings.log_file))
