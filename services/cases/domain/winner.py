"""Which fact has the last word in a decided case, as whoever came too late is told (409 `already_decided`)."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from services.cases.domain import events
from services.cases.domain.errors.wording import instant
from services.cases.domain.state import Decided, DismissedFinal, Regraded, Reversed, UpheldFinal
from shared.kit.decider import Detail, Recorded

LastWord: TypeAlias = (
    events.ComplaintDismissed
    | events.OrdinaryViolationUpheld
    | events.SevereViolationUpheld
    | events.AppealRejected
    | events.AppealLapsed
    | events.DecisionReversed
    | events.DecisionRegraded
    | events.DecisionRevoked
)

TYPES: Final[Mapping[type[LastWord], str]] = {
    events.ComplaintDismissed: "demerit.cases.complaint_dismissed.v1",
    events.OrdinaryViolationUpheld: "demerit.cases.ordinary_violation_upheld.v1",
    events.SevereViolationUpheld: "demerit.cases.severe_violation_upheld.v1",
    events.AppealRejected: "demerit.cases.appeal_rejected.v1",
    events.AppealLapsed: "demerit.cases.appeal_lapsed.v1",
    events.DecisionReversed: "demerit.cases.decision_reversed.v1",
    events.DecisionRegraded: "demerit.cases.decision_regraded.v1",
    events.DecisionRevoked: "demerit.cases.decision_revoked.v1",
}
"""The names for ever of the facts that can have the last word."""


def last_word(state: Decided) -> Recorded[LastWord]:
    """Return the fact that stands: what ended the appeal or revoked the decision, else the decision itself."""
    match state:
        case Reversed():
            return state.undone
        case Regraded():
            return state.regrade
        case UpheldFinal() | DismissedFinal():
            return state.ended
        case _:
            return state.decision


def winner(state: Decided) -> Mapping[str, Detail]:
    """Return id, type (the event's name for ever), position and recorded time of the fact that stands."""
    word = last_word(state)
    return told(word)


def told(word: Recorded[LastWord]) -> Mapping[str, Detail]:
    """Return a fact as those who came too late are told of it."""
    return {
        "id": word.id,
        "type": TYPES[type(word.event)],
        "position": word.position,
        "recorded_at": instant(word.recorded_at),
    }
