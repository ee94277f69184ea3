"""What a recall is at any moment, by its own facts; what it made of the cases stands with them."""

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias, assert_never

from services.cases.domain.recall import events
from services.cases.domain.recall.events import Answer, RecallFact, Selected
from shared.kit.decider import Recorded, recorded_as

StateName: TypeAlias = Literal["proposed", "declined", "withdrawn", "applying", "completed"]


@dataclass(frozen=True, slots=True)
class Recall:
    """A recall that was proposed. `selected` is in order of decision; `passed_over` are those that were left."""

    proposed: Recorded[events.RecallProposed]
    selected: tuple[Selected, ...] = ()
    answer: Recorded[Answer] | None = None
    passed_over: tuple[Recorded[events.RecallPassedOver], ...] = ()
    completed: Recorded[events.RecallCompleted] | None = None

    @property
    def name(self) -> StateName:
        """The public name of the state."""
        if self.answer is None:
            return "proposed"
        match self.answer.event:
            case events.RecallDeclined():
                return "declined"
            case events.RecallWithdrawn():
                return "withdrawn"
            case events.RecallConfirmed():
                return "applying" if self.completed is None else "completed"
            case _:
                assert_never(self.answer.event)


RecallState: TypeAlias = Recall | None
UNPROPOSED: Final[RecallState] = None


def answered_by(answer: Answer) -> str:
    """Return who gave the answer."""
    match answer:
        case events.RecallConfirmed():
            return answer.confirmed_by
        case events.RecallDeclined():
            return answer.declined_by
        case events.RecallWithdrawn():
            return answer.withdrawn_by
        case _:
            assert_never(answer)


def evolve(state: RecallState, recorded: Recorded[RecallFact]) -> RecallState:
    """Return the recall after the fact; the same state where the fact cannot have come about in it."""
    event = recorded.event
    if state is None:
        return Recall(recorded_as(event, recorded)) if isinstance(event, events.RecallProposed) else None
    match event:
        case events.RecallProposed():
            return state
        case events.RecallSelected():
            return replace(state, selected=(*state.selected, *event.decisions)) if state.answer is None else state
        case events.RecallConfirmed() | events.RecallDeclined() | events.RecallWithdrawn():
            return replace(state, answer=recorded_as(event, recorded)) if state.answer is None else state
        case _:
            return _applied(state, event, recorded)


def _applied(
    state: Recall, event: events.RecallPassedOver | events.RecallCompleted, recorded: Recorded[RecallFact]
) -> Recall:
    if state.name != "applying":
        return state
    if isinstance(event, events.RecallCompleted):
        return replace(state, completed=recorded_as(event, recorded))
    return replace(state, passed_over=(*state.passed_over, recorded_as(event, recorded)))
