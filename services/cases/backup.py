"""Backup and restore of the cases service: the log first, then what it cites, so that nothing cited is missing.

The key that opens the vault is not in it: who has a backup without that key has no personal data.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final

from services.cases.settings import Settings
from shared.kit import backup
from shared.kit.backup import Copied, Manifest
from shared.kit.log.sqlite.copies import state_of

SERVICE: Final = "cases"


def make(settings: Settings, folder: Path, now: datetime) -> Manifest:
    """Copy log, vault and evidence of a service that may be running into a new folder; return what is in it.

    Raises:
        BackupBroken: the folder is not empty.
        OSError, sqlite3.Error: a file cannot be read or written; without a manifest the folder is no backup.
    """
    backup.demand_empty(folder)
    backup.copy_database(settings.log_file, folder / "cases.db")
    backup.copy_database(settings.vault_file, folder / "vault.db")
    backup.copy_tree(settings.evidence_dir / "content", folder / "evidence" / "content")
    return backup.finish(folder, SERVICE, _state(folder), now.isoformat())


def restore(settings: Settings, folder: Path) -> Manifest:
    """Put a backup in the place of a service that does not run and has no files; return what was in it.

    Raises:
        BackupBroken, OSError: see `shared.kit.backup.restore`.
    """
    return backup.restore(folder, SERVICE, _places(settings))


def _places(settings: Settings) -> Mapping[str, Path]:
    return {"cases.db": settings.log_file, "vault.db": settings.vault_file, "evidence": settings.evidence_dir}


def _state(folder: Path) -> Copied:
    return state_of(folder / "cases.db")
