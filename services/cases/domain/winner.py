"""Which decision stands in a decided case, as the officer who came too late is told (409 `already_decided`)."""

from collections.abc import Mapping
from typing import assert_never

from services.cases.domain.errors.wording import instant
from services.cases.domain.events import ComplaintDismissed, OrdinaryViolationUpheld, SevereViolationUpheld
from services.cases.domain.state import Decided
from shared.kit.decider import Detail


def winner(state: Decided) -> Mapping[str, Detail]:
    """Return id, type (the event's name for ever), position and recorded time."""
    decision = state.decision
    return {
        "id": decision.id,
        "type": _type(decision.event),
        "position": decision.position,
        "recorded_at": instant(decision.recorded_at),
    }


def _type(event: ComplaintDismissed | OrdinaryViolationUpheld | SevereViolationUpheld) -> str:
    match event:
        case ComplaintDismissed():
            return "demerit.cases.complaint_dismissed.v1"
        case OrdinaryViolationUpheld():
            return "demerit.cases.ordinary_violation_upheld.v1"
        case SevereViolationUpheld():
            return "demerit.cases.severe_violation_upheld.v1"
        case _:
            assert_never(event)
