"""The facts that time makes of a case: its deadlines of S11 passed with their work undone. They never block anybody."""

from datetime import datetime
from typing import Final, Literal, TypeAlias

from services.cases.domain.events import DeadlineBreached
from services.cases.domain.state import CaseState, Unfiled, ended_at

DeadlineName: TypeAlias = Literal["first_handling", "resolution"]
DEADLINES: Final[tuple[DeadlineName, ...]] = ("first_handling", "resolution")


def breaches(state: CaseState, now: datetime) -> list[DeadlineBreached]:
    """Return the breaches known at `now` that are not on record yet, in order of `DEADLINES`.

    A deadline is breached at its due instant unless its work was done before it: stepping in, or for both the end of
    the case (a decision's recorded time, a withdrawal, a merger, a refusal). Work done late does not undo a breach.
    """
    if isinstance(state, Unfiled):
        return []
    file, ended = state.file, ended_at(state)
    handled = min((at for at in (file.first_handled_at, ended) if at is not None), default=None)
    found = []
    for name, deadline, done in (
        (DEADLINES[0], file.first_handling.deadline, handled),
        (DEADLINES[1], file.resolution.deadline, ended),
    ):
        missed = deadline.due <= now and (done is None or done >= deadline.due)
        if missed and name not in file.breached:
            found.append(DeadlineBreached(name, deadline.due, deadline.provisional))
    return found
