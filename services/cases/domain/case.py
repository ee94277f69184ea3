"""The decision table of a case: `decide(state, command, world) → facts | refusal`, one row per command.

Pure: the same state, command and world give the same answer; a refusal changes nothing. Instants are UTC-aware.
Source: domain rules §3, the command table.
"""

from typing import Final, assert_never

from services.cases.domain import (
    commands,
    decisions,
    erasure,
    errors,
    extending,
    handling,
    intake,
    merging,
    proposals,
    submissions,
)
from services.cases.domain.afterwards import of_decided
from services.cases.domain.commands import (
    AnswerCommand,
    AppealCommand,
    CaseCommand,
    HandlingCommand,
    PartyCommand,
    RevocationCommand,
    RulingCommand,
)
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
    Undecided,
    Unfiled,
    Withdrawn,
    state_name,
)
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
            return _of_undecided(state, command, world)
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


def _of_undecided(state: Undecided, command: CaseCommand, world: World) -> list[CaseEvent] | Refusal:
    if isinstance(command, PartyCommand):
        return _by_party(state, command)
    if isinstance(command, HandlingCommand):
        return _by_handler(state, command, world)
    if isinstance(command, RulingCommand):
        if not isinstance(state, Open):
            return errors.proposal_pending(state.proposal.id, state.proposal.event.officer)
        return _ruling(state, command, world)
    if isinstance(command, AnswerCommand):
        return _answer(state, command, world)
    match command:
        case commands.FileComplaint():
            return errors.already_filed()
        case commands.NotifyRespondent():
            return intake.notify_respondent(state, command, world)
        case commands.EraseData():
            return erasure.erase_data(state, command, world)
        case _:
            return errors.undecided()


def _by_party(state: Undecided, command: PartyCommand) -> list[CaseEvent] | Refusal:
    match command:
        case commands.SubmitDefence():
            return submissions.submit_defence(state, command)
        case commands.SubmitEvidence():
            return submissions.submit_evidence(state.file, command)
        case commands.WaiveWindow():
            return submissions.waive_window(state, command)
        case commands.WithdrawComplaint():
            return submissions.withdraw_complaint(command)
        case _:
            assert_never(command)


def _by_handler(state: Undecided, command: HandlingCommand, world: World) -> list[CaseEvent] | Refusal:
    match command:
        case commands.StartHandling():
            return handling.start_handling(state, command)
        case commands.Recuse():
            return handling.recuse(state, command)
        case commands.AssessEvidence():
            return handling.assess_evidence(state, command, world)
        case commands.RuleOnLateEvidence():
            return handling.rule_on_late_evidence(state, command)
        case commands.ExtendDeadline():
            return extending.extend(state, command, world)
        case commands.MergeComplaint():
            return merging.merge(state, command, world)
        case commands.RefuseComplaint():
            return merging.refuse(state, command)
        case _:
            assert_never(command)


def _ruling(state: Open, command: RulingCommand, world: World) -> list[CaseEvent] | Refusal:
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


def _answer(state: Undecided, command: AnswerCommand, world: World) -> list[CaseEvent] | Refusal:
    match command:
        case commands.AnswerProposal():
            return proposals.answer_proposal(state, command, world)
        case commands.WithdrawProposal():
            return proposals.withdraw_proposal(state, command)
        case _:
            assert_never(command)
