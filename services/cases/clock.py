"""The facts that time makes: a deadline passed with its work undone, an appeal that came to nothing.

Breaches stand on the clock's own stream, so that an officer's If-Match is never broken by them. A lapsed appeal is a
step of the case like any other, taken by the clock: it stands on the case's stream.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from services.cases.announcements import lapse
from services.cases.casefile import Loaded, fold, load
from services.cases.caserow import pending_row, rows_of, unless_changed
from services.cases.domain.breaches import breaches
from services.cases.domain.case import World, decide
from services.cases.domain.commands import LapseAppeal
from services.cases.domain.events import ClockEvent
from services.cases.domain.state import Unfiled
from services.cases.publication import Provenance, to_draft
from services.cases.request import own_request
from services.cases.tables import PENDING
from services.cases.unit import Unit
from shared.kit.decider import Recorded, Refusal
from shared.kit.ids import uuid7
from shared.kit.log.instant import to_us
from shared.kit.log.model import Append, Appended, EventLog, Stamp
from shared.kit.log.rows import Row, RowChange, Where

BATCH: Final = 200  # deadlines of one transaction
ACTOR: Final = "clock"


@dataclass(frozen=True)
class Ticker:
    """Looks for deadlines that have passed. `tick` may run anywhere, any number of times: each is recorded once."""

    log: EventLog
    world: World

    def tick(self, now: datetime) -> int:
        """Record what time has made of cases by `now`, drop announcements that have lapsed; return the facts recorded.

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
        """What time has made of one case. Where that is nothing, its deadlines were moved since they were read."""
        loaded = load(self.log, case_id)
        if not isinstance(loaded.state, Unfiled):
            found = breaches(loaded.state, now)
            if found:
                return clocked(loaded, found)
            lapsed = decide(loaded.state, LapseAppeal(now), self.world)
            if not isinstance(lapsed, Refusal):
                return Unit(own_request(case_id, ACTOR, ACTOR, now), loaded, lapsed).append()
        changes = [pending_row(loaded, str(row["deadline"])) for row in rows]
        return Append(rows=lambda _: changes, unless=[unless_changed(loaded)])


def clocked(loaded: Loaded, events: Sequence[ClockEvent]) -> Append:
    """Return the append of facts to the clock's stream of a filed case, refused where people have changed the case."""
    state = loaded.state
    assert not isinstance(state, Unfiled)  # noqa: S101  # the callers have looked
    provenance = Provenance(loaded.case_id, state.file.filed.respondent, ACTOR, ACTOR)
    drafts = [
        to_draft(event, event_id=uuid7(), version=loaded.clock_version + nth, provenance=provenance)
        for nth, event in enumerate(events, start=1)
    ]

    def rows(stamps: Sequence[Stamp]) -> list[RowChange]:
        facts = [
            Recorded(event, draft.id, stamp.position, stamp.recorded_at)
            for event, draft, stamp in zip(events, drafts, stamps, strict=True)
        ]
        after = replace(loaded, state=fold(state, facts), clock_version=loaded.clock_version + len(facts))
        return rows_of(state, after)

    return Append(drafts, rows, unless=[unless_changed(loaded)])


def _case(row: Row) -> str:
    return str(row["case_id"])
