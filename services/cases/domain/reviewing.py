"""How a decided case changes by a fact: notice, appeal, stay, correction; a revocation stands in `revoking`."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.cases.domain import events
from services.cases.domain.appeal import AppealEnd, begun
from services.cases.domain.breaches import breaches
from services.cases.domain.events import Fact
from services.cases.domain.file import CaseFile, Running
from services.cases.domain.noting import noted
from services.cases.domain.revoking import OfRevocation, revoked
from services.cases.domain.state import (
    Appealed,
    Contested,
    Decided,
    Dismissed,
    DismissedFinal,
    Filed,
    Open,
    Regraded,
    Reversed,
    Upheld,
    UpheldFinal,
    penalty,
)
from shared.kit.decider import Recorded, recorded_as

_OfAppeal: TypeAlias = (
    events.AppealReturned
    | events.AppealResumed
    | events.AppealRejected
    | events.AppealLapsed
    | events.DecisionReversed
    | events.DecisionRegraded
    | events.DismissalOverturned
)
_OfStay: TypeAlias = events.SanctionStayed | events.StayLifted


def reviewed(state: Decided, recorded: Recorded[Fact]) -> Filed:
    """Return the decided case after the fact; the same state where the fact cannot have come about in it.

    A fact about another decision than the one that stands says nothing of this one.
    """
    event = recorded.event
    if getattr(event, "decision", None) not in (None, penalty(state) or state.decision.id):
        return state
    after = _after(state, recorded)
    if not isinstance(state, Appealed | Contested) or isinstance(after, Appealed | Contested):
        return after
    assert isinstance(event, AppealEnd)  # noqa: S101  # nothing else leads out of these states
    return replace(after, file=replace(after.file, appeal=replace(state.appeal, ended=recorded_as(event, recorded))))


def _after(state: Decided, recorded: Recorded[Fact]) -> Filed:
    event = recorded.event
    if isinstance(event, events.PersonalDataErased):
        return replace(state, file=noted(state.file, event))
    if isinstance(event, OfRevocation):
        return revoked(state, event, recorded)
    match state:
        case Upheld() | Dismissed():
            return _first(state, recorded)
        case Appealed() | Contested():
            if isinstance(event, events.EvidenceSubmitted):
                return replace(state, file=noted(state.file, event))
            if isinstance(event, _OfAppeal):
                return _appealed(state, event, recorded)
            if isinstance(event, _OfStay) and isinstance(state, Appealed):
                return _stayed(state, event, recorded)
            return state
        case UpheldFinal() | DismissedFinal() | Regraded() | Reversed():
            return state
        case _:
            assert_never(state)


def _first(state: Upheld | Dismissed, recorded: Recorded[Fact]) -> Filed:
    """What comes of a decision that nobody has appealed against: notice, then an appeal."""
    event = recorded.event
    if isinstance(event, events.DecisionNotified) and state.notified is None:
        return replace(state, notified=event)
    if state.notified is None:
        return state
    match state, event:
        case Upheld(), events.AppealFiled():
            appeal = begun(recorded_as(event, recorded))
            return Appealed(state.file, state.decision, state.notified, appeal, revocation=state.revocation)
        case Dismissed(), events.DismissalContested():
            return Contested(state.file, state.decision, state.notified, begun(recorded_as(event, recorded)))
        case _:
            return state


def _appealed(state: Appealed | Contested, event: _OfAppeal, recorded: Recorded[Fact]) -> Filed:
    """What the appellant or the clock does to an appeal that is back, what the reviewer does to one that is held."""
    if (state.appeal.returned is None) == isinstance(event, events.AppealResumed | events.AppealLapsed):
        return state
    match event:
        case events.AppealReturned():
            return replace(state, appeal=state.appeal.back(event))
        case events.AppealResumed():
            return replace(state, appeal=state.appeal.again(event))
        case events.AppealRejected() | events.AppealLapsed():
            return _over(state, recorded_as(event, recorded))
        case _:
            return _corrected(state, event, recorded)


def _over(
    state: Appealed | Contested, ended: Recorded[events.AppealRejected | events.AppealLapsed]
) -> UpheldFinal | DismissedFinal:
    if isinstance(state, Appealed):
        return UpheldFinal(state.file, state.decision, state.notified, ended, state.revocation)
    return DismissedFinal(state.file, state.decision, state.notified, ended)


def _corrected(
    state: Appealed | Contested,
    event: events.DecisionReversed | events.DecisionRegraded | events.DismissalOverturned,
    recorded: Recorded[Fact],
) -> Filed:
    match state, event:
        case Appealed(), events.DecisionReversed():
            return Reversed(state.file, state.decision, state.notified, recorded_as(event, recorded))
        case Appealed(), events.DecisionRegraded():
            return Regraded(state.file, state.decision, state.notified, recorded_as(event, recorded))
        case Contested(), events.DismissalOverturned():
            return Open(_reopened(state, event))
        case _:
            return state


def _reopened(state: Contested, event: events.DismissalOverturned) -> CaseFile:
    """The file of a case to be decided anew: whoever dismissed it had stepped in, and the decision is due anew.

    Where it was dismissed late and the clock has not recorded that yet, it still will.
    """
    late = breaches(state, state.decision.recorded_at)
    return replace(
        state.file,
        resolution=Running(event.resolution_due, "reopening", event.overturned_at),
        first_handled_at=state.file.first_handled_at or state.decision.recorded_at,
        breached=state.file.breached - {"resolution"},
        missed=tuple(breach for breach in late if breach.deadline == "resolution"),
    )


def _stayed(state: Appealed, event: _OfStay, recorded: Recorded[Fact]) -> Appealed:
    if isinstance(event, events.SanctionStayed):
        return state if state.stay is not None else replace(state, stay=recorded_as(event, recorded))
    return replace(state, stay=None)
