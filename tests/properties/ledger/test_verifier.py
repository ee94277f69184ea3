"""Any history, asked with any two clocks, comes to the same in the ledger and in the stand-alone verifier."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.standing import known_by, standing_at, timeline_of
from shared.rulebook.model import Timeline
from tests.support.ladders import CHANGING_BOOK, COUNTERFEIT_BOOK, SEED
from tests.support.ledger_histories import BEGIN, COUNTERFEIT, ORDINARY, SEVERE, commands, facts_of, moments, steps
from tests.support.tree import ROOT
from tests.support.verifier import answered, in_utc, recomputed
from tools.vectors_facts import facts_of as worked
from tools.vectors_ledger import ask, asked

CLOCKS = st.integers(-24, 24 * 900).map(lambda hours: BEGIN + timedelta(hours=hours))
TRACKS = {"seed": (ORDINARY, SEVERE), "counterfeit": (ORDINARY, SEVERE, COUNTERFEIT), "changing": (ORDINARY, SEVERE)}
BOOKS = {"seed": SEED, "counterfeit": COUNTERFEIT_BOOK, "changing": CHANGING_BOOK}


@pytest.mark.parametrize("name", BOOKS)
@settings(max_examples=150, deadline=None)
@given(data=st.data())
def test_every_number_is_computed_alike(name: str, data: st.DataObject) -> None:
    """Three rulebooks, one of them with a version that changes ladders and year ends; every clock."""
    book = BOOKS[name]
    facts = facts_of(commands(data.draw(steps(*TRACKS[name], most=12)), book))
    known_at = data.draw(st.none() | st.sampled_from([fact.recorded_at for fact in facts]) if facts else st.none())
    known = [fact for fact in facts if known_at is None or fact.recorded_at <= known_at]
    first = standing_at("seller", known, book, as_of=BEGIN)
    last = standing_at("seller", known, book, as_of=BEGIN + timedelta(days=3000))
    near: st.SearchStrategy[datetime] = st.sampled_from([BEGIN, *moments(known, first, last)])
    as_of = data.draw(CLOCKS | near | near.map(lambda at: at - timedelta(microseconds=1)))
    asked = data.draw(st.sampled_from(_rules(book)))
    answer = standing_at("seller", facts, asked, as_of=as_of, known_at=known_at)
    assert recomputed(known, asked, as_of) == answered(answer)


def _rules(book: Timeline) -> list[Timeline]:
    """Return the rulebook, and each of its versions as the one that always holds."""
    return [book, *map(timeline_of, book.versions)]


EXAMPLES = [
    pytest.param(vector, id=f"{path.stem}: {vector['name']}")
    for path in sorted((ROOT / "tests/vectors").glob("ledger*.json"))
    for vector in json.loads(path.read_bytes())["vectors"]
]


@pytest.mark.parametrize("vector", EXAMPLES)
def test_worked_examples_are_computed_alike(vector: Mapping[str, Any]) -> None:
    """What the examples expect is what the ledger answers (`tools/vectors.py`), and the verifier answers the same."""
    facts = [in_utc(fact) for fact in worked(vector)]
    for query in vector["queries"]:
        book, as_of, known_at, position = asked(query, SEED)
        known = known_by(facts, known_at, position)
        assert recomputed(known, book, as_of.astimezone(UTC)) == answered(ask(facts, query, SEED))
