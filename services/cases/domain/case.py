"""The decision table of a case: `decide(state, command, world) → facts | refusal`.

Its rows stand in `undecided` and, for a decided case, in `afterwards`.

Pure: the same state, command and world give the same answer; a refusal changes nothing. Instants are UTC-aware.
Source: domain rules §3, the command table.
"""

from typing import Final, assert_never

from services.cases.domain import commands, erasure, errors, intake
from services.cases.domain.afterwards import of_decided
from services.cases.domain.commands import AppealCommand, CaseCommand, RevocationCommand
from services.cases.domain.events import CaseEvent
from services.cases.domain.evolve import evolve
from services.cases.domain.state import (
    UNFILED,
    CaseState,
    Ended,
    Merged,
    Open,
    OverrideProposed,
    Refused,
    SevereProposed,
    Unfiled,
    Withdrawn,
    state_name,
)
from services.cases.domain.undecided import of_undecided
from services.cases.domain.world import World
from shared.kit.decider import Refusal

__all__ = ["UNFILED", "CaseState", "World", "decide", "evolve", "state_name"]

_SPEECHLESS: Final = (commands.RevokeInRecall, commands.LapseAppeal)  # still to come true when nothing can be said


def decide(state: CaseState, command: CaseCommand, world: World) -> list[CaseEvent] | Refusal:
    """Return the facts that the command makes of this case, or why it makes none. Never raises on a state of `evolve`.

    What the state alone forbids is said first, so that who comes too late learns which decision won.
    """
    if isinstance(state, Unfiled):
        if isinstance(command, commands.FileComplaint):
            return intake.file_complaint(command, world)
        return errors.not_filed()
    if isinstance(command, commands.FileComplaint):
        return errors.already_filed()
    erased = state.file.erased
    if erased is not None and not isinstance(command, _SPEECHLESS):
        return errors.personal_data_erased(erased.held_until)
    match state:
        case Open() | SevereProposed() | OverrideProposed():
            return of_undecided(state, command, world)
        case Withdrawn() | Merged() | Refused():
            return _of_ended(state, command, world)
        case _:
            return of_decided(state, command, world)


def _of_ended(state: Ended, command: CaseCommand, world: World) -> list[CaseEvent] | Refusal:
    if isinstance(command, commands.EraseData):
        return erasure.erase_data(state, command, world)
    if isinstance(command, commands.NotifyDecision | AppealCommand | RevocationCommand):
        return errors.undecided()
    match state:
        case Withdrawn():
            return errors.complaint_withdrawn(state.withdrawn_at)
        case Merged():
            return errors.complaint_merged(state.merged.event.into)
        case Refused():
            return errors.complaint_refused(state.refused.event.code, state.refused.event.referral)
        case _:
            assert_never(state)
