"""The deadlines of a case as they are shown: in UTC and in the rulebook's zone."""

from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain.breaches import breaches
from services.cases.domain.case import CaseState
from services.cases.domain.state import Dismissed, Unfiled, Upheld
from services.cases.shapes import DeadlineView
from shared.rulebook.model import ZONE, Deadline

Name: TypeAlias = Literal["evidence", "first_handling", "resolution", "appeal"]


def local(at: datetime) -> str:
    """Return the instant as people in the rulebook's zone write it, with its offset."""
    return at.astimezone(ZONE).isoformat()


def deadlines(state: CaseState, now: datetime) -> list[DeadlineView]:
    """Return the deadlines that the case has so far, by due instant."""
    if isinstance(state, Unfiled):
        return []
    file = state.file
    known: list[tuple[Name, Deadline]] = [
        ("first_handling", file.filed.first_handling_due),
        ("resolution", file.filed.resolution_due),
    ]
    if file.notified is not None:
        known.append(("evidence", file.notified.evidence_due))
    if isinstance(state, Upheld | Dismissed) and state.notified is not None:
        known.append(("appeal", Deadline(state.notified.appeal_due, provisional=False)))
    breached = {breach.deadline for breach in breaches(state, now, set())}
    views = [
        DeadlineView(
            name=name,
            due=deadline.due,
            due_local=local(deadline.due),
            provisional=deadline.provisional,
            over=deadline.due <= now,
            breached=name in breached,
        )
        for name, deadline in known
    ]
    return sorted(views, key=lambda view: (view.due, view.name))
