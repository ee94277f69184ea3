"""What a recall shows: rows of the read model, the proposal as the log has it, reasons from the vault."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from services.cases.decisiontables import DECISIONS, RECALL_ITEMS, RECALLS
from services.cases.domain.recall.events import RecallProposed
from services.cases.domain.recall.state import StateName
from services.cases.queue import instant, number
from services.cases.recallpublication import from_stored
from services.cases.recallshapes import CriteriaView, RecallAnswer, RecallItem, RecallSummary, RecallView
from shared.kit.log.instant import from_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Row, Where

MAX_PAGE = 200  # recalls, or decisions, of one page


def read_recalls(log: EventLog, limit: int, after: Sequence[Any]) -> list[RecallSummary]:
    """Return at most `limit` recalls by proposal, the oldest first, from behind that one."""
    rows = log.select(RECALLS, order=("proposed_us",), limit=limit, after=after)
    return [RecallSummary(**_summary(row)) for row in rows]


def recall_view(log: EventLog, row: Row, texts: Mapping[str, str]) -> RecallView:
    """Return one recall; `texts` are those of its key in the vault, by digest."""
    proposed = _proposal(log, row)
    return RecallView(
        **_summary(row),
        criteria=CriteriaView(**asdict(proposed.criteria)),
        as_of=proposed.as_of,
        reason=texts.get(proposed.reason_digest),
        answer=_answer(row, texts),
    )


def read_items(log: EventLog, recall_id: str, after: int, limit: int) -> list[RecallItem]:
    """Return at most `limit` (up to `MAX_PAGE`) decisions with a number above `after`, in order."""
    where = (Where("recall_id", "=", recall_id), Where("number", ">", after))
    items = log.select(RECALL_ITEMS, *where, order=("number",), limit=limit)
    named = [item["decision"] for item in items]
    rows = log.select(DECISIONS, Where("decision", "in", named), limit=MAX_PAGE) if named else []
    accounts = {row["decision"]: str(row["respondent"]) for row in rows}
    return [_item(item, accounts[item["decision"]]) for item in items]


def _summary(row: Row) -> dict[str, Any]:
    selected, settled = number(row, "selected"), number(row, "settled")
    return {
        "recall_id": row["recall_id"],
        "version": row["version"],
        "state": cast("StateName", row["state"]),
        "proposed_by": row["proposed_by"],
        "proposed_at": instant(row, "proposed_us"),
        "answered_by": row["answered_by"],
        "selected": selected,
        "revoked": row["revoked"],
        "passed_over": row["passed_over"],
        "remaining": selected - settled,
        "completed_at": instant(row, "completed_us"),
    }


def _proposal(log: EventLog, row: Row) -> RecallProposed:
    (stored,) = log.read(number(row, "position") - 1, 1).events
    proposed = from_stored(stored).event
    assert isinstance(proposed, RecallProposed)  # noqa: S101  # the row has the position of the proposal
    return proposed


def _answer(row: Row, texts: Mapping[str, str]) -> RecallAnswer | None:
    answered = instant(row, "answered_us")
    if answered is None:
        return None
    return RecallAnswer(by=str(row["answered_by"]), at=answered, reason=texts.get(str(row["answer_digest"])))


def _item(item: Row, respondent: str) -> RecallItem:
    shown = {name: item[name] for name in RecallItem.model_fields if name in item}
    at = item["settled_us"]
    return RecallItem.model_validate(
        {**shown, "respondent": respondent, "at": from_us(at) if isinstance(at, int) else None}
    )
