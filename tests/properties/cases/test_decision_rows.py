"""The rows of decisions say what the facts say, whatever becomes of a case: laws against a plain telling."""

from hypothesis import given as over
from hypothesis import settings, target
from hypothesis import strategies as st

from services.cases.decisiontables import DECISIONS
from tests.support.decision_log import kept
from tests.support.reviewed_cases import Life, lives, told


@settings(max_examples=300, deadline=None)
@over(lives(), st.booleans())
def test_there_is_a_row_for_each_decision_and_it_says_what_became_of_it(life: Life, by_fact: bool) -> None:
    expected = told(life)
    target(float(len({row["fate"] for row in expected})))
    found = kept([life], by_fact=by_fact).select(DECISIONS, order=("position",), limit=100)
    assert [dict(row) for row in found] == expected


@settings(max_examples=100, deadline=None)
@over(lives(), lives("case-2"))
def test_what_counts_is_found_by_its_own_id(one: Life, other: Life) -> None:
    """Given two cases, then what still counts in the ledger is in exactly one row each, and nothing else counts."""
    counting = {row["counts"] for life in (one, other) for row in told(life)} - {None}
    rows = kept([one, other]).select(DECISIONS, limit=100)
    assert sorted(str(row["counts"]) for row in rows if row["counts"] is not None) == sorted(counting)
