"""How a decided case changes by what supervisors do to it ex officio (依职权撤销): proposed, answered, revoked."""

from dataclasses import replace
from typing import TypeAlias, assert_never

from services.cases.domain import events
from services.cases.domain.events import Fact
from services.cases.domain.state import Decided, Penalised, Regraded, Reversed
from shared.kit.decider import Recorded, recorded_as

OfRevocation: TypeAlias = (
    events.RevocationProposed | events.RevocationDeclined | events.RevocationWithdrawn | events.DecisionRevoked
)


def revoked(state: Decided, event: OfRevocation, recorded: Recorded[Fact]) -> Decided:
    """Return the case after the fact, which is about the decision that stands; the same where nothing counts."""
    if not isinstance(state, Penalised):
        return state
    match event:
        case events.RevocationProposed():
            return replace(state, revocation=recorded_as(event, recorded)) if state.revocation is None else state
        case events.RevocationDeclined() | events.RevocationWithdrawn():
            return state if state.revocation is None else replace(state, revocation=None)
        case events.DecisionRevoked():
            regrade = state.regrade if isinstance(state, Regraded) else None
            return Reversed(state.file, state.decision, state.notified, recorded_as(event, recorded), regrade)
        case _:
            assert_never(event)
