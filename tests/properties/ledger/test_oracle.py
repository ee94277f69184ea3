"""Any history, asked with any two clocks, is answered as the plain oracle answers it."""

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.standing import standing_at
from shared.rulebook.model import Timeline
from tests.support.ladders import CHANGING_BOOK, COUNTERFEIT_BOOK, SEED
from tests.support.ledger_histories import BEGIN, COUNTERFEIT, ORDINARY, SEVERE, Step, commands, facts_of, steps
from tests.support.ledger_oracle import Oracle

CLOCKS = st.integers(-24, 24 * 500).map(lambda hours: BEGIN + timedelta(hours=hours))
DAYS = st.integers(0, 120).map(lambda days: BEGIN + timedelta(days=days))


def compare(told: list[Step], timeline: Timeline, as_of: st.SearchStrategy, data: st.DataObject) -> None:
    """Ask both and compare every field of the answer."""
    facts = facts_of(commands(told, timeline))
    known_at = data.draw(st.none() | st.sampled_from([fact.recorded_at for fact in facts]) if facts else st.none())
    oracle = Oracle([fact for fact in facts if known_at is None or fact.recorded_at <= known_at], timeline)
    instant = data.draw(st.sampled_from(oracle.moments()) | as_of if oracle.moments() else as_of)
    answer = standing_at("seller", facts, timeline, as_of=instant, known_at=known_at)
    rows = [(row.entry, row.node, row.start, row.end, row.state, row.lifted_at) for row in answer.sanctions]
    assert sorted(rows, key=repr) == oracle.told(instant)
    assert {track: points for track, points in answer.points.items() if points} == oracle.points(instant)
    assert answer.standing == oracle.standing(instant)
    assert set(answer.restrictions) == oracle.restrictions(instant)
    assert answer.restricted_until == oracle.restricted_until(instant)
    assert answer.next_change_at == oracle.next_change(instant)


@pytest.mark.parametrize("track", [ORDINARY, SEVERE], ids=["ordinary", "severe"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_one_track_is_as_the_oracle_says(track: tuple[str, tuple[int, ...]], data: st.DataObject) -> None:
    """Each ladder by itself."""
    compare(data.draw(steps(track)), SEED, DAYS, data)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_both_tracks_together_are_as_the_oracle_says(data: st.DataObject) -> None:
    """Regrades from the one to the other, seals over both."""
    compare(data.draw(steps(ORDINARY, SEVERE)), SEED, CLOCKS, data)


@pytest.mark.parametrize("book", [COUNTERFEIT_BOOK, CHANGING_BOOK], ids=["counterfeit", "changing"])
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_other_rulebooks_are_as_the_oracle_says(book: Timeline, data: st.DataObject) -> None:
    """A third track with a carry-over of its own; a ladder and a year end that change between versions."""
    tracks = (ORDINARY, SEVERE, COUNTERFEIT) if book is COUNTERFEIT_BOOK else (ORDINARY, SEVERE)
    compare(data.draw(steps(*tracks)), book, CLOCKS, data)
