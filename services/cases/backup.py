"""Backup and restore of the cases service: the log first, then what it cites, so that nothing cited is missing.

The key that opens the vault is not in it: who has a backup without that key has no personal data.
"""

from datetime import datetime
from pathlib import Path
from typing import Final

from services.cases.settings import Settings
from services.cases.tables import TABLES
from shared.kit import backup
from shared.kit.backup import Manifest
from shared.kit.storecopy import copy_log, place_of_log, restoring_log

SERVICE: Final = "cases"


def make(settings: Settings, folder: Path, now: datetime) -> Manifest:
    """Copy log, vault and evidence of a service that may be running into a new folder; return what is in it.

    Raises:
        BackupBroken: the folder is not empty, or the log is damaged.
        LogUnavailable, ValueError, OSError, sqlite3.Error: log or files cannot be read, or not be written; without a
            manifest the folder is no backup.
    """
    backup.demand_empty(folder)
    copied = copy_log(settings, settings.log_file, TABLES, folder)
    backup.copy_database(settings.vault_file, folder / "vault.db")
    backup.copy_tree(settings.evidence_dir / "content", folder / "evidence" / "content")
    return backup.finish(folder, SERVICE, copied, now.isoformat())


def restore(settings: Settings, folder: Path, owner_url: str | None = None) -> Manifest:
    """Put a backup in the place of a service that does not run and has no files; return what was in it.

    A log in a database goes, as the owner of its tables, into a schema that was migrated and never used.

    Raises:
        BackupBroken, LogUnavailable, OSError: see `shared.kit.backup.restore` and `shared.kit.storecopy.restoring_log`.
    """
    places = {"vault.db": settings.vault_file, "evidence": settings.evidence_dir}
    backup.check(folder, SERVICE)
    with restoring_log(settings, TABLES, folder, owner_url):
        return backup.restore(folder, SERVICE, {**place_of_log(settings, settings.log_file), **places})
