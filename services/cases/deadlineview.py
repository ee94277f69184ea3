"""The deadlines of a case as they are shown: in UTC and in the rulebook's zone."""

from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain.breaches import breached
from services.cases.domain.case import CaseState
from services.cases.domain.file import Running
from services.cases.domain.state import Appealed, Contested, Dismissed, Filed, Unfiled, Upheld
from services.cases.shapes import DeadlineView
from shared.rulebook.model import ZONE, Deadline

Name: TypeAlias = Literal["evidence", "first_handling", "resolution", "appeal"]


def local(at: datetime) -> str:
    """Return the instant as people in the rulebook's zone write it, with its offset."""
    return at.astimezone(ZONE).isoformat()


def deadlines(state: CaseState, now: datetime) -> list[DeadlineView]:
    """Return the deadlines that the case has so far, by due instant. An appeal's stands still while it is held."""
    if isinstance(state, Unfiled):
        return []
    file = state.file
    late = breached(state, now)
    known = [
        _shown("first_handling", file.first_handling, now, late),
        _shown("resolution", file.resolution, now, late),
    ]
    if file.evidence_due is not None:
        known.append(_shown("evidence", file.evidence_due, now, late))
    closes = _appeal_closes(state)
    if closes is not None:
        window = Running(Deadline(closes, provisional=False), "receipt", closes)
        known.append(_shown("appeal", window, now, late))
    return sorted(known, key=lambda view: (view.due, view.name))


def _shown(name: Name, running: Running, now: datetime, late: frozenset[str]) -> DeadlineView:
    return DeadlineView(
        name=name,
        due=running.due,
        due_local=local(running.due),
        provisional=running.deadline.provisional,
        over=running.due <= now,
        breached=name in late,
        extended=running.basis in ("fixed", "window"),
    )


def _appeal_closes(state: Filed) -> datetime | None:
    if isinstance(state, Upheld | Dismissed) and state.notified is not None:
        return state.notified.appeal_due
    if isinstance(state, Appealed | Contested) and state.appeal.returned is not None:
        return state.appeal.returned.closes_at
    return None
