"""The facts that time makes of a case: its deadlines of S11 passed with their work undone. They never block anybody."""

from datetime import datetime
from typing import Final, Literal, TypeAlias

from services.cases.domain.events import DeadlineBreached
from services.cases.domain.state import CaseState, Filed, Unfiled, ended_at

DeadlineName: TypeAlias = Literal["first_handling", "resolution"]
DEADLINES: Final[tuple[DeadlineName, ...]] = ("first_handling", "resolution")


def breaches(state: CaseState, now: datetime) -> list[DeadlineBreached]:
    """Return the breaches known at `now` that are not on record yet, in order of `DEADLINES`.

    A deadline is breached at its due instant unless its work was done before it: stepping in, or for both the end of
    the case (a decision's recorded time, a withdrawal, a merger, a refusal). Work done late does not undo a breach,
    nor does deciding anew: first come those of deadlines that a reopening replaced.
    """
    if isinstance(state, Unfiled):
        return []
    before = [breach for breach in state.file.missed if breach.due <= now]
    return before + [breach for breach in _standing(state, now) if breach.deadline not in state.file.breached]


def breached(state: CaseState, now: datetime) -> frozenset[str]:
    """Return which deadlines, as they stand, have passed by `now` with their work undone, on record or not."""
    if isinstance(state, Unfiled):
        return frozenset()
    return state.file.breached | {breach.deadline for breach in _standing(state, now)}


def _standing(state: Filed, now: datetime) -> list[DeadlineBreached]:
    file, ended = state.file, ended_at(state)
    handled = min((at for at in (file.first_handled_at, ended) if at is not None), default=None)
    found = []
    for name, deadline, done in (
        (DEADLINES[0], file.first_handling.deadline, handled),
        (DEADLINES[1], file.resolution.deadline, ended),
    ):
        if deadline.due <= now and (done is None or done >= deadline.due):
            found.append(DeadlineBreached(name, deadline.due, deadline.provisional))
    return found
