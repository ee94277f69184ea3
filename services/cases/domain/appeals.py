"""Appeals (违规申诉): filed once per decision, within the window, judged by a reviewer who took no part.

Source: domain rules §3, §4 (the clock), R10 (a regrade only lowers). Contesting a dismissal, where the rulebook allows
it, is an appeal by the complainant.
"""

from datetime import datetime
from typing import TypeAlias

from services.cases.domain import errors
from services.cases.domain.commands import FileAppeal, LapseAppeal, ResumeAppeal, ReturnAppeal
from services.cases.domain.deadlines import appeal_closes, appeal_due
from services.cases.domain.events import (
    AppealFiled,
    AppealLapsed,
    AppealResumed,
    AppealReturned,
    CaseEvent,
    DecisionNotified,
    DismissalContested,
)
from services.cases.domain.officers import refused_reviewer
from services.cases.domain.state import Appealed, Contested, Dismissed, Upheld
from services.cases.domain.stays import stay_ended
from services.cases.domain.world import World
from shared.kit.decider import Refusal
from shared.rulebook.model import RulebookVersion

Pending: TypeAlias = Appealed | Contested


def file_appeal(state: Upheld | Dismissed, command: FileAppeal, world: World) -> list[CaseEvent] | Refusal:
    """Return the appeal, or why it comes too late or from the wrong side.

    Who appeals has the decision: without a notice on record, this is its notice, and no time has run.
    """
    notified, at = state.notified, max(command.at, state.decision.recorded_at)
    if notified is not None and notified.appeal_due <= at:
        return errors.appeal_window_closed(notified.appeal_due)
    version = world.pinned(state.file.filed)
    if isinstance(version, Refusal):
        return version
    refusal = _refused_party(state, command, version)
    if refusal is not None:
        return refusal
    if not command.statement_digest:
        return errors.statement_missing()
    if notified is None:
        return [DecisionNotified(at, appeal_due(version.deadlines, at)), _filed(state, command, at)]
    return [_filed(state, command, max(at, notified.notified_at))]


def _refused_party(state: Upheld | Dismissed, command: FileAppeal, version: RulebookVersion) -> Refusal | None:
    if isinstance(state, Upheld):
        return None if command.party == "respondent" else errors.appeal_not_open_to("complainant")
    if command.party == "respondent":
        return errors.appeal_not_open_to("respondent")
    return None if version.dismissal_contestable else errors.dismissal_not_contestable(version.id)


def _filed(state: Upheld | Dismissed, command: FileAppeal, at: datetime) -> CaseEvent:
    made = AppealFiled if isinstance(state, Upheld) else DismissalContested
    return made(state.decision.id, at, command.statement_digest)


def return_appeal(state: Pending, command: ReturnAppeal, world: World) -> list[CaseEvent] | Refusal:
    """Return that the appellant is to supplement the appeal, until the window closes; the clock runs again."""
    refusal = refused_review(state, command.reviewer, command.at)
    if refusal is not None:
        return refusal
    if not command.reason_digest:
        return errors.reason_missing()
    version = world.pinned(state.file.filed)
    if isinstance(version, Refusal):
        return version
    since, _ = state.appeal.holds[-1]
    returned_at = max(command.at, since)
    holds = (*state.appeal.holds[:-1], (since, returned_at))
    closes = appeal_closes(version.deadlines, state.notified.notified_at, holds)
    assert closes is not None  # noqa: S101  # every hold has ended, the last one just now
    return [AppealReturned(command.reviewer, returned_at, closes, command.reason_digest)]


def resume_appeal(state: Pending, command: ResumeAppeal) -> list[CaseEvent] | Refusal:
    """Return that the appellant has supplemented the appeal, or why it is too late or not wanted."""
    appeal = state.appeal
    if appeal.returned is None:
        return errors.appeal_not_returned()
    at = max(command.at, appeal.returned.returned_at)
    if appeal.lapsed(at):
        return errors.appeal_window_closed(appeal.returned.closes_at)
    if command.party != appeal.party:
        return errors.not_appellant(appeal.party)
    if not command.statement_digest:
        return errors.statement_missing()
    return [AppealResumed(at, command.statement_digest)]


def lapse_appeal(state: Pending, command: LapseAppeal) -> list[CaseEvent] | Refusal:
    """Return that the appeal has come to nothing, and its stay with it, or that its window is still open."""
    returned = state.appeal.returned
    if returned is None or not state.appeal.lapsed(command.at):
        return errors.appeal_not_lapsed(None if returned is None else returned.closes_at)
    decision = state.decision.id
    return [AppealLapsed(decision, returned.closes_at), *stay_ended(state, "appeal_lapsed")]


def refused_review(state: Pending, reviewer: str, at: datetime) -> Refusal | None:
    """Return why this reviewer may not act on the appeal now: the platform does not hold it, or they took part."""
    returned = state.appeal.returned
    if returned is None:
        return refused_reviewer(state.file, reviewer)
    if state.appeal.lapsed(at):
        return errors.appeal_window_closed(returned.closes_at)
    return errors.appeal_returned(returned.closes_at)
