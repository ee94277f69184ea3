"""A long history is computed again with work that grows as the history does, counted in calls, not in seconds."""

import sys
from datetime import timedelta
from types import FrameType
from typing import Any

from services.ledger.rendering import Asked
from tests.support.bundles import Bundled, bundled
from tests.support.decisions import FIRST, Decisions
from tests.support.following import Following


def history(length: int) -> Bundled:
    """Return the bundle of an account with so many decisions, one a day and each with a week of its own to wait for."""
    cases = Decisions()
    ledger = Following(cases, cases.clock)
    for day in range(length):
        cases.ordinary("s-1", at=FIRST + timedelta(days=day))
    ledger.catch_up()
    return bundled(cases, ledger, "s-1", Asked(FIRST + timedelta(days=length)))


def calls(bundle: Bundled) -> int:
    """Return how many calls it takes to verify a bundle with which nothing is wrong."""
    counted = 0

    def count(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal counted
        counted += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        wrong = bundle.wrong()
    finally:
        sys.setprofile(before)
    assert wrong == []
    return counted


def test_four_times_the_history_is_four_times_the_work() -> None:
    """Proofs are a little longer, and the queue of sanctions is: its square would be sixteen times."""
    assert calls(history(400)) < 5 * calls(history(100))
