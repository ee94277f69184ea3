"""Revocation ex officio (依职权撤销): two supervisors, on one case or on a recall of many. Source: domain rules §3."""

from services.cases.domain import errors
from services.cases.domain.commands import AnswerRevocation, ProposeRevocation, RevokeInRecall, WithdrawRevocation
from services.cases.domain.events import (
    CaseEvent,
    DecisionRevoked,
    RevocationDeclined,
    RevocationProposed,
    RevocationWithdrawn,
)
from services.cases.domain.officers import refused_officer
from services.cases.domain.state import Penalised, penalty
from shared.kit.decider import Refusal


def propose_revocation(state: Penalised, command: ProposeRevocation) -> list[CaseEvent] | Refusal:
    """Return the proposal to revoke what counts now, or why there can be none."""
    if state.revocation is not None:
        return errors.revocation_pending(state.revocation.id, state.revocation.event.supervisor)
    refusal = refused_officer(state.file, command.supervisor)
    if refusal is not None:
        return refusal
    if not command.reason_digest:
        return errors.reason_missing()
    return [RevocationProposed(_counting(state), command.supervisor, command.reason_digest)]


def answer_revocation(state: Penalised, command: AnswerRevocation) -> list[CaseEvent] | Refusal:
    """Return the revocation or the refusal to make it, by a supervisor other than the proposer.

    Declining needs a reason of its own; confirming without one keeps the proposer's.
    """
    if state.revocation is None:
        return errors.nothing_proposed()
    refusal = refused_officer(state.file, command.supervisor)
    if refusal is not None:
        return refusal
    proposed = state.revocation.event
    if command.supervisor == proposed.supervisor:
        return errors.same_officer(command.supervisor)
    if command.answer == "confirm":
        reason = command.reason_digest or proposed.reason_digest
        return [DecisionRevoked(_counting(state), proposed.supervisor, command.supervisor, None, reason)]
    if not command.reason_digest:
        return errors.reason_missing()
    return [RevocationDeclined(command.supervisor, command.reason_digest)]


def withdraw_revocation(state: Penalised, command: WithdrawRevocation) -> list[CaseEvent] | Refusal:
    """Return that the proposer took the revocation back; anybody else would have to decline it."""
    if state.revocation is None:
        return errors.nothing_proposed()
    proposer = state.revocation.event.supervisor
    if command.supervisor != proposer:
        return errors.not_proposer(proposer)
    return [RevocationWithdrawn(command.supervisor)]


def revoke_in_recall(state: Penalised, command: RevokeInRecall) -> list[CaseEvent] | Refusal:
    """Return the revocation of what counts now, if the recall is about this decision; its reason is the recall's.

    Both supervisors must be free to act in this case, as in a revocation of this case alone.
    """
    if command.decision not in (state.decision.id, penalty(state)):
        return errors.another_decision(command.decision, _counting(state))
    if command.proposed_by == command.confirmed_by:
        return errors.same_officer(command.proposed_by)
    for supervisor in (command.proposed_by, command.confirmed_by):
        refusal = refused_officer(state.file, supervisor)
        if refusal is not None:
            return refusal
    return [DecisionRevoked(_counting(state), command.proposed_by, command.confirmed_by, command.recall, "")]


def _counting(state: Penalised) -> str:
    counting = penalty(state)
    assert counting is not None  # noqa: S101  # these states are those with a penalty
    return counting
