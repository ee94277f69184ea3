"""A page of the feed that does not come is asked for again, longer and longer apart, and given up at last."""

from collections.abc import Sequence

import pytest

from services.ledger.simulating.patience import MOST_PAUSE_S, PAUSES_S, GaveUp, Patient
from shared.kit.feed_client import FeedBroken, FeedPage, FeedUnavailable
from tests.support.simulated import FoundDecisions


class Failing:
    """A feed that fails in these ways, one after the other, and then answers."""

    def __init__(self, cases: FoundDecisions, *failures: Exception) -> None:
        self.cases, self.failures, self.asked = cases, [*failures], 0

    def pick(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> FeedPage:
        """Fail, or return the page."""
        self.asked += 1
        if self.failures:
            raise self.failures.pop(0)
        return self.cases.pick(after, limit, types=types, subject=subject)


def test_a_page_comes_once_the_feed_answers(cases: FoundDecisions) -> None:
    """It is the page that was asked for; no pause comes where nothing failed."""
    cases.found("s-1")
    cases.found("s-2")
    waited: list[float] = []
    feed = Failing(cases, FeedUnavailable("ConnectError"), FeedUnavailable("answered 503"))
    patient = Patient(feed, waited.append)
    assert patient.pick(1, 10, subject="s-2") == cases.pick(1, 10, subject="s-2")
    assert waited == [*PAUSES_S[:2]]
    patient.pick(0, 10)
    assert len(waited) == 2


def test_the_feed_may_say_how_long_within_a_limit(cases: FoundDecisions) -> None:
    """What it says is waited for, unless the pause that is due is longer."""
    waited: list[float] = []
    said = [FeedUnavailable("answered 503", after) for after in (7.0, 0.0, 86_400.0)]
    Patient(Failing(cases, *said), waited.append).pick(0, 10)
    assert waited == [7.0, PAUSES_S[1], MOST_PAUSE_S]


def test_it_is_given_up_in_the_end_and_said_where(cases: FoundDecisions) -> None:
    waited: list[float] = []
    feed = Failing(cases, *[FeedUnavailable("answered 503", None, "unavailable")] * 100)
    with pytest.raises(GaveUp, match="answered 503, asked 8 times behind position 41") as gave_up:
        Patient(feed, waited.append).pick(41, 10)
    assert (gave_up.value.after, gave_up.value.tries, gave_up.value.code) == (41, feed.asked, "unavailable")
    assert waited == [*PAUSES_S]


@pytest.mark.parametrize("status", [401, 403, 404])
def test_a_refusal_is_not_asked_about_again(cases: FoundDecisions, status: int) -> None:
    """A simulation whose token is not taken says so at once."""
    feed = Failing(cases, FeedUnavailable(f"answered {status}", None, "token_invalid", status))
    with pytest.raises(GaveUp):
        Patient(feed, lambda _: None).pick(0, 10)
    assert feed.asked == 1


def test_what_cannot_be_is_not_asked_for_again(cases: FoundDecisions) -> None:
    feed = Failing(cases, FeedBroken("a hole"))
    with pytest.raises(FeedBroken):
        Patient(feed, lambda _: None).pick(0, 10)
    assert feed.asked == 1


def test_who_waits_may_end_it(cases: FoundDecisions) -> None:
    class Enough(Exception):
        """Somebody wants no answer any more."""

    def enough(_: float) -> None:
        raise Enough

    with pytest.raises(Enough):
        Patient(Failing(cases, FeedUnavailable("ConnectError")), enough).pick(0, 10)
