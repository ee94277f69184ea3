"""What the cases service verifies beside its log: rows of cases and decisions, versions of others, and what it kept.

Of incidents, recalls' items and the clock's work list it looks at nothing else: they also follow from other cases and
from time.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import msgspec

from services.cases import recallreceipt, receipts
from services.cases.decisiontables import RECALLS
from services.cases.publication import imported_stream
from services.cases.recallpublication import recall_stream
from services.cases.settings import Settings
from services.cases.tables import IMPORTED
from services.cases.verifyingrows import check_case_rows
from shared.kit.log.rows import Row, Table
from shared.kit.verifying.command import last_signed, raw_store, run_verify, saved_checkpoint
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.kept import Cited
from shared.kit.verifying.merging import joined
from shared.kit.verifying.openfile import raw_file
from shared.kit.verifying.raw import RawLog

# Of each table the column that holds the version of a stream, and what the streams' names begin with.
VERSIONS: Final[tuple[tuple[Table, str, str], ...]] = (
    (RECALLS, "version", recall_stream("")),
    (IMPORTED, "version", imported_stream("")),
)


def cites(response: bytes) -> Sequence[Cited]:
    """Return what a kept response cites; an import's is empty and cites nothing.

    Raises:
        msgspec.MsgspecError: it is none of this service.
    """
    if not response:
        return ()
    try:
        events = receipts.from_kept(response).events
    except msgspec.ValidationError:
        events = recallreceipt.from_kept(response).events
    return [Cited(one.id, one.type, one.position, one.recorded_at) for one in events]


def check_rows(raw: RawLog, findings: Findings) -> None:
    """Find every row of a case or a decision that is not what the log makes of it.

    And every row of a recall or a seller's past that is missing or not of its stream's last version.
    """
    for table, column, prefix in VERSIONS:
        rows = ((str(row[table.key[0]]), row) for row in raw.rows(table) if row[column] != 0)
        for name, version, found in joined(_streams(raw, prefix), rows):
            _compare(findings, table, column, name, version, found)
    check_case_rows(raw, findings)


def _streams(raw: RawLog, prefix: str) -> Iterator[tuple[str, int]]:
    return ((name.removeprefix(prefix), version) for name, version in raw.last_versions() if name.startswith(prefix))


def _compare(findings: Findings, table: Table, column: str, name: str, version: int | None, row: Row | None) -> None:
    has = None if row is None else row[column]
    if has != version:
        detail = f"the last version of its stream is {shown(version)}, the row has {shown(has)}"
        findings.add(table.name, column, 0, detail, name)


def verified(
    settings: Settings, copy: Path | None, checkpoint: Path | None, keys: Sequence[str] | None, *, as_json: bool
) -> int:
    """Verify the log of these settings, or a copy; print what was found; return the exit status.

    Raises:
        LogUnavailable, CannotVerify, OSError: see `shared.kit.verifying.command`.
    """
    given = saved_checkpoint(checkpoint, keys or ())
    signed = [] if copy is not None else last_signed(settings)
    with raw_store(settings, settings.log_file) if copy is None else raw_file(copy) as raw:
        return run_verify(raw, [*given, *signed], cites, check_rows, as_json=as_json)
