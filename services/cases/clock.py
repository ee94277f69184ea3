"""The facts that time makes: a deadline passed with its work undone, written to the case's clock stream.

They stand on a stream of their own, so that an officer's If-Match is never broken by them.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Final

import structlog

from services.cases.announcements import lapse
from services.cases.casefile import load, load_breaches
from services.cases.domain.breaches import breaches
from services.cases.domain.state import Unfiled
from services.cases.publication import Provenance, to_draft
from services.cases.tables import PENDING
from shared.kit.ids import uuid7
from shared.kit.log.instant import Clock, to_us
from shared.kit.log.model import Append, Appended, EventLog, LogUnavailable
from shared.kit.log.rows import Remove, Row, RowChange, Where

BATCH: Final = 200  # deadlines of one transaction
ACTOR: Final = "clock"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Ticker:
    """Looks for deadlines that have passed. `tick` may run anywhere, any number of times: a breach is recorded once."""

    log: EventLog
    clock: Clock
    grace: timedelta = field(default=timedelta())

    def tick(self, now: datetime) -> int:
        """Record every breach known at `now`, drop announcements that have lapsed; return the breaches recorded.

        Raises:
            LogUnavailable, UnknownEvent: see there; what was recorded before stays.
        """
        recorded, after = 0, None
        while rows := self._due(now, after):
            recorded += self._record(rows, now)
            after = (rows[-1]["due_us"], rows[-1]["case_id"], rows[-1]["deadline"])
        while lapse(self.log, now, BATCH) == BATCH:
            pass
        return recorded

    def run(self, stop: threading.Event, interval_s: float) -> None:
        """Tick at this interval until `stop` is set. What a tick could not do, the next one does."""
        while not stop.wait(interval_s):
            try:
                self.tick(self.clock() - self.grace)
            except LogUnavailable as error:
                _log.warning("clock_waits", reason=type(error).__name__)

    def _due(self, now: datetime, after: Sequence[str | int | bytes | None] | None) -> list[Row]:
        return self.log.select(
            PENDING, Where("due_us", "<=", to_us(now)), order=("due_us",), limit=BATCH, after=after or ()
        )

    def _record(self, rows: Sequence[Row], now: datetime) -> int:
        by_case = groupby(sorted(rows, key=_case), key=_case)
        appends = [self._append(case_id, list(of_case), now) for case_id, of_case in by_case]
        outcomes = self.log.append_batch(appends)
        return sum(len(outcome.stamps) for outcome in outcomes if isinstance(outcome, Appended))

    def _append(self, case_id: str, rows: Sequence[Row], now: datetime) -> Append:
        """The breaches of one case, and its deadlines leaving the work list: those met in time leave without a fact."""
        state, already = load(self.log, case_id).state, load_breaches(self.log, case_id)
        changes: list[RowChange] = [Remove(PENDING, (case_id, row["deadline"])) for row in rows]
        if isinstance(state, Unfiled):
            return Append(rows=lambda _: changes)
        provenance = Provenance(case_id, state.file.filed.respondent, ACTOR, ACTOR)
        found = breaches(state, now, {breach.event.deadline for breach in already})
        drafts = [
            to_draft(event, event_id=uuid7(), version=len(already) + nth, provenance=provenance)
            for nth, event in enumerate(found, start=1)
        ]
        return Append(drafts, lambda _: changes)


def _case(row: Row) -> str:
    return str(row["case_id"])
