"""A recall by its own facts: who may propose, answer and take back, and what each is refused for."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as over
from hypothesis import strategies as st

from services.cases.domain import errors as case_errors
from services.cases.domain.recall import errors
from services.cases.domain.recall.commands import AnswerRecall, ProposeRecall, RecallCommand, WithdrawRecall
from services.cases.domain.recall.decider import CHUNK, MAX_DECISIONS, decide, passed_over
from services.cases.domain.recall.events import (
    Criteria,
    RecallCompleted,
    RecallConfirmed,
    RecallDeclined,
    RecallFact,
    RecallPassedOver,
    RecallProposed,
    RecallSelected,
    RecallWithdrawn,
    Selected,
)
from services.cases.domain.recall.state import RecallState, answered_by, evolve
from shared.kit.decider import Recorded, Refusal
from tests.support.cases_story import hour
from tests.support.recall_samples import SAMPLES

TWO = (Selected("d-1", "case-1"), Selected("d-2", "case-2"))
PROPOSE = ProposeRecall("v-1", Criteria(officer="o-1"), 41, TWO, "digest", hour(1))
CONFIRM = AnswerRecall("v-2", "confirm", "", hour(2))
DECLINE = AnswerRecall("v-2", "decline", "digest", hour(2))
TAKE_BACK = WithdrawRecall("v-1", hour(2))


def folded(*facts: RecallFact) -> RecallState:
    """Return the recall after these facts."""
    state: RecallState = None
    for position, fact in enumerate(facts, start=1):
        state = evolve(state, Recorded(fact, f"event-{position}", position, hour(position)))
    return state


def after(*asked: RecallCommand) -> RecallState:
    """Return the recall after these commands, each of which must be accepted."""
    facts: list[RecallFact] = []
    for command in asked:
        said = decide(folded(*facts), command)
        assert not isinstance(said, Refusal), said
        facts += said
    return folded(*facts)


def name(state: RecallState) -> str:
    """Return the name of a recall's state."""
    assert state is not None
    return state.name


def test_a_proposal_fixes_what_is_selected() -> None:
    assert decide(None, PROPOSE) == [
        RecallProposed("v-1", hour(1), Criteria(officer="o-1"), 41, 2, "digest"),
        RecallSelected(TWO),
    ]
    state = after(PROPOSE)
    assert state is not None
    assert (state.selected, state.name) == (TWO, "proposed")


@pytest.mark.parametrize("count", [1, CHUNK, CHUNK + 1, MAX_DECISIONS])
def test_a_large_selection_stands_in_several_facts_in_order(count: int) -> None:
    many = tuple(Selected(f"d-{nth}", f"case-{nth}") for nth in range(count))
    said = decide(None, replace(PROPOSE, selected=many))
    assert not isinstance(said, Refusal)
    chunks = [fact.decisions for fact in said if isinstance(fact, RecallSelected)]
    assert [one for chunk in chunks for one in chunk] == list(many)
    assert max(map(len, chunks)) <= CHUNK
    assert len(chunks) == -(-count // CHUNK)


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"criteria": Criteria()}, errors.criteria_missing()),
        ({"reason_digest": ""}, case_errors.reason_missing()),
        ({"selected": ()}, errors.nothing_selected()),
        ({"selected": (TWO[0],) * (MAX_DECISIONS + 1)}, errors.recall_too_large(MAX_DECISIONS)),
    ],
)
def test_a_proposal_needs_criteria_a_reason_and_a_selection_within_the_limit(
    change: dict[str, Any], refusal: Refusal
) -> None:
    assert decide(None, replace(PROPOSE, **change)) == refusal


def test_another_supervisor_confirms_or_declines() -> None:
    proposed = after(PROPOSE)
    assert decide(proposed, CONFIRM) == [RecallConfirmed("v-2", "")]
    assert decide(proposed, DECLINE) == [RecallDeclined("v-2", "digest")]
    assert name(after(PROPOSE, CONFIRM)) == "applying"
    assert name(after(PROPOSE, DECLINE)) == "declined"


def test_the_proposer_does_not_answer_and_nobody_else_takes_back() -> None:
    proposed = after(PROPOSE)
    assert decide(proposed, replace(CONFIRM, supervisor="v-1")) == case_errors.same_officer("v-1")
    assert decide(proposed, replace(DECLINE, supervisor="v-1")) == case_errors.same_officer("v-1")
    assert decide(proposed, replace(TAKE_BACK, supervisor="v-2")) == case_errors.not_proposer("v-1")
    assert decide(proposed, TAKE_BACK) == [RecallWithdrawn("v-1")]
    assert name(after(PROPOSE, TAKE_BACK)) == "withdrawn"


def test_declining_needs_a_reason_of_its_own() -> None:
    assert decide(after(PROPOSE), replace(DECLINE, reason_digest="")) == case_errors.reason_missing()


@pytest.mark.parametrize("first", [CONFIRM, DECLINE, TAKE_BACK])
@pytest.mark.parametrize("second", [CONFIRM, DECLINE, TAKE_BACK])
def test_a_recall_is_answered_once(first: RecallCommand, second: RecallCommand) -> None:
    """Whoever comes second is told which fact that was."""
    state = after(PROPOSE, first)
    assert state is not None
    assert state.answer is not None
    assert decide(state, second) == errors.recall_answered(state.name, state.answer.id)


def test_what_was_never_proposed_is_not_answered_and_what_was_is_not_proposed_again() -> None:
    assert decide(None, CONFIRM) == errors.recall_not_found()
    assert decide(None, TAKE_BACK) == errors.recall_not_found()
    assert decide(after(PROPOSE), PROPOSE) == errors.recall_exists()


def test_what_is_passed_over_says_why_and_who_was_first() -> None:
    first = case_errors.already_decided({"id": "event-9", "type": "demerit.cases.decision_reversed.v1"})
    assert passed_over(TWO[0], first) == RecallPassedOver("d-1", "case-1", "already_decided", "event-9")
    assert passed_over(TWO[1], case_errors.not_upheld()) == RecallPassedOver("d-2", "case-2", "not_upheld", None)


def test_a_recall_ends_when_everything_is_settled() -> None:
    facts = (SAMPLES["recall_proposed"], SAMPLES["recall_selected"], RecallConfirmed("v-2", ""))
    left = RecallPassedOver("d-1", "case-1", "already_decided", None)
    state = folded(*facts, left, RecallCompleted(1, 1))
    assert state is not None
    assert (state.name, [fact.event for fact in state.passed_over]) == ("completed", [left])


@over(st.lists(st.sampled_from(sorted(SAMPLES))))
def test_any_facts_in_any_order_are_folded(names: list[str]) -> None:
    """A fact that cannot have come about changes nothing: the first answer stands, nothing ends before it is agreed."""
    state = folded(*(SAMPLES[name] for name in names))
    assert (state is None) == ("recall_proposed" not in names)
    if state is None:
        return
    begun = names[names.index("recall_proposed") :]
    answers = [one for one in begun if one in ("recall_confirmed", "recall_declined", "recall_withdrawn")]
    assert (state.answer is None) == (not answers)
    if state.answer is not None:
        assert state.answer.event == SAMPLES[answers[0]]
        assert answered_by(state.answer.event) in ("v-1", "v-2")
    if state.completed is not None or state.passed_over:
        assert answers[0] == "recall_confirmed"
