"""Finds what an erasure has left although nobody knows that it is under way: a case's key in the vault."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Final

from services.cases.domain.events import PersonalDataErased
from services.cases.publication import NAMES, case_stream
from services.cases.tables import ERASING
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.merging import grouped
from shared.kit.verifying.raw import RawLog

ERASED: Final = NAMES[PersonalDataErased]
_LIVING: Final = "SELECT COUNT(*) FROM keys WHERE name = ? AND wrapped <> zeroblob(length(wrapped))"


def check_erasures(raw: RawLog, findings: Findings, vault: Path | None) -> None:
    """Look at the vault's file for the key of each case whose erasure is recorded; without one, say that it was not.

    An erasure's row goes after the key, so that whoever reads the rows first does not accuse one that is under way.
    """
    under_way = {str(row["case_id"]) for row in raw.rows(ERASING)}
    recorded = ((str(event.stream).removeprefix(case_stream("")), event.position) for event in raw.of_type(ERASED))
    for some in grouped((case_id, position) for case_id, position in recorded if case_id not in under_way):
        try:
            left = set(_living(vault, [case_id for case_id, _ in some]))
        except (OSError, sqlite3.Error):
            findings.note(f"{ERASING.name}: whether what was erased is gone, the vault's file would have to tell")
            return
        for case_id, position in some:
            if case_id in left:
                detail = "the vault has the key still: the erasure would have to be under way"
                findings.add(ERASING.name, "case_id", position, detail, shown(case_id))


def _living(vault: Path | None, case_ids: Sequence[str]) -> Iterator[str]:
    if vault is None or not vault.is_file():
        raise FileNotFoundError
    with closing(sqlite3.connect(f"{vault.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        for case_id in case_ids:
            if connection.execute(_LIVING, (f"case:{case_id}",)).fetchone() != (0,):
                yield case_id
