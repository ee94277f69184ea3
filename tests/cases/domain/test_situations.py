"""The seed's situations as worked examples, through the same runner that `make vectors` uses."""

import json
from pathlib import Path
from typing import Any

import pytest

from shared.rulebook.loader import shipped
from tools.vectors_situations import run_situation_vector

FILE = Path(__file__).parents[2] / "vectors" / "situations.json"
VECTORS: list[dict[str, Any]] = json.loads(FILE.read_bytes())["vectors"]
CALLS = {"frequent_contact": True, "number_attributable": True}


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["name"])
def test_the_situation_opens_what_it_should_and_refuses_the_rest(vector: dict[str, Any]) -> None:
    assert run_situation_vector(vector) == []


def test_the_exception_of_situation_1_is_tried_where_it_is_named() -> None:
    insults = {"factors": ["insult"], "number_attributable": True}
    opened = ["abuse_not_harassment", "propose_override"]
    vector = {"found_subject": "abuse", "verified": insults, "open": opened, "points": {"ordinary": 12}}
    assert run_situation_vector(vector) == []
    assert run_situation_vector({**vector, "rulebook": "TB-2016-06"}) != []


@pytest.mark.parametrize(
    ("vector", "difference"),
    [
        ({"verified": CALLS, "open": []}, "open: ['uphold_ordinary'], expected []"),
        ({"verified": CALLS, "open": ["uphold_ordinary"], "points": {"ordinary": 48}}, "points: {'ordinary': 12}"),
        ({"verified": {}, "open": ["evidence_insufficient"], "points": {"ordinary": 0}}, "points: {}"),
        ({"verified": {}, "open": ["no_such_ground"]}, "open: ['evidence_insufficient']"),
        ({"verified": CALLS, "open": [], "mood": "bad"}, "not understood: mood"),
        ({"open": [], "rulebook": "TB-1999"}, "no rulebook version TB-1999"),
    ],
)
def test_the_runner_sees_what_differs(vector: dict[str, Any], difference: str) -> None:
    first, *_ = run_situation_vector(vector)
    assert first.startswith(difference)


def test_an_example_that_cannot_be_reached_is_said_to_be_so() -> None:
    for verified in ({"factors": ["bad_mood"]}, {"mood": "bad"}):
        with pytest.raises(ValueError, match=r"unknown_fact|not understood"):
            run_situation_vector({"verified": verified, "open": []})


def test_the_timeline_to_run_under_may_be_given() -> None:
    vector = {"rulebook": "TB-2016-06", "verified": CALLS, "open": ["uphold_ordinary"]}
    assert run_situation_vector(vector, shipped("taobao")) == []
    assert run_situation_vector(vector, {"seed": shipped("seed")}) == ["no rulebook version TB-2016-06"]
