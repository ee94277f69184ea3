"""Applies confirmed recalls: one revocation per case, each a fact of its own, resumed wherever the log says it stopped.

Every append settles one decision together with its row and the recall's: so nothing is revoked twice, whatever is
killed when. Where somebody else was first in a case, the case's own rules say what that means for the recall.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import structlog

from services.cases.casefile import load
from services.cases.decisiontables import RECALL_ITEMS, RECALLS
from services.cases.domain.case import World, decide
from services.cases.domain.commands import RevokeInRecall
from services.cases.domain.events import DecisionRevoked
from services.cases.domain.matters import matter_of
from services.cases.domain.recall.decider import passed_over
from services.cases.domain.recall.events import RecallCompleted, RecallPassedOver, Selected
from services.cases.domain.state import Unfiled
from services.cases.incidentrow import related_to
from services.cases.queue import number
from services.cases.recallpublication import By, to_draft
from services.cases.recallrow import completed_rows, settled_rows, unless_further
from services.cases.request import own_request
from services.cases.unit import Unit
from shared.kit.cloudevent import Draft
from shared.kit.decider import Recorded, Refusal
from shared.kit.log.instant import Clock
from shared.kit.log.model import Append, EventLog, Stamp
from shared.kit.log.rows import Row, RowChange, Where

ACTOR: Final = "recall"
MOST: Final = 1000  # decisions of one round of chores

_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class RecallWorker:
    """Settles what confirmed recalls have selected. `work` may run anywhere, any number of times, and be killed."""

    log: EventLog
    world: World
    clock: Clock

    def work(self, stop: threading.Event) -> int:
        """Settle decisions until none is left or `stop` is set; return how many appends that took.

        Raises:
            LogUnavailable, UnknownEvent: see there; what was settled before stays.
        """
        done = 0
        while not stop.is_set() and self.step():
            done += 1
        return done

    def some(self) -> int:
        """Settle up to `MOST` decisions and return 0: what is left waits for the next round, as other chores do not."""
        for _ in range(MOST):
            if not self.step():
                break
        return 0

    def step(self) -> bool:
        """Settle one decision, or end a recall with nothing left; return whether anything was there to do."""
        applying = self.log.select(RECALLS, Where("state", "=", "applying"), order=("proposed_us",), limit=1)
        for recall in applying:
            left = (Where("recall_id", "=", recall["recall_id"]), Where("outcome", "=", "pending"))
            items = self.log.select(RECALL_ITEMS, *left, order=("number",), limit=1)
            self.log.append(self._settle(recall, items[0]) if items else _complete(recall))
        return bool(applying)

    def _settle(self, recall: Row, item: Row) -> Append:
        """What becomes of one decision. A conflict is no matter: the next step looks at the case as it is then."""
        loaded = load(self.log, str(item["case_id"]))
        now, recall_id, decision = self.clock(), str(recall["recall_id"]), str(item["decision"])
        supervisors = str(recall["proposed_by"]), str(recall["answered_by"])
        said = decide(loaded.state, RevokeInRecall(recall_id, decision, *supervisors, now), self.world)
        guard = unless_further(recall)
        if isinstance(said, Refusal):
            left = passed_over(Selected(decision, loaded.case_id), said)
            draft = _own(recall, left)
            return Append([draft], lambda stamps: _settled(recall, item, left, draft, stamps), unless=[guard])
        (revoked,) = said
        assert isinstance(revoked, DecisionRevoked)  # noqa: S101  # the case's decider makes nothing else of it
        assert not isinstance(loaded.state, Unfiled)  # noqa: S101  # and of no case that was never filed
        related = related_to(self.log, matter_of(loaded.state.file.filed), loaded.case_id, None)
        unit = Unit(own_request(loaded.case_id, ACTOR, ACTOR, now), loaded, said, related).append()
        return replace(
            unit,
            rows=lambda stamps: [*unit.rows(stamps), *_settled(recall, item, revoked, unit.events[0], stamps)],
            unless=[*unit.unless, guard],
        )


def _settled(
    recall: Row, item: Row, fact: DecisionRevoked | RecallPassedOver, draft: Draft, stamps: Sequence[Stamp]
) -> list[RowChange]:
    (stamp,) = stamps
    return settled_rows(recall, item, Recorded(fact, draft.id, stamp.position, stamp.recorded_at))


def _complete(recall: Row) -> Append:
    completed = RecallCompleted(number(recall, "revoked"), number(recall, "passed_over"))
    draft = _own(recall, completed)

    def rows(stamps: Sequence[Stamp]) -> list[RowChange]:
        (stamp,) = stamps
        return completed_rows(recall, Recorded(completed, draft.id, stamp.position, stamp.recorded_at))

    return Append([draft], rows)


def _own(recall: Row, fact: RecallPassedOver | RecallCompleted) -> Draft:
    version = number(recall, "version") + 1
    return to_draft(fact, str(recall["recall_id"]), version=version, by=By(ACTOR, ACTOR))
