"""The rows of the decision table for a decided case: notice, appeal, review, stay, revocation, erasure.

Whoever comes after the last word is told which fact that was (`already_decided`, with the winner).
"""

from typing import assert_never

from services.cases.domain import (
    appeals,
    commands,
    decisions,
    erasure,
    errors,
    reviews,
    revocations,
    stays,
    submissions,
)
from services.cases.domain.commands import AppealCommand, CaseCommand, RevocationCommand
from services.cases.domain.events import CaseEvent
from services.cases.domain.state import (
    Appealed,
    Contested,
    Decided,
    Dismissed,
    DismissedFinal,
    Penalised,
    Regraded,
    Reversed,
    Upheld,
    UpheldFinal,
)
from services.cases.domain.winner import winner
from services.cases.domain.world import World
from shared.kit.decider import Refusal


def of_decided(state: Decided, command: CaseCommand, world: World) -> list[CaseEvent] | Refusal:
    """Return the facts that the command makes of a decided case, or why it makes none."""
    if isinstance(command, commands.NotifyDecision):
        if isinstance(state, Upheld | Dismissed):
            return decisions.notify_decision(state, command, world)
        if state.notified is None:
            return errors.already_decided(winner(state))
        return errors.decision_already_notified(state.notified.notified_at)
    if isinstance(command, commands.EraseData):
        return erasure.erase_data(state, command, world)
    if isinstance(command, RevocationCommand):
        return _of_revocation(state, command)
    if isinstance(command, AppealCommand):
        return _of_appeal(state, command, world)
    going_on = isinstance(state, Appealed | Contested) and not state.appeal.lapsed(command.at)
    if going_on and isinstance(command, commands.SubmitEvidence):
        return submissions.submit_evidence(state.file, command)
    return errors.already_decided(winner(state))


def _of_revocation(state: Decided, command: RevocationCommand) -> list[CaseEvent] | Refusal:
    if not isinstance(state, Penalised):
        return errors.already_decided(winner(state)) if isinstance(state, Reversed) else errors.not_upheld()
    match command:
        case commands.ProposeRevocation():
            return revocations.propose_revocation(state, command)
        case commands.AnswerRevocation():
            return revocations.answer_revocation(state, command)
        case commands.WithdrawRevocation():
            return revocations.withdraw_revocation(state, command)
        case commands.RevokeInRecall():
            return revocations.revoke_in_recall(state, command)
        case _:
            assert_never(command)


def _of_appeal(state: Decided, command: AppealCommand, world: World) -> list[CaseEvent] | Refusal:
    match state:
        case Upheld() | Dismissed():
            if isinstance(command, commands.FileAppeal):
                return appeals.file_appeal(state, command, world)
            return errors.not_appealed()
        case Appealed() | Contested():
            return _of_pending(state, command, world)
        case UpheldFinal() | DismissedFinal() | Regraded() | Reversed():
            return errors.already_decided(winner(state))
        case _:
            assert_never(state)


def _of_pending(state: Appealed | Contested, command: AppealCommand, world: World) -> list[CaseEvent] | Refusal:
    match command:
        case commands.FileAppeal():
            return errors.appeal_used(state.appeal.filed.id)
        case commands.ReturnAppeal():
            return appeals.return_appeal(state, command, world)
        case commands.ResumeAppeal():
            return appeals.resume_appeal(state, command)
        case commands.LapseAppeal():
            return appeals.lapse_appeal(state, command)
        case commands.DecideAppeal():
            return reviews.decide_appeal(state, command, world)
        case commands.StaySanction():
            return stays.stay_sanction(state, command) if isinstance(state, Appealed) else errors.not_upheld()
        case commands.LiftStay():
            return stays.lift_stay(state, command) if isinstance(state, Appealed) else errors.not_upheld()
        case _:
            assert_never(command)
