"""What the read models tell of a recall: how far it is, and what became of each of its decisions."""

from services.cases.decisiontables import RECALL_ITEMS, RECALLS
from services.cases.domain.events import DecisionRevoked
from services.cases.domain.recall.events import RecallCompleted, RecallPassedOver, RecallWithdrawn
from services.cases.domain.recall.state import Recall, answered_by
from services.cases.queue import number
from services.cases.recallfile import LoadedRecall
from shared.kit.decider import Recorded
from shared.kit.log.instant import to_us
from shared.kit.log.rows import Put, Row, RowChange, Unless, Value, Where


def recall_rows(before: LoadedRecall, after: LoadedRecall) -> list[RowChange]:
    """Return the rows of a recall that was just proposed, with its decisions, or just answered."""
    state = after.state
    if state is None:
        return []
    made = [_pending(after.recall_id, state, nth) for nth in range(len(state.selected))] if before.state is None else []
    return [Put(RECALLS, _row(after, state)), *(Put(RECALL_ITEMS, row) for row in made)]


def _row(loaded: LoadedRecall, state: Recall) -> Row:
    proposed = state.proposed
    return {
        "recall_id": loaded.recall_id,
        "version": loaded.version,
        "position": proposed.position,
        "state": state.name,
        "proposed_by": proposed.event.proposed_by,
        "proposed_us": to_us(proposed.event.proposed_at),
        **_answer(state),
        "selected": len(state.selected),
        "revoked": 0,
        "passed_over": 0,
        "settled": 0,
        "completed_us": None,
    }


def _answer(state: Recall) -> dict[str, Value]:
    if state.answer is None:
        return {"answered_by": None, "answered_us": None, "answer_digest": None}
    event = state.answer.event
    digest = "" if isinstance(event, RecallWithdrawn) else event.reason_digest
    at_us = to_us(state.answer.recorded_at)
    return {"answered_by": answered_by(event), "answered_us": at_us, "answer_digest": digest or None}


def _pending(recall_id: str, state: Recall, nth: int) -> Row:
    selected = state.selected[nth]
    named = {"decision": selected.decision, "case_id": selected.case_id}
    return {"recall_id": recall_id, "number": nth + 1, **named, "outcome": "pending"}


def settled_rows(recall: Row, item: Row, fact: Recorded[DecisionRevoked | RecallPassedOver]) -> list[RowChange]:
    """Return the rows of a recall that has just revoked one of its decisions, or passed it over."""
    event, left = fact.event, isinstance(fact.event, RecallPassedOver)
    counted = "passed_over" if left else "revoked"
    progress = {name: number(recall, name) + 1 for name in (counted, "settled")}
    told: Row = {
        "outcome": counted,
        "event": fact.id,
        "position": fact.position,
        "settled_us": to_us(fact.recorded_at),
        "code": event.code if isinstance(event, RecallPassedOver) else None,
        "winner": event.winner if isinstance(event, RecallPassedOver) else None,
    }
    version = number(recall, "version") + int(left)
    return [Put(RECALLS, {**recall, **progress, "version": version}), Put(RECALL_ITEMS, {**item, **told})]


def completed_rows(recall: Row, fact: Recorded[RecallCompleted]) -> list[RowChange]:
    """Return the row of a recall that has just come to its end."""
    version, at_us = number(recall, "version") + 1, to_us(fact.recorded_at)
    return [Put(RECALLS, {**recall, "state": "completed", "completed_us": at_us, "version": version})]


def unless_further(recall: Row) -> Unless:
    """Return the guard of an append that goes on with a recall: nobody has gone on with it since this row was read."""
    same = Where("recall_id", "=", recall["recall_id"])
    return Unless(RECALLS, (same, Where("settled", ">", recall["settled"])))
