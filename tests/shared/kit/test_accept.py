"""Content negotiation by weight, the most specific range first."""

import pytest

from shared.kit.accept import preferred
from shared.kit.problem import Problem

OFFERED = ("application/json", "text/plain")


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ([], "application/json"),
        (["", " , "], "application/json"),
        (["*/*"], "application/json"),
        (["text/plain"], "text/plain"),
        (["TEXT/PLAIN; charset=utf-8"], "text/plain"),
        (["application/json;q=0.5, text/*"], "text/plain"),
        (["application/json;q=0.5", "text/*;q=0.1"], "application/json"),
        (["*/*, application/json;q=0"], "text/plain"),
        (["text/*;q=0.9, text/plain;q=0, application/json;q=0.1"], "application/json"),
        (["application/json;q=nan, text/plain;q=1.000"], "text/plain"),
    ],
)
def test_the_heaviest_offer_is_chosen(accept: list[str], chosen: str) -> None:
    assert preferred(accept, OFFERED) == chosen


@pytest.mark.parametrize(
    "accept", ["image/png", "application/json;q=0", "application/json;q=x", "application/json;q=9"]
)
def test_no_accepted_offer_is_406_and_says_what_there_is(accept: str) -> None:
    with pytest.raises(Problem) as refusal:
        preferred([accept], OFFERED)
    assert (refusal.value.status, refusal.value.facts) == (406, {"offered": list(OFFERED)})
