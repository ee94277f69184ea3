"""Deadlines that move before they are due: by a supervisor, or because the respondent's time outlasts the platform's.

Source: domain rules §3, §4. A supervisor extends what is still to come; a breach on record stays, and evidence that
came late is admitted, not made timely.
"""

from datetime import datetime, timedelta
from typing import Final

from services.cases.domain import deadlines, errors
from services.cases.domain.commands import ExtendDeadline
from services.cases.domain.events import CaseEvent, DeadlineExtended, ExtensionCause
from services.cases.domain.file import CaseFile
from services.cases.domain.officers import refused_officer
from services.cases.domain.state import Undecided
from services.cases.domain.world import World
from shared.kit.decider import Refusal
from shared.rulebook.model import Deadline

LONGEST: Final = timedelta(days=90)  # of one extension, from the instant at which the deadline was due


def extend(state: Undecided, command: ExtendDeadline, world: World) -> list[CaseEvent] | Refusal:
    """Return the extension, with what it does to the platform's own deadline, or why there can be none."""
    file = state.file
    refusal = refused_officer(file, command.supervisor)
    if refusal is not None:
        return refusal
    if not command.reason_digest:
        return errors.reason_missing()
    running = file.running(command.deadline)
    if running is None:
        return errors.deadline_not_running(command.deadline)
    if file.passed(command.deadline, command.at) or (
        command.deadline == "first_handling" and file.first_handled_at is not None
    ):
        return errors.deadline_over(command.deadline, running.due)
    if not running.due < command.due <= running.due + LONGEST:
        return errors.extension_out_of_range(running.due, running.due + LONGEST)
    due = Deadline(command.due, provisional=False)
    extended = DeadlineExtended(command.deadline, due, "supervisor", command.supervisor, command.reason_digest)
    if command.deadline != "evidence":
        return [extended]
    follows = outlasting(file, due, "evidence_extended", world, command.at)
    return follows if isinstance(follows, Refusal) else [extended, *follows]


def outlasting(
    file: CaseFile, evidence: Deadline, cause: ExtensionCause, world: World, now: datetime
) -> list[CaseEvent] | Refusal:
    """Return the extension of the resolution where the evidence window would end with it or after it, else nothing.

    The platform then has as many working days after the window as the rulebook gives it between stepping in and
    deciding. A resolution that has passed by `now` stays where it was, and breached: it cannot be met any more.
    """
    if file.passed("resolution", now):
        return []
    version = world.pinned(file.filed)
    if isinstance(version, Refusal):
        return version
    due = deadlines.outlasting(version.deadlines, world.calendars, file.resolution.deadline, evidence.due)
    return [] if due == file.resolution.deadline else [DeadlineExtended("resolution", due, cause, None, "")]
