"""What `python -m services.cases verify` does: opens the log or a copy for reading alone, and compares every row."""

from collections.abc import Sequence
from pathlib import Path

from services.cases.main import calendars
from services.cases.recounting import published
from services.cases.settings import Settings
from services.cases.tables import TABLES
from services.cases.verifying import CasesRows, cites
from shared.kit.verifying.command import demand_log, last_signed, raw_store, run_verify, saved_checkpoint
from shared.kit.verifying.openfile import raw_file


def verified(
    settings: Settings, copy: Path | None, checkpoint: Path | None, keys: Sequence[str] | None, *, as_json: bool
) -> int:
    """Verify the log of these settings, or a copy; print what was found; return the exit status.

    Raises:
        RulebookError, LogUnavailable, CannotVerify, OSError: see `shared.kit.verifying.command`.
    """
    rows = CasesRows(published(calendars(settings)), settings.vault_file if copy is None else None)
    given = saved_checkpoint(checkpoint, keys or ())
    signed = [] if copy is not None else last_signed(settings)
    with raw_store(settings, settings.log_file) if copy is None else raw_file(copy) as raw:
        demand_log(raw, TABLES, given)
        return run_verify(raw, [*given, *signed], cites, rows.check, as_json=as_json)
