"""What the read models write when a case changes: its row in the work queue, and its deadlines in the clock's list."""

from collections.abc import Mapping
from datetime import datetime

from services.cases.casefile import Loaded
from services.cases.decisionrow import decision_rows
from services.cases.domain.case import state_name
from services.cases.domain.file import CaseFile
from services.cases.domain.state import (
    Appealed,
    CaseState,
    Contested,
    Decided,
    DismissedFinal,
    Filed,
    Open,
    Unfiled,
    UpheldFinal,
    ended_at,
    penalty,
)
from services.cases.domain.winner import told
from services.cases.incidentrow import incident_rows
from services.cases.tables import CASES, FOREVER_US, OPEN, PENDING
from shared.kit.log.instant import to_us
from shared.kit.log.rows import Put, Remove, Row, RowChange, Unless, Where


def rows_of(before: CaseState, after: Loaded) -> list[RowChange]:
    """Return what the read models write when a case goes from one state to the next; nothing for an unfiled one."""
    state = after.state
    if isinstance(state, Unfiled):
        return []
    return [
        Put(CASES, _row(after, state)),
        *_pending(before, state, after.case_id),
        *incident_rows(before, state, after.case_id),
        *decision_rows(before, state, after.case_id),
    ]


def pending_row(loaded: Loaded, deadline: str) -> RowChange:
    """Return what the clock's work list has to say of one deadline of a case, whatever stands there."""
    due_us = None if isinstance(loaded.state, Unfiled) else _awaited(loaded.state).get(deadline)
    if due_us is None:
        return Remove(PENDING, (loaded.case_id, deadline))
    return Put(PENDING, {"case_id": loaded.case_id, "deadline": deadline, "due_us": due_us})


def unless_clocked(loaded: Loaded) -> Unless:
    """Return the guard of an append by people: time has done nothing to the case since it was loaded."""
    return Unless(CASES, (Where("case_id", "=", loaded.case_id), Where("clock_version", ">", loaded.clock_version)))


def unless_changed(loaded: Loaded) -> Unless:
    """Return the guard of an append by the clock: people have done nothing to the case since it was loaded."""
    return Unless(CASES, (Where("case_id", "=", loaded.case_id), Where("version", ">", loaded.version)))


def _row(loaded: Loaded, state: Filed) -> Row:
    file, ended = state.file, ended_at(state)
    due = _open_deadlines(file, ended)
    next_due, name = min(due, default=(None, None))
    decision = told(state.decision) if isinstance(state, Decided) else {}
    filed = file.filed
    return {
        "case_id": loaded.case_id,
        "version": loaded.version,
        "clock_version": loaded.clock_version,
        "state": OPEN if isinstance(state, Open) else state_name(state, filed.filed_at),
        "notified": int(file.notified is not None),
        "review_from_us": _review_from_us(file),
        "respondent": filed.respondent,
        "complainant": filed.complainant,
        "officer": file.handler,
        "filed_us": to_us(filed.filed_at),
        "first_handling_due_us": to_us(file.first_handling.due),
        "first_handled_us": _us(file.first_handled_at),
        "evidence_due_us": None if file.evidence_due is None else to_us(file.evidence_due.due),
        "resolution_due_us": to_us(file.resolution.due),
        "ended_us": _us(ended),
        "provisional": int(_provisional(file, ended)),
        "breached": " ".join(sorted(file.breached)),
        "breached_from_us": _breached_from_us(state),
        "next_due": name,
        "next_due_us": FOREVER_US if next_due is None else to_us(next_due),
        "appeal_closes_us": 0 if isinstance(state, UpheldFinal | DismissedFinal) else _appeal_closes_us(state),
        "decision": _text(decision.get("id")),
        "decision_type": _text(decision.get("type")),
        "penalty": penalty(state),
        "erased": int(file.erased is not None),
    }


def _open_deadlines(file: CaseFile, ended: datetime | None) -> list[tuple[datetime, str]]:
    if ended is not None:
        return []
    due = [(file.resolution.due, "resolution")]
    if file.first_handled_at is None:
        due.append((file.first_handling.due, "first_handling"))
    return due


def _provisional(file: CaseFile, ended: datetime | None) -> bool:
    if ended is not None:
        return False
    handling = file.first_handled_at is None and file.first_handling.deadline.provisional
    return handling or file.resolution.deadline.provisional


def _review_from_us(file: CaseFile) -> int:
    """The instant from which on the respondent is heard; 0 where answer or waiver have made it so already."""
    if file.defences or file.waived_at is not None:
        return 0
    end = file.window_end("respondent")
    return FOREVER_US if end is None else to_us(end)


def _breached_from_us(state: Filed) -> int:
    """The instant from which on a deadline of the case is breached, unless its work is done before."""
    if state.file.breached:
        return 0
    return min(map(to_us, _missable(state).values()), default=FOREVER_US)


def _missable(state: Filed) -> Mapping[str, datetime]:
    """The deadlines of S11 that were not met in time so far, and when they are due."""
    file, ended = state.file, ended_at(state)
    handled = min((at for at in (file.first_handled_at, ended) if at is not None), default=None)
    dues = {"first_handling": (file.first_handling.due, handled), "resolution": (file.resolution.due, ended)}
    return {name: due for name, (due, done) in dues.items() if done is None or done >= due}


def _appeal_closes_us(state: Filed) -> int:
    if isinstance(state, Appealed | Contested) and state.appeal.returned is not None:
        return to_us(state.appeal.returned.closes_at)
    return FOREVER_US


def _pending(before: CaseState, after: Filed, case_id: str) -> list[RowChange]:
    """What becomes of the clock's work list: what time will make of the case, unless something is done before."""
    was, due = {} if isinstance(before, Unfiled) else _awaited(before), _awaited(after)
    gone = [Remove(PENDING, (case_id, name)) for name in was if name not in due]
    come = [
        Put(PENDING, {"case_id": case_id, "deadline": name, "due_us": at_us})
        for name, at_us in due.items()
        if was.get(name) != at_us
    ]
    return [*gone, *come]


def _awaited(state: Filed) -> dict[str, int]:
    waits = {name: to_us(due) for name, due in _missable(state).items() if name not in state.file.breached}
    waits |= {breach.deadline: to_us(breach.due) for breach in state.file.missed}
    closes_us = _appeal_closes_us(state)
    return waits if closes_us == FOREVER_US else {**waits, "appeal": closes_us}


def _us(at: datetime | None) -> int | None:
    return None if at is None else to_us(at)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
