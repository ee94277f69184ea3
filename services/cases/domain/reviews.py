"""What a reviewer makes of an appeal: reject, reverse, regrade. Source: R8 to R10."""

from services.cases.domain import deadlines, errors
from services.cases.domain.appeals import Pending, refused_review
from services.cases.domain.commands import DecideAppeal
from services.cases.domain.events import (
    AppealRejected,
    CaseEvent,
    DecisionRegraded,
    DecisionReversed,
    DismissalOverturned,
)
from services.cases.domain.lowering import lower_grades
from services.cases.domain.rulings import calendars_of
from services.cases.domain.state import Appealed, Contested
from services.cases.domain.stays import stay_ended
from services.cases.domain.world import World
from shared.kit.decider import Refusal


def decide_appeal(state: Pending, command: DecideAppeal, world: World) -> list[CaseEvent] | Refusal:
    """Return what the reviewer decides, or why it cannot be decided so."""
    refusal = refused_review(state, command.reviewer, command.at)
    if refusal is not None:
        return refusal
    if not command.reason_digest:
        return errors.reason_missing()
    if (command.outcome == "regrade") != (command.grade is not None):
        return errors.regrade_needs_grade()
    decision, reviewer, reason = state.decision.id, command.reviewer, command.reason_digest
    if command.outcome == "reject":
        return [AppealRejected(decision, reviewer, reason), *stay_ended(state, "appeal_rejected")]
    if isinstance(state, Contested):
        return _overturned(state, command, world)
    if command.grade is None:
        return [DecisionReversed(decision, reviewer, reason)]
    return _regraded(state, command, command.grade, world)


def _overturned(state: Contested, command: DecideAppeal, world: World) -> list[CaseEvent] | Refusal:
    """A dismissal is reversed by deciding the case anew: points need the procedure, not a reviewer.

    It is due as after a filing, but not with the end of the evidence window or before it.
    """
    if command.outcome != "reverse":
        return errors.dismissal_not_gradable()
    version = world.pinned(state.file.filed)
    if isinstance(version, Refusal):
        return version
    since, _ = state.appeal.holds[-1]
    at = max(command.at, since)
    filed_anew = deadlines.resolution_due(version.deadlines, world.calendars, at)
    due = deadlines.outlasting(version.deadlines, world.calendars, filed_anew, state.file.window_end("complainant"))
    return [DismissalOverturned(state.decision.id, command.reviewer, at, due, command.reason_digest)]


def _regraded(state: Appealed, command: DecideAppeal, code: str, world: World) -> list[CaseEvent] | Refusal:
    version = world.pinned(state.file.filed)
    if isinstance(version, Refusal):
        return version
    grade = version.grades.get(code)
    if grade is None:
        return errors.unknown_grade(code, version.id, tuple(version.grades))
    lower = lower_grades(state.decision.event, version)
    if code not in lower:
        return errors.grade_not_lower(code, lower)
    return [
        DecisionRegraded(
            decision=state.decision.id,
            reviewer=command.reviewer,
            track=grade.track,
            grade=grade.code,
            points=grade.points,
            direct=grade.direct,
            rulebook=version.ref,
            calendars=calendars_of(state.file),
            decided_at=state.decision.recorded_at,
            reason_digest=command.reason_digest,
        )
    ]
