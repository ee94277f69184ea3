"""What `python -m services.ledger verify` does: opens the log or a copy for reading alone, and compares every row."""

from collections.abc import Sequence
from pathlib import Path

from services.ledger.lastaccepted import LastAccepted
from services.ledger.main import rulebook
from services.ledger.publication import Publication
from services.ledger.settings import Settings
from services.ledger.tables import TABLES
from services.ledger.verifying import LedgerRows, cites
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.audit.wire import Malformed
from shared.kit.verifying.command import (
    CannotVerify,
    demand_log,
    last_signed,
    raw_store,
    run_verify,
    saved_checkpoint,
)
from shared.kit.verifying.openfile import raw_file


def verified(
    settings: Settings, copy: Path | None, checkpoint: Path | None, keys: Sequence[str] | None, *, as_json: bool
) -> int:
    """Verify the log of these settings, or a copy; print what was found; return the exit status.

    Raises:
        RulebookError, LogUnavailable, CannotVerify, OSError: see `shared.kit.verifying.command`.
    """
    timeline = rulebook(settings.rulebook)
    given = saved_checkpoint(checkpoint, keys or ())
    signed = [] if copy is not None else last_signed(settings)
    rows = LedgerRows(Publication(timeline), timeline, None if copy is not None else _accepted(settings))
    with raw_store(settings, settings.log_file) if copy is None else raw_file(copy) as raw:
        demand_log(raw, TABLES, given)
        return run_verify(raw, [*given, *signed], cites, rows.check, as_json=as_json)


def _accepted(settings: Settings) -> Checkpoint | None:
    """Return what was accepted of the cases log, by the file beside the database; read first, so never ahead of it."""
    try:
        return LastAccepted(settings.last_accepted).checkpoint()
    except Malformed as damaged:
        raise CannotVerify(str(damaged)) from None
