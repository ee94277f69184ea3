"""What a reviewer makes of an appeal: reject, reverse, regrade; and the stay while it goes on. Source: R8 to R11."""

from services.cases.domain import deadlines, errors
from services.cases.domain.appeals import Pending, refused_review, stay_ended
from services.cases.domain.commands import DecideAppeal, LiftStay, StaySanction
from services.cases.domain.events import (
    AppealRejected,
    CaseEvent,
    DecisionRegraded,
    DecisionReversed,
    DismissalOverturned,
    SanctionStayed,
    SevereViolationUpheld,
    StayLifted,
)
from services.cases.domain.officers import refused_reviewer
from services.cases.domain.rulings import calendars_of
from services.cases.domain.state import Appealed, Contested, Violation
from services.cases.domain.world import World
from shared.kit.decider import Refusal
from shared.rulebook.model import Grade, RulebookVersion, Sanction


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
    """A dismissal is reversed by deciding the case anew: points need the procedure, not a reviewer."""
    if command.outcome != "reverse":
        return errors.dismissal_not_gradable()
    version = world.pinned(state.file.filed)
    if isinstance(version, Refusal):
        return version
    since, _ = state.appeal.holds[-1]
    at = max(command.at, since)
    due = deadlines.resolution_due(version.deadlines, world.calendars, at)
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


def lower_grades(decision: Violation, version: RulebookVersion) -> tuple[str, ...]:
    """Return the grades to which the decision may be lowered, in the rulebook's order.

    No heavier track and no more points, and less of one of them; with both the same, direct sanctions of fewer hours.
    The cases service knows two tracks: the severe one is the heavier.
    """
    severe = isinstance(decision, SevereViolationUpheld)
    return tuple(
        grade.code
        for grade in version.grades.values()
        if grade.track in ("ordinary", "severe") and _lower(grade, decision, severe=severe)
    )


def _lower(grade: Grade, decision: Violation, *, severe: bool) -> bool:
    heavier = grade.track == "severe"
    if (heavier, grade.points) == (severe, decision.points):
        return _hours(grade.direct) < _hours(decision.direct)
    return heavier <= severe and grade.points <= decision.points


def _hours(direct: tuple[Sanction, ...]) -> int:
    return sum(sanction.hours or 0 for sanction in direct)


def stay_sanction(state: Appealed, command: StaySanction) -> list[CaseEvent] | Refusal:
    """Return that what the decision brought imposes nothing while the appeal goes on, or why it does."""
    refusal = _refused_stay(state, command)
    if refusal is not None:
        return refusal
    if state.stay is not None:
        return errors.already_stayed(state.stay.id)
    return [SanctionStayed(state.decision.id, command.reviewer, command.reason_digest)]


def lift_stay(state: Appealed, command: LiftStay) -> list[CaseEvent] | Refusal:
    """Return that what the decision brought imposes again, or that nothing is stayed."""
    refusal = _refused_stay(state, command)
    if refusal is not None:
        return refusal
    if state.stay is None:
        return errors.not_stayed()
    return [StayLifted(state.decision.id, "reviewer", command.reviewer, command.reason_digest)]


def _refused_stay(state: Appealed, command: StaySanction | LiftStay) -> Refusal | None:
    refusal = refused_reviewer(state.file, command.reviewer)
    if refusal is not None:
        return refusal
    if state.appeal.returned is not None and state.appeal.lapsed(command.at):
        return errors.appeal_window_closed(state.appeal.returned.closes_at)
    return None if command.reason_digest else errors.reason_missing()
