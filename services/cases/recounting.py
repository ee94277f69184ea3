"""After a start with other calendars: the open deadlines of running cases are counted anew, with a fact per case.

A calendar is published by putting its file into the folder and starting the service again. Which calendars the stored
deadlines rest on is a row; where it names others than are published now, every running case is looked at.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from services.cases.casefile import load
from services.cases.clock import clocked
from services.cases.domain.recounting import recount
from services.cases.domain.world import World
from services.cases.tables import CASES, WORLD
from shared.kit.log.model import Append, Appended, EventLog
from shared.kit.log.rows import Put, Value, Where, resume
from shared.rulebook.model import Calendars

BATCH: Final = 200  # cases of one transaction
CALENDARS: Final = "calendars"


class Recounter:
    """Works through the running cases in the order of their ids. Cut short, it begins anew: nothing is told twice."""

    def __init__(self, log: EventLog, world: World) -> None:
        self._log, self._world = log, world
        self._digest = published(world.calendars)
        self._after: tuple[Value, ...] = ()
        self._done = False

    @property
    def done(self) -> bool:
        """Whether every deadline that can still be met rests on the calendars as they are published."""
        return self._done

    def step(self, now: datetime) -> int:
        """Recount the next cases, at most `BATCH`, as of `now`; return how many were looked at, 0: all are done.

        Raises:
            LogUnavailable, UnknownEvent: see there; what was recorded before stays.
        """
        self._done = self._done or self._recorded()
        if self._done:
            return 0
        rows = self._log.select(CASES, Where("ended_us", "null"), limit=BATCH, after=self._after)
        if not rows:
            self._log.append(Append(rows=lambda _: [Put(WORLD, {"name": CALENDARS, "digest": self._digest})]))
            self._done = True
            return 0
        self._record([str(row["case_id"]) for row in rows], now)
        self._after = resume(CASES, (), rows[-1])
        return len(rows)

    def _recorded(self) -> bool:
        row = self._log.get(WORLD, CALENDARS)
        return row is not None and row["digest"] == self._digest

    def _record(self, case_ids: Sequence[str], now: datetime) -> None:
        """Record what changes; a case that somebody else wrote to meanwhile is looked at again."""
        while case_ids:
            found = [(case_id, self._append(case_id, now)) for case_id in case_ids]
            changed = [(case_id, append) for case_id, append in found if append is not None]
            outcomes = self._log.append_batch([append for _, append in changed])
            case_ids = [
                case_id
                for (case_id, _), outcome in zip(changed, outcomes, strict=True)
                if not isinstance(outcome, Appended)
            ]

    def _append(self, case_id: str, now: datetime) -> Append | None:
        loaded = load(self._log, case_id)
        fact = recount(loaded.state, self._world, now)
        return None if fact is None else clocked(loaded, [fact])


def published(calendars: Calendars) -> str:
    """Return the SHA-256 (64 hexadecimal digits) of which calendars are published: their ids and digests, by year."""
    named = [f"{year.ref.id} {year.ref.digest}\n" for _, year in sorted(calendars.years.items())]
    return hashlib.sha256("".join(named).encode()).hexdigest()
