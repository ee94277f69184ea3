"""Erasure: the fact first, with a row that says the work is under way; then the data is destroyed, then the row goes.

Whatever is cut short in between is finished by whoever comes next: the same request again, the clock, the next start.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.cases.announcements import removals
from services.cases.application import Cases
from services.cases.domain.commands import EraseData
from services.cases.evidence import EvidenceStore
from services.cases.receipts import Receipt
from services.cases.request import Request
from services.cases.tables import ERASING
from shared.kit.log.model import Append
from shared.kit.log.rows import MAX_SELECT, Put, Remove, Row

BATCH: Final = 200  # erasures finished in one go


@dataclass(frozen=True, slots=True)
class Erasures:
    """Destroys the personal data of cases, over the service's writes and its evidence store."""

    cases: Cases
    store: EvidenceStore

    def erase(self, request: Request) -> Receipt:
        """Return the receipt of the erasure when nothing personal of the case is left, on disk or in memory.

        Raises:
            Refused: `legal_hold`, with the instant from which on it is possible; `personal_data_erased`.
            LogUnavailable, VaultUnavailable, StoreUnavailable: see there; the erasure may be recorded, and what is left
                of it to do is done later.
        """
        under_way = Put(ERASING, {"case_id": request.case_id})
        try:
            return self.cases.carry_out(
                replace(request, rows=[under_way]), lambda _: EraseData(request.actor, request.at)
            )
        finally:
            self.finish(request.case_id)

    def finish(self, case_id: str) -> None:
        """Destroy what is left of a case whose erasure is recorded; nothing where there is none under way. Idempotent.

        Raises:
            LogUnavailable, VaultUnavailable, StoreUnavailable: see there; to be called again.
        """
        log, vault = self.cases.log, self.cases.vault
        if log.get(ERASING, case_id) is None:
            return
        vault.forget(case_id)
        self.store.forget(case_id)
        vault.scrub()
        done = [Remove(ERASING, (case_id,)), *removals(log, case_id)]
        log.append(Append(rows=lambda _: done))

    def finish_all(self) -> int:
        """Finish what was cut short, at most `BATCH` erasures; return how many. Raises as `finish` does."""
        rows = self.under_way(BATCH)
        for row in rows:
            self.finish(str(row["case_id"]))
        return len(rows)

    def under_way(self, limit: int = MAX_SELECT) -> Sequence[Row]:
        """Return the rows of erasures that are recorded and not finished, by case id; raises `LogUnavailable`."""
        return self.cases.log.select(ERASING, limit=limit)
