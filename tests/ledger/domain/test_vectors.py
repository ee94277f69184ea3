"""The worked examples of ledger histories, and that their runner can fail."""

import json
from pathlib import Path
from typing import Any

import pytest

from tools.vectors_ledger import run_ledger_vector

FOLDER = Path(__file__).parents[2] / "vectors"
VECTORS = [
    pytest.param(vector, id=f"{path.stem}: {vector['name']}")
    for path in sorted(FOLDER.glob("ledger*.json"))
    for vector in json.loads(path.read_text("utf-8"))["vectors"]
]


@pytest.mark.parametrize("vector", VECTORS)
def test_the_worked_example_holds(vector: dict[str, Any]) -> None:
    """Every field that a query gives is as the code answers."""
    assert run_ledger_vector(vector) == []


def test_all_worked_examples_are_there() -> None:
    """Ten histories, eight corrections and corners, and ten stays."""
    assert len(VECTORS) == 28


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("points", {"ordinary": 1}),
        ("standing", "sealed"),
        ("not_standing", "restricted"),
        ("restricted_until", None),
        ("sanctions", []),
        ("restrictions", ["account_sealed"]),
        ("next_change_at", "2030-01-01T00:00:00Z"),
        ("colour", "red"),
    ],
)
def test_a_wrong_expectation_is_seen(field: str, value: object) -> None:
    """Each kind of expectation, made wrong, is reported once."""
    history = {"entries": [{"id": "a", "track": "ordinary", "points": 12, "effective_at": "2025-06-07T10:00:00+08:00"}]}
    query = {"as_of": "2025-06-08T10:00:00+08:00", field: value}
    assert len(run_ledger_vector({**history, "queries": [query]})) == 1


def test_rows_are_matched_whatever_their_order() -> None:
    """A wide expectation leaves the row that only a narrow one fits to the narrow one."""
    entries = [
        {"id": "a", "track": "ordinary", "points": 24, "effective_at": "2025-03-01T10:00:00+08:00"},
    ]
    wide, narrow = {"by": "a"}, {"by": "a", "node": 12}
    query = {"as_of": "2025-03-02T10:00:00+08:00", "sanctions": [wide, narrow]}
    assert run_ledger_vector({"entries": entries, "queries": [query]}) == []
    query = {"as_of": "2025-03-02T10:00:00+08:00", "sanctions": [narrow, narrow]}
    assert len(run_ledger_vector({"entries": entries, "queries": [query]})) == 1


def test_a_query_may_ask_another_rulebook_or_position() -> None:
    """By the version's id, for the whole history; by the position, exactly."""
    entries = [
        {"id": "a", "track": "ordinary", "points": 12, "effective_at": "2025-03-01T10:00:00+08:00"},
        {"id": "b", "track": "ordinary", "points": 12, "effective_at": "2025-03-02T10:00:00+08:00"},
    ]
    at = "2025-03-03T10:00:00+08:00"
    queries = [
        {"as_of": at, "known_position": 1, "points": {"ordinary": 12}},
        {"as_of": at, "rulebook": "TB-2012", "points": {"ordinary": 24}},
    ]
    assert run_ledger_vector({"entries": entries, "queries": queries}) == []
    with pytest.raises(LookupError):
        run_ledger_vector({"entries": entries, "queries": [{"as_of": at, "rulebook": "TB-1999"}]})


ENTRY = {"id": "a", "track": "ordinary", "points": 12, "effective_at": "2025-03-01T10:00:00+08:00"}


def test_a_stay_that_begins_when_another_is_lifted_is_told_behind_the_lifting() -> None:
    """So both hold, one after the other, whatever their order in the example."""
    changing = "2025-03-03T10:00:00+08:00"
    stays = [
        {"entry": "a", "recorded_at": changing, "lifted_at": None},
        {"entry": "a", "recorded_at": "2025-03-02T10:00:00+08:00", "lifted_at": changing},
    ]
    queries = [{"as_of": "2025-03-04T10:00:00+08:00", "sanctions": [{"by": "a", "state": "stayed"}]}]
    assert run_ledger_vector({"entries": [ENTRY], "stays": stays, "queries": queries}) == []
    queries = [{"as_of": "2025-03-01T12:00:00+08:00", "sanctions": [{"by": "a", "state": "stayed"}]}]
    assert len(run_ledger_vector({"entries": [ENTRY], "stays": stays, "queries": queries})) == 1


def test_a_stay_is_lifted_after_it_was_given_or_the_example_is_wrong() -> None:
    """It would say nothing."""
    at = "2025-03-03T10:00:00+08:00"
    with pytest.raises(ValueError, match="lifted after it was given"):
        run_ledger_vector(
            {"entries": [ENTRY], "stays": [{"entry": "a", "recorded_at": at, "lifted_at": at}], "queries": []}
        )
