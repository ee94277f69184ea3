"""Refusals: the constructor's name is the code, the sentence says what would have to be true."""

from collections.abc import Callable
from datetime import UTC, datetime
from inspect import signature

import pytest

from services.cases.domain import errors
from shared.kit.decider import Refusal

EXAMPLES: dict[object, object] = {
    str: "A word.",
    int: 3,
    datetime: datetime(2026, 3, 2, tzinfo=UTC),
    tuple[str, ...]: ("a", "b"),
    str | None: None,
    datetime | None: None,
}
CONSTRUCTORS: list[Callable[..., Refusal]] = [getattr(errors, name) for name in errors.__all__ if name != "STATE_CODES"]


@pytest.mark.parametrize("constructor", CONSTRUCTORS, ids=lambda constructor: constructor.__name__)
def test_each_refusal_has_its_constructors_name_and_one_sentence(constructor: Callable[..., Refusal]) -> None:
    examples = {
        name: EXAMPLES.get(parameter.annotation, {"id": "event-1"})
        for name, parameter in signature(constructor).parameters.items()
    }
    refusal = constructor(**examples)
    assert refusal.code == constructor.__name__
    assert refusal.detail.endswith(".")
    assert constructor.__doc__


def test_state_codes_are_codes() -> None:
    assert {constructor.__name__ for constructor in CONSTRUCTORS} > errors.STATE_CODES
