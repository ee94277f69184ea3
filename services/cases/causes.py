"""Which fact of the same case a fact answers: the proposal, the appeal, the decision that it is about."""

from services.cases.domain import events
from services.cases.domain.events import CaseEvent
from services.cases.domain.state import (
    Appealed,
    CaseState,
    Contested,
    Decided,
    OverrideProposed,
    Penalised,
    SevereProposed,
)

_ANSWERS = (
    events.OrdinaryViolationUpheld,
    events.SevereViolationUpheld,
    events.ProposalDeclined,
    events.ProposalWithdrawn,
)
_REVOCATIONS = (events.DecisionRevoked, events.RevocationDeclined, events.RevocationWithdrawn)


def cause_of(state: CaseState, event: CaseEvent) -> str:
    """Return the id of the fact that `event`, decided on `state`, answers; "" where it answers none.

    An answer to a proposal names the proposal, what ends or moves an appeal the appeal, everything else that comes
    after the decision the decision; so does a recall's revocation, which answers no proposal in the case.
    """
    if isinstance(state, SevereProposed | OverrideProposed):
        return state.proposal.id if isinstance(event, _ANSWERS) else ""
    if not isinstance(state, Decided):
        return ""
    if isinstance(event, _REVOCATIONS):
        of_recall = isinstance(event, events.DecisionRevoked) and event.recall is not None
        proposed = state.revocation if isinstance(state, Penalised) and not of_recall else None
        return state.decision.id if proposed is None else proposed.id
    if isinstance(state, Appealed | Contested):
        return state.appeal.filed.id
    return state.decision.id
