"""The decision table of a recall: `decide(state, command) → facts | refusal`. Pure.

Source: domain rules §3, revocation by two supervisors.
"""

from typing import Final, assert_never

from services.cases.domain.errors import not_proposer, reason_missing, same_officer
from services.cases.domain.recall import errors
from services.cases.domain.recall.commands import AnswerRecall, ProposeRecall, RecallCommand, WithdrawRecall
from services.cases.domain.recall.events import (
    RecallConfirmed,
    RecallDeclined,
    RecallFact,
    RecallPassedOver,
    RecallProposed,
    RecallSelected,
    RecallWithdrawn,
    Selected,
)
from services.cases.domain.recall.state import Recall, RecallState
from shared.kit.decider import Refusal

MAX_DECISIONS: Final = 10_000  # of one recall
CHUNK: Final = 400  # decisions of one fact, which has to fit into an event


def decide(state: RecallState, command: RecallCommand) -> list[RecallFact] | Refusal:
    """Return the facts that the command makes of this recall, or why it makes none."""
    if isinstance(command, ProposeRecall):
        return _propose(command) if state is None else errors.recall_exists()
    if state is None:
        return errors.recall_not_found()
    if state.answer is not None:
        return errors.recall_answered(state.name, state.answer.id)
    match command:
        case AnswerRecall():
            return _answer(state, command)
        case WithdrawRecall():
            return _withdraw(state, command)
        case _:
            assert_never(command)


def refused_selection(selected: int) -> Refusal | None:
    """Return why a recall of so many decisions is not possible, None where it is."""
    if selected == 0:
        return errors.nothing_selected()
    return errors.recall_too_large(MAX_DECISIONS) if selected > MAX_DECISIONS else None


def _propose(command: ProposeRecall) -> list[RecallFact] | Refusal:
    if command.criteria.none:
        return errors.criteria_missing()
    if not command.reason_digest:
        return reason_missing()
    selected = command.selected
    refusal = refused_selection(len(selected))
    if refusal is not None:
        return refusal
    proposed = RecallProposed(
        command.supervisor, command.at, command.criteria, command.as_of, len(selected), command.reason_digest
    )
    return [proposed, *(RecallSelected(selected[at : at + CHUNK]) for at in range(0, len(selected), CHUNK))]


def _answer(state: Recall, command: AnswerRecall) -> list[RecallFact] | Refusal:
    """By a supervisor other than the proposer; declining needs a reason of its own."""
    proposer = state.proposed.event.proposed_by
    if command.supervisor == proposer:
        return same_officer(proposer)
    if command.answer == "confirm":
        return [RecallConfirmed(command.supervisor, command.reason_digest)]
    if not command.reason_digest:
        return reason_missing()
    return [RecallDeclined(command.supervisor, command.reason_digest)]


def _withdraw(state: Recall, command: WithdrawRecall) -> list[RecallFact] | Refusal:
    proposer = state.proposed.event.proposed_by
    if command.supervisor != proposer:
        return not_proposer(proposer)
    return [RecallWithdrawn(command.supervisor)]


def passed_over(selected: Selected, why: Refusal) -> RecallPassedOver:
    """Return that a decision is left, for its case refuses the revocation; where another fact was first, which."""
    winner = why.facts.get("winner")
    first = winner.get("id") if isinstance(winner, dict) else None
    return RecallPassedOver(selected.decision, selected.case_id, why.code, str(first) if first is not None else None)
