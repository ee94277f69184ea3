"""Deadlines counted anew once a calendar says more, or other than before. Source: domain rules §4."""

from datetime import datetime

from services.cases.domain import deadlines
from services.cases.domain.events import DeadlineName, DeadlinesRecomputed, Recomputed
from services.cases.domain.file import CaseFile, Running
from services.cases.domain.noting import recomputed
from services.cases.domain.state import CaseState, Open, OverrideProposed, SevereProposed
from services.cases.domain.world import World
from shared.kit.decider import Refusal
from shared.rulebook.model import Calendars, Deadline, Deadlines


def recount(state: CaseState, world: World, now: datetime) -> DeadlinesRecomputed | None:
    """Return what the calendars change in the deadlines of a case that still runs; None where nothing changes.

    A deadline that a supervisor set stays, and so does one whose work is done or that has passed by `now`. None is
    moved to an instant that has passed: it was not due then, and nobody could meet it any more.
    """
    if not isinstance(state, Open | SevereProposed | OverrideProposed):
        return None
    file = state.file
    version = world.pinned(file.filed)
    if isinstance(version, Refusal):
        return None
    changes = []
    for name in _open(file):
        running = file.running(name)
        if running is None or file.passed(name, now):
            continue
        counted = _counted(name, running, version.deadlines, world.calendars)
        if name == "resolution" and running.basis != "fixed":
            counted = deadlines.outlasting(version.deadlines, world.calendars, counted, file.window_end("complainant"))
        if counted.due > now and counted != running.deadline:
            changes.append(Recomputed(name, running.deadline, counted))
            file = recomputed(file, changes[-1])
    if not changes:
        return None
    estimated = any(change.before.provisional for change in changes)
    return DeadlinesRecomputed("calendar_published" if estimated else "calendar_amended", tuple(changes))


def _open(file: CaseFile) -> tuple[DeadlineName, ...]:
    """The deadlines whose work is to be done still, the resolution last: it looks at the evidence window's end."""
    if file.first_handled_at is not None:
        return ("evidence", "resolution")
    return ("first_handling", "evidence", "resolution")


def _counted(name: DeadlineName, running: Running, rules: Deadlines, calendars: Calendars) -> Deadline:
    if running.basis == "fixed":
        return running.deadline
    if running.basis == "window":
        return deadlines.resolution_after(rules, calendars, running.since)
    match name:
        case "first_handling":
            return deadlines.first_handling_due(rules, calendars, running.since)
        case "evidence":
            return deadlines.evidence_due(rules, calendars, running.since)
        case "resolution":
            return deadlines.resolution_due(rules, calendars, running.since)
