"""What the cases service verifies beside its log: every row of the read models, made again from the events."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

from services.cases import recallreceipt, receipts
from services.cases.decisiontables import RECALL_ITEMS, RECALLS
from services.cases.recounting import CALENDARS
from services.cases.remaking.pasts import every_past
from services.cases.remaking.recalls import every_recall
from services.cases.tables import IMPORTED, WORLD
from services.cases.verifyingcases import check_case_rows
from services.cases.verifyingerasures import check_erasures
from services.cases.verifyingimports import check_imports
from services.cases.verifyingkept import check_responses
from services.cases.verifyingrows import check_owned
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.kept import Cited
from shared.kit.verifying.raw import RawLog
from shared.kit.verifying.tracking import check_tracking

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


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


@dataclass(frozen=True)
class CasesRows:
    """Compares rows with what the log makes of them.

    `calendars` is the digest of those that are published, `vault` the file in which keys of erased cases must not be.
    """

    calendars: str
    vault: Path | None = None

    def check(self, raw: RawLog, findings: Findings) -> None:
        """Find every row that is missing, one too many, or not what the events make; cases are folded in groups."""
        check_case_rows(raw, findings)
        check_owned(raw, findings, every_recall(raw), (RECALLS, RECALL_ITEMS))
        check_owned(raw, findings, every_past(raw), (IMPORTED,))
        check_imports(raw, findings)
        check_responses(raw, findings)
        check_erasures(raw, findings, self.vault)
        self._world(raw, findings)
        check_tracking(raw, findings)

    def _world(self, raw: RawLog, findings: Findings) -> None:
        """No event says which calendars were counted with last: a start compares, and counts anew where they differ."""
        counted = None
        for row in raw.rows(WORLD):
            name, digest = row["name"], row["digest"]
            if name != CALENDARS:
                findings.add(WORLD.name, "name", 0, f"the only row would have to be that of {CALENDARS}", shown(name))
            elif not isinstance(digest, str) or _DIGEST.fullmatch(digest) is None:
                findings.add(WORLD.name, "digest", 0, "it would have to be a digest of calendars", CALENDARS)
            else:
                counted = digest
        if counted not in (None, self.calendars):
            findings.note(f"{WORLD.name}: the calendars counted with last are others than those of the settings")
