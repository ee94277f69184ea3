"""How a case changes by a fact: `evolve(state, fact) → state`, total over every pair.

A fact that no decision could have made in that state leaves it as it is: what was decided stands, whatever a damaged
log says afterwards, and a reader never stops half-way through a stream.
"""

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.cases.domain import events
from services.cases.domain.events import Fact
from services.cases.domain.file import opened
from services.cases.domain.noting import Noted, noted, took_part
from services.cases.domain.reviewing import reviewed
from services.cases.domain.state import (
    Appealed,
    CaseState,
    Contested,
    Dismissed,
    DismissedFinal,
    Filed,
    Merged,
    Open,
    OverrideProposed,
    Refused,
    Regraded,
    Reversed,
    SevereProposed,
    Undecided,
    Unfiled,
    Upheld,
    UpheldFinal,
    Withdrawn,
)
from shared.kit.decider import Recorded, recorded_as

_Ruling: TypeAlias = (
    events.ComplaintDismissed
    | events.OrdinaryViolationUpheld
    | events.SevereViolationProposed
    | events.OverrideProposed
    | events.SevereViolationUpheld
)
_Ending: TypeAlias = events.ComplaintWithdrawn | events.ComplaintMerged | events.ComplaintRefused


def evolve(state: CaseState, recorded: Recorded[Fact]) -> CaseState:
    """Return the case after the fact; the same state where the fact cannot have come about in it."""
    if isinstance(state, Unfiled):
        return Open(opened(recorded.event)) if isinstance(recorded.event, events.ComplaintFiled) else state
    after = _filed(state, recorded)
    part = took_part(recorded.event)
    if after is state or part <= after.file.officers:
        return after
    return replace(after, file=replace(after.file, officers=after.file.officers | part))


def _filed(state: Filed, recorded: Recorded[Fact]) -> Filed:
    event = recorded.event
    if isinstance(event, events.DeadlineBreached | events.DeadlinesRecomputed):
        return replace(state, file=noted(state.file, event))
    match state:
        case Open() | SevereProposed() | OverrideProposed():
            return _undecided(state, recorded)
        case (
            Upheld()
            | Dismissed()
            | Appealed()
            | Contested()
            | UpheldFinal()
            | DismissedFinal()
            | Regraded()
            | Reversed()
        ):
            return reviewed(state, recorded)
        case Withdrawn() | Merged() | Refused():
            if isinstance(event, events.PersonalDataErased):
                return replace(state, file=noted(state.file, event))
            return state
        case _:
            assert_never(state)


def _undecided(state: Undecided, recorded: Recorded[Fact]) -> Filed:
    event = recorded.event
    if isinstance(event, Noted) and not isinstance(event, events.PersonalDataErased):
        return replace(state, file=noted(state.file, event))
    if isinstance(event, _Ending):
        return _ended(state, event, recorded)
    if isinstance(event, events.ProposalDeclined | events.ProposalWithdrawn):
        return state if isinstance(state, Open) else Open(state.file)
    if isinstance(event, _Ruling):
        return _ruled(state, event, recorded)
    return state


def _ended(state: Undecided, event: _Ending, recorded: Recorded[Fact]) -> Filed:
    match event:
        case events.ComplaintWithdrawn():
            return Withdrawn(state.file, event.withdrawn_at)
        case events.ComplaintMerged():
            return Merged(state.file, recorded_as(event, recorded))
        case events.ComplaintRefused():
            return Refused(state.file, recorded_as(event, recorded))
        case _:
            assert_never(event)


def _ruled(state: Undecided, event: _Ruling, recorded: Recorded[Fact]) -> Filed:
    """From open, one officer's decision or a proposal; from a proposal, only its own confirmation."""
    match state, event:
        case Open(file), events.ComplaintDismissed():
            return Dismissed(file, recorded_as(event, recorded))
        case (Open(file) | OverrideProposed(file), events.OrdinaryViolationUpheld()):
            return Upheld(file, recorded_as(event, recorded))
        case Open(file), events.SevereViolationProposed():
            return SevereProposed(file, recorded_as(event, recorded))
        case Open(file), events.OverrideProposed():
            return OverrideProposed(file, recorded_as(event, recorded))
        case SevereProposed(file), events.SevereViolationUpheld():
            return Upheld(file, recorded_as(event, recorded))
        case _:
            return state
