"""Stays (暂缓执行): what the decision brought imposes nothing while a reviewer says so. Source: R11."""

from datetime import datetime
from typing import Literal

from services.cases.domain import errors
from services.cases.domain.commands import LiftStay, StaySanction
from services.cases.domain.events import CaseEvent, SanctionStayed, StayLifted
from services.cases.domain.officers import refused_reviewer
from services.cases.domain.state import Appealed, Contested
from shared.kit.decider import Refusal


def stay_sanction(state: Appealed, command: StaySanction) -> list[CaseEvent] | Refusal:
    """Return that what the decision brought imposes nothing while the appeal goes on, or why it does."""
    taken = None if state.stay is None else errors.already_stayed(state.stay.id)
    refusal = _refused_over(state, command.at) or taken or _refused_act(state, command)
    return refusal or [SanctionStayed(state.decision.id, command.reviewer, command.reason_digest)]


def lift_stay(state: Appealed, command: LiftStay) -> list[CaseEvent] | Refusal:
    """Return that what the decision brought imposes again, or that nothing is stayed."""
    missing = errors.not_stayed() if state.stay is None else None
    refusal = _refused_over(state, command.at) or missing or _refused_act(state, command)
    return refusal or [StayLifted(state.decision.id, "reviewer", command.reviewer, command.reason_digest)]


def stay_ended(state: Appealed | Contested, cause: Literal["appeal_rejected", "appeal_lapsed"]) -> list[CaseEvent]:
    """Return the end of the stay that an appeal which comes to nothing takes with it; nothing without one."""
    if not isinstance(state, Appealed) or state.stay is None:
        return []
    return [StayLifted(state.decision.id, cause, None, "")]


def _refused_over(state: Appealed, at: datetime) -> Refusal | None:
    """An appeal that has come to nothing by the clock is over, whether or not that is on record yet."""
    returned = state.appeal.returned
    if returned is None or not state.appeal.lapsed(at):
        return None
    return errors.appeal_window_closed(returned.closes_at)


def _refused_act(state: Appealed, command: StaySanction | LiftStay) -> Refusal | None:
    refusal = refused_reviewer(state.file, command.reviewer)
    if refusal is not None:
        return refusal
    return None if command.reason_digest else errors.reason_missing()
