"""How a case changes by a fact: `evolve(state, fact) → state`, total over every pair.

A fact that no decision could have made in that state leaves it as it is: what was decided stands, whatever a damaged
log says afterwards, and a reader never stops half-way through a stream.
"""

from dataclasses import replace
from typing import TypeAlias, TypeVar, assert_never

from services.cases.domain import events
from services.cases.domain.events import CaseEvent
from services.cases.domain.state import (
    CaseFile,
    CaseState,
    Decided,
    Dismissed,
    Open,
    OverrideProposed,
    Piece,
    SevereProposed,
    Undecided,
    Unfiled,
    Upheld,
    Withdrawn,
)
from shared.kit.decider import Recorded

Fact = TypeVar("Fact")

_Noted: TypeAlias = (
    events.RespondentNotified
    | events.DefenceSubmitted
    | events.EvidenceSubmitted
    | events.EvidenceWindowWaived
    | events.HandlingStarted
    | events.OfficerRecused
    | events.EvidenceAssessed
)
_Ruling: TypeAlias = (
    events.ComplaintDismissed
    | events.OrdinaryViolationUpheld
    | events.SevereViolationProposed
    | events.OverrideProposed
    | events.SevereViolationUpheld
)


def evolve(state: CaseState, recorded: Recorded[CaseEvent]) -> CaseState:
    """Return the case after the fact; the same state where the fact cannot have come about in it."""
    match state:
        case Unfiled():
            return Open(CaseFile(recorded.event)) if isinstance(recorded.event, events.ComplaintFiled) else state
        case Open() | SevereProposed() | OverrideProposed():
            return _undecided(state, recorded)
        case Upheld() | Dismissed():
            return _decided(state, recorded.event)
        case Withdrawn():
            return state
        case _:
            assert_never(state)


def _undecided(state: Undecided, recorded: Recorded[CaseEvent]) -> CaseState:
    event = recorded.event
    match event:
        case events.ComplaintFiled() | events.DecisionNotified():
            return state
        case (
            events.RespondentNotified()
            | events.DefenceSubmitted()
            | events.EvidenceSubmitted()
            | events.EvidenceWindowWaived()
            | events.HandlingStarted()
            | events.OfficerRecused()
            | events.EvidenceAssessed()
        ):
            return replace(state, file=_noted(state.file, event))
        case events.ComplaintWithdrawn():
            return Withdrawn(state.file, event.withdrawn_at)
        case events.ProposalDeclined() | events.ProposalWithdrawn():
            return Open(state.file)
        case (
            events.ComplaintDismissed()
            | events.OrdinaryViolationUpheld()
            | events.SevereViolationProposed()
            | events.OverrideProposed()
            | events.SevereViolationUpheld()
        ):
            return _ruled(state, event, recorded)
        case _:
            assert_never(event)


def _ruled(state: Undecided, event: _Ruling, recorded: Recorded[CaseEvent]) -> CaseState:
    """From open, one officer's decision or a proposal; from a proposal, only its own confirmation."""
    match state, event:
        case Open(file), events.ComplaintDismissed():
            return Dismissed(file, _recorded(event, recorded))
        case (Open(file) | OverrideProposed(file), events.OrdinaryViolationUpheld()):
            return Upheld(file, _recorded(event, recorded))
        case Open(file), events.SevereViolationProposed():
            return SevereProposed(file, _recorded(event, recorded))
        case Open(file), events.OverrideProposed():
            return OverrideProposed(file, _recorded(event, recorded))
        case SevereProposed(file), events.SevereViolationUpheld():
            return Upheld(file, _recorded(event, recorded))
        case _:
            return state


def _decided(state: Decided, event: CaseEvent) -> CaseState:
    if isinstance(event, events.DecisionNotified) and state.notified is None:
        return replace(state, notified=event)
    return state


def _recorded(event: Fact, as_: Recorded[CaseEvent]) -> Recorded[Fact]:
    """What the log holds, with the event's own type."""
    return Recorded(event, as_.id, as_.position, as_.recorded_at)


def _noted(file: CaseFile, event: _Noted) -> CaseFile:
    match event:
        case events.RespondentNotified():
            return replace(file, notified=file.notified or event)
        case events.DefenceSubmitted():
            return replace(file, defences=(*file.defences, event))
        case events.EvidenceSubmitted():
            known = file.piece(event.evidence_id) is not None
            return file if known else replace(file, evidence=(*file.evidence, Piece(event)))
        case events.EvidenceWindowWaived():
            return replace(file, waived_at=file.waived_at or event.waived_at)
        case events.HandlingStarted():
            first = file.first_handled_at or event.started_at
            return replace(file, first_handled_at=first, handler=event.officer)
        case events.OfficerRecused():
            handler = None if file.handler == event.officer else file.handler
            return replace(file, recused=file.recused | {event.officer}, handler=handler)
        case events.EvidenceAssessed():
            return replace(file, evidence=tuple(_assessed(piece, event) for piece in file.evidence))
        case _:
            assert_never(event)


def _assessed(piece: Piece, event: events.EvidenceAssessed) -> Piece:
    return replace(piece, assessment=event) if piece.submitted.evidence_id == event.evidence_id else piece
