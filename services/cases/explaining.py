"""A recall explained from the log alone: its own facts and the revocations that name it, no read model, no vault."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from services.cases.domain.events import DecisionRevoked
from services.cases.domain.recall.events import RecallPassedOver, Selected
from services.cases.domain.recall.state import Recall
from services.cases.publication import case_stream, from_stored
from services.cases.recallfile import load_recall
from shared.kit.decider import Recorded
from shared.kit.log.model import EventLog

STREAMS: Final = 100  # cases read at once


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a selected decision, by which fact. Pending: nothing so far."""

    decision: str
    case_id: str
    outcome: Literal["pending", "revoked", "passed_over"]
    event: str | None = None
    position: int | None = None
    at: datetime | None = None
    code: str | None = None
    winner: str | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A recall with what it made of each decision, in the order in which the decisions were made."""

    recall_id: str
    state: str
    recall: Recall
    outcomes: tuple[Outcome, ...]


def explain(log: EventLog, recall_id: str) -> Explanation | None:
    """Return what the log says of a recall, None where it knows none of this id.

    Raises:
        UnknownEvent, LogUnavailable: see there.
    """
    recall = load_recall(log, recall_id).state
    if recall is None:
        return None
    left = {fact.event.decision: fact for fact in recall.passed_over}
    outcomes: list[Outcome] = []
    for at in range(0, len(recall.selected), STREAMS):
        part = recall.selected[at : at + STREAMS]
        revoked = dict(_revocations(log, recall_id, part))
        outcomes += (_outcome(one, revoked.get(one.case_id), left.get(one.decision)) for one in part)
    return Explanation(recall_id, recall.name, recall, tuple(outcomes))


def _revocations(
    log: EventLog, recall_id: str, part: Sequence[Selected]
) -> Iterator[tuple[str, Recorded[DecisionRevoked]]]:
    """Yield the revocations of this recall with their cases; of one case there is one at the most."""
    cases = {case_stream(one.case_id): one.case_id for one in part}
    for stored in log.stream(*cases):
        fact = from_stored(stored)
        if isinstance(fact.event, DecisionRevoked) and fact.event.recall == recall_id:
            yield cases[stored.stream], Recorded(fact.event, fact.id, fact.position, fact.recorded_at)


def _outcome(
    selected: Selected, revoked: Recorded[DecisionRevoked] | None, left: Recorded[RecallPassedOver] | None
) -> Outcome:
    named = selected.decision, selected.case_id
    if revoked is not None:
        return Outcome(*named, "revoked", revoked.id, revoked.position, revoked.recorded_at)
    if left is not None:
        told = left.event.code, left.event.winner
        return Outcome(*named, "passed_over", left.id, left.position, left.recorded_at, *told)
    return Outcome(*named, "pending")
