"""What the read models write when a case changes: its row in the work queue, and its deadlines in the clock's list."""

from datetime import datetime

from services.cases.domain.case import CaseState, state_name
from services.cases.domain.state import CaseFile, Dismissed, Open, Unfiled, Upheld, Withdrawn
from services.cases.domain.winner import winner
from services.cases.tables import CASES, FOREVER_US, OPEN, PENDING
from shared.kit.log.instant import to_us
from shared.kit.log.rows import Put, Remove, Row, RowChange


def rows_of(before: CaseState, after: CaseState, case_id: str, version: int) -> list[RowChange]:
    """Return what the read models write when a case goes from one state to the next; nothing for an unfiled one."""
    if isinstance(after, Unfiled):
        return []
    return [Put(CASES, _row(after, case_id, version)), *_pending(before, after, case_id)]


def _row(state: CaseState, case_id: str, version: int) -> Row:
    assert not isinstance(state, Unfiled)  # noqa: S101  # the caller has looked
    file, ended = state.file, ended_at(state)
    due = _open_deadlines(file, ended)
    next_due, name = min(due, default=(None, None))
    decision = winner(state) if isinstance(state, Upheld | Dismissed) else {}
    filed = file.filed
    return {
        "case_id": case_id,
        "version": version,
        "state": OPEN if isinstance(state, Open) else state_name(state, filed.filed_at),
        "notified": int(file.notified is not None),
        "review_from_us": _review_from_us(file),
        "respondent": filed.respondent,
        "complainant": filed.complainant,
        "officer": file.handler,
        "filed_us": to_us(filed.filed_at),
        "first_handling_due_us": to_us(filed.first_handling_due.due),
        "first_handled_us": _us(file.first_handled_at),
        "evidence_due_us": None if file.notified is None else to_us(file.notified.evidence_due.due),
        "resolution_due_us": to_us(filed.resolution_due.due),
        "ended_us": _us(ended),
        "provisional": int(_provisional(file, ended)),
        "next_due": name,
        "next_due_us": FOREVER_US if next_due is None else to_us(next_due),
        "decision": _text(decision.get("id")),
        "decision_type": _text(decision.get("type")),
    }


def _open_deadlines(file: CaseFile, ended: datetime | None) -> list[tuple[datetime, str]]:
    if ended is not None:
        return []
    due = [(file.filed.resolution_due.due, "resolution")]
    if file.first_handled_at is None:
        due.append((file.filed.first_handling_due.due, "first_handling"))
    return due


def _provisional(file: CaseFile, ended: datetime | None) -> bool:
    if ended is not None:
        return False
    handling = file.first_handled_at is None and file.filed.first_handling_due.provisional
    return handling or file.filed.resolution_due.provisional


def _review_from_us(file: CaseFile) -> int:
    """The instant from which on the respondent is heard; 0 where answer or waiver have made it so already."""
    if file.defences or file.waived_at is not None:
        return 0
    end = file.window_end("respondent")
    return FOREVER_US if end is None else to_us(end)


def _pending(before: CaseState, after: CaseState, case_id: str) -> list[RowChange]:
    """What becomes of the clock's work list: both deadlines join with the filing, one leaves when it is met in time."""
    assert not isinstance(after, Unfiled)  # noqa: S101  # the caller has looked
    filed = after.file.filed
    dues = {"first_handling": filed.first_handling_due.due, "resolution": filed.resolution_due.due}
    if isinstance(before, Unfiled):
        return [
            Put(PENDING, {"case_id": case_id, "deadline": name, "due_us": to_us(due)}) for name, due in dues.items()
        ]
    done = _done(after)
    already = _done(before)
    return [
        Remove(PENDING, (case_id, name))
        for name, at in done.items()
        if at is not None and already[name] is None and at < dues[name]
    ]


def _done(state: CaseState) -> dict[str, datetime | None]:
    assert not isinstance(state, Unfiled)  # noqa: S101  # the callers have looked
    ended = ended_at(state)
    handled = min((at for at in (state.file.first_handled_at, ended) if at is not None), default=None)
    return {"first_handling": handled, "resolution": ended}


def ended_at(state: CaseState) -> datetime | None:
    """Return when nothing was left to do: the decision's recorded time, or the withdrawal."""
    match state:
        case Upheld() | Dismissed():
            return state.decision.recorded_at
        case Withdrawn():
            return state.withdrawn_at
        case _:
            return None


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
