"""The facts that time makes of a case: its deadlines of S11 passed with their work undone. They never block anybody."""

from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import Final, Literal, TypeAlias, assert_never

from services.cases.domain.events import DeadlineBreached
from services.cases.domain.state import (
    CaseState,
    Dismissed,
    Open,
    OverrideProposed,
    SevereProposed,
    Unfiled,
    Upheld,
    Withdrawn,
)

DeadlineName: TypeAlias = Literal["first_handling", "resolution"]
DEADLINES: Final[tuple[DeadlineName, ...]] = ("first_handling", "resolution")


def breaches(state: CaseState, now: datetime, already: AbstractSet[str]) -> list[DeadlineBreached]:
    """Return the breaches known at `now` that are not `already` recorded, in order of `DEADLINES`.

    A deadline is breached at its due instant unless its work was done before it: stepping in, or for both the end of
    the case (a decision's recorded time, a withdrawal). Work done late does not undo a breach.
    """
    if isinstance(state, Unfiled):
        return []
    filed, ended = state.file.filed, _ended_at(state)
    handled = min((at for at in (state.file.first_handled_at, ended) if at is not None), default=None)
    found = []
    for name, deadline, done in (
        (DEADLINES[0], filed.first_handling_due, handled),
        (DEADLINES[1], filed.resolution_due, ended),
    ):
        missed = deadline.due <= now and (done is None or done >= deadline.due)
        if missed and name not in already:
            found.append(DeadlineBreached(name, deadline.due, deadline.provisional))
    return found


def _ended_at(state: Open | SevereProposed | OverrideProposed | Upheld | Dismissed | Withdrawn) -> datetime | None:
    match state:
        case Open() | SevereProposed() | OverrideProposed():
            return None
        case Upheld() | Dismissed():
            return state.decision.recorded_at
        case Withdrawn():
            return state.withdrawn_at
        case _:
            assert_never(state)
