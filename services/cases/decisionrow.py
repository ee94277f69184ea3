"""Every decision as a row: what was decided by whom and when, and what became of it since.

Recalls select from these rows, and statistics count them. A case that is decided anew after its dismissal was
overturned has a row for each decision.
"""

from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias

from services.cases.decisiontables import DECISIONS
from services.cases.domain.events import AppealLapsed, ComplaintDismissed, DecisionReversed, SevereViolationUpheld
from services.cases.domain.file import CaseFile
from services.cases.domain.state import (
    Appealed,
    CaseState,
    Contested,
    Decided,
    Dismissed,
    DismissedFinal,
    Filed,
    Regraded,
    Reversed,
    Upheld,
    UpheldFinal,
    penalty,
)
from shared.kit.log.instant import to_us
from shared.kit.log.rows import Put, Row, RowChange, Value

Fate: TypeAlias = Literal["stands", "rejected", "lapsed", "reversed", "regraded", "revoked", "overturned"]


class _Became(NamedTuple):
    """What became of a decision, since when (None where it just stands), and in which recall."""

    fate: Fate
    at: datetime | None = None
    recall: str | None = None


def decision_rows(before: CaseState, after: Filed, case_id: str) -> list[RowChange]:
    """Return the rows of the decisions that the case's step from one state to the next made, or changed."""
    was = _row(before, case_id, _became(before), appealed=_appealed(before)) if isinstance(before, Decided) else None
    if not isinstance(after, Decided):
        return [] if was is None else [Put(DECISIONS, {**was, **_fate(_overturned(after.file))})]
    same = was is not None and was["decision"] == after.decision.id
    if same and isinstance(before, Reversed):
        return []  # a violation that is undone stays so, and its state no longer tells of an appeal
    appealed = _appealed(after) or (same and _appealed(before))
    row = _row(after, case_id, _became(after), appealed=appealed)
    return [] if row == was else [Put(DECISIONS, row)]


def _row(state: Decided, case_id: str, became: _Became, *, appealed: bool) -> Row:
    filed, decision = state.file.filed, state.decision
    return {
        "decision": decision.id,
        "case_id": case_id,
        "position": decision.position,
        "respondent": filed.respondent,
        "rulebook": decision.event.rulebook.id,
        "officer": decision.event.officer,
        "detector": filed.detector,
        "filed_us": to_us(filed.filed_at),
        "decided_us": to_us(decision.recorded_at),
        "counts": penalty(state),
        "appealed": int(appealed),
        **_ruling(state),
        **_fate(became),
    }


def _ruling(state: Decided) -> Row:
    event = state.decision.event
    if isinstance(event, ComplaintDismissed):
        return {"outcome": "dismissed", "track": None, "ground": event.ground, "grade": None, "confirmed_by": None}
    track = "severe" if isinstance(event, SevereViolationUpheld) else "ordinary"
    named = {"grade": event.grade, "confirmed_by": event.confirmed_by}
    return {"outcome": "upheld", "track": track, "ground": None, **named}


def _fate(became: _Became) -> dict[str, Value]:
    at_us = None if became.at is None else to_us(became.at)
    return {"fate": became.fate, "fate_us": at_us, "recall": became.recall}


def _appealed(state: CaseState) -> bool:
    """Whether the state itself tells of an appeal, or a contested dismissal."""
    if isinstance(state, Reversed):
        return isinstance(state.undone.event, DecisionReversed)
    return isinstance(state, Appealed | Contested | UpheldFinal | DismissedFinal | Regraded)


def _overturned(reopened: CaseFile) -> _Became:
    """What became of a dismissal whose case has just been opened again: its new deadline runs from that instant."""
    return _Became("overturned", reopened.resolution.since)


def _became(state: Decided) -> _Became:
    match state:
        case Upheld() | Dismissed() | Appealed() | Contested():
            return _Became("stands")
        case UpheldFinal() | DismissedFinal():
            ended = state.ended.event
            if isinstance(ended, AppealLapsed):
                return _Became("lapsed", ended.lapsed_at)
            return _Became("rejected", state.ended.recorded_at)
        case Regraded():
            return _Became("regraded", state.regrade.recorded_at)
        case Reversed():
            undone, at = state.undone.event, state.undone.recorded_at
            if isinstance(undone, DecisionReversed):
                return _Became("reversed", at)
            return _Became("revoked", at, undone.recall)
