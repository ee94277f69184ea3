"""The decision table of a case: `decide(state, command, world) → facts | refusal`, one row per command.

Pure: the same state, command and world give the same answer; a refusal changes nothing. Instants are UTC-aware.
Source: domain rules §3, the command table.
"""

from typing import TypeAlias, assert_never

from services.cases.domain import commands, decisions, errors, handling, intake, proposals, submissions
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import CaseEvent
from services.cases.domain.evolve import evolve
from services.cases.domain.state import (
    UNFILED,
    CaseState,
    Dismissed,
    Open,
    OverrideProposed,
    SevereProposed,
    Undecided,
    Unfiled,
    Upheld,
    Withdrawn,
    state_name,
)
from services.cases.domain.winner import winner
from services.cases.domain.world import World
from shared.kit.decider import Refusal

__all__ = ["UNFILED", "CaseState", "World", "decide", "evolve", "state_name"]

_PartyCommand: TypeAlias = (
    commands.SubmitDefence | commands.SubmitEvidence | commands.WaiveWindow | commands.WithdrawComplaint
)
_HandlingCommand: TypeAlias = commands.StartHandling | commands.Recuse | commands.AssessEvidence
_Ruling: TypeAlias = commands.Dismiss | commands.UpholdOrdinary | commands.ProposeSevere | commands.ProposeOverride
_Answer: TypeAlias = commands.AnswerProposal | commands.WithdrawProposal


def decide(state: CaseState, command: CaseCommand, world: World) -> list[CaseEvent] | Refusal:
    """Return the facts that the command makes of this case, or why it makes none. Never raises on a state of `evolve`.

    What the state alone forbids is said first, so that who comes too late learns which decision won.
    """
    match state:
        case Unfiled():
            if isinstance(command, commands.FileComplaint):
                return intake.file_complaint(command, world)
            return errors.not_filed()
        case Open() | SevereProposed() | OverrideProposed():
            return _of_undecided(state, command, world)
        case Upheld() | Dismissed():
            if isinstance(command, commands.NotifyDecision):
                return decisions.notify_decision(state, command, world)
            if isinstance(command, commands.FileComplaint):
                return errors.already_filed()
            return errors.already_decided(winner(state))
        case Withdrawn():
            return _of_withdrawn(state, command)
        case _:
            assert_never(state)


def _of_withdrawn(state: Withdrawn, command: CaseCommand) -> Refusal:
    if isinstance(command, commands.FileComplaint):
        return errors.already_filed()
    if isinstance(command, commands.NotifyDecision):
        return errors.undecided()
    return errors.complaint_withdrawn(state.withdrawn_at)


def _of_undecided(state: Undecided, command: CaseCommand, world: World) -> list[CaseEvent] | Refusal:
    match command:
        case commands.FileComplaint():
            return errors.already_filed()
        case commands.NotifyRespondent():
            return intake.notify_respondent(state, command, world)
        case (
            commands.SubmitDefence() | commands.SubmitEvidence() | commands.WaiveWindow() | commands.WithdrawComplaint()
        ):
            return _by_party(state, command)
        case commands.StartHandling() | commands.Recuse() | commands.AssessEvidence():
            return _by_handler(state, command, world)
        case commands.Dismiss() | commands.UpholdOrdinary() | commands.ProposeSevere() | commands.ProposeOverride():
            if not isinstance(state, Open):
                return errors.proposal_pending(state.proposal.id, state.proposal.event.officer)
            return _ruling(state, command, world)
        case commands.AnswerProposal() | commands.WithdrawProposal():
            return _answer(state, command, world)
        case commands.NotifyDecision():
            return errors.undecided()
        case _:
            assert_never(command)


def _by_party(state: Undecided, command: _PartyCommand) -> list[CaseEvent] | Refusal:
    match command:
        case commands.SubmitDefence():
            return submissions.submit_defence(state, command)
        case commands.SubmitEvidence():
            return submissions.submit_evidence(state, command)
        case commands.WaiveWindow():
            return submissions.waive_window(state, command)
        case commands.WithdrawComplaint():
            return submissions.withdraw_complaint(command)
        case _:
            assert_never(command)


def _by_handler(state: Undecided, command: _HandlingCommand, world: World) -> list[CaseEvent] | Refusal:
    match command:
        case commands.StartHandling():
            return handling.start_handling(state, command)
        case commands.Recuse():
            return handling.recuse(state, command)
        case commands.AssessEvidence():
            return handling.assess_evidence(state, command, world)
        case _:
            assert_never(command)


def _ruling(state: Open, command: _Ruling, world: World) -> list[CaseEvent] | Refusal:
    match command:
        case commands.Dismiss():
            return decisions.dismiss(state, command, world)
        case commands.UpholdOrdinary():
            return decisions.uphold_ordinary(state, command, world)
        case commands.ProposeSevere():
            return decisions.propose_severe(state, command, world)
        case commands.ProposeOverride():
            return decisions.propose_override(state, command, world)
        case _:
            assert_never(command)


def _answer(state: Undecided, command: _Answer, world: World) -> list[CaseEvent] | Refusal:
    match command:
        case commands.AnswerProposal():
            return proposals.answer_proposal(state, command, world)
        case commands.WithdrawProposal():
            return proposals.withdraw_proposal(state, command)
        case _:
            assert_never(command)
