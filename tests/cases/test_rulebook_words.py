"""The words a rulebook file may use for claims, subjects and findings are the ones that cases are found in."""

from dataclasses import fields
from typing import get_args

from services.cases.domain import events
from shared.rulebook import schema


def test_claims_and_subjects_are_the_same_words() -> None:
    assert get_args(schema.Claim) == get_args(events.Claim)
    assert get_args(schema.Subject) == get_args(events.Subject)


def test_every_finding_that_a_ground_may_ask_for_is_one_that_a_decision_keeps() -> None:
    assert set(get_args(schema.Finding)) <= {field.name for field in fields(events.Findings)}
