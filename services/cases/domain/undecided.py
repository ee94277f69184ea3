"""The rows of the decision table for a case that is not decided yet: intake, handling, rulings, proposals."""

from typing import assert_never

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
from services.cases.domain.commands import AnswerCommand, CaseCommand, HandlingCommand, PartyCommand, RulingCommand
from services.cases.domain.events import CaseEvent
from services.cases.domain.state import Open, Undecided
from services.cases.domain.world import World
from shared.kit.decider import Refusal


def of_undecided(state: Undecided, command: CaseCommand, world: World) -> list[CaseEvent] | Refusal:
    """Return the facts that the command makes of a case that is not decided yet, or why it makes none."""
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
            return submissions.withdraw_complaint(state.file, command)
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
