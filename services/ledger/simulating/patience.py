"""Asks the cases' feed again where it does not answer: so many times, longer and longer apart, and then no more."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Final

from services.ledger.simulating.evidence import Picked
from shared.kit.feed_client import FeedPage, FeedUnavailable

PAUSES_S: Final[Sequence[float]] = (0.5, 1, 2, 4, 8, 16, 30)  # before it is asked again: a minute in all
MOST_PAUSE_S: Final = 60.0  # where the feed itself says how long
REFUSED: Final = (401, 403, 404)  # asking again with the same token changes nothing


class GaveUp(FeedUnavailable):
    """The feed did not answer behind the position `after`, however often it was asked: `tries` times."""

    def __init__(self, last: FeedUnavailable, after: int, tries: int) -> None:
        reason = f"{last.reason}, asked {tries} times behind position {after}"
        super().__init__(reason, last.retry_after_s, last.code, last.status, last.where)
        self.after, self.tries = after, tries


class Patient:
    """Picks from a feed as the feed does, page by page, and asks again for one that did not come."""

    def __init__(self, feed: Picked, wait: Callable[[float], None]) -> None:
        """`wait` lets so many seconds go by; what it raises ends the asking."""
        self._feed, self._wait = feed, wait

    def pick(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> FeedPage:
        """Return what the feed returns.

        Raises:
            GaveUp: it does not answer.
            FeedBroken: what it says cannot be; asking again would not mend it.
        """
        pauses = iter(PAUSES_S)
        for tries in count(1):
            try:
                return self._feed.pick(after, limit, types=types, subject=subject)
            except FeedUnavailable as unavailable:
                pause = None if unavailable.status in REFUSED else next(pauses, None)
                if pause is None:
                    raise GaveUp(unavailable, after, tries) from unavailable
                self._wait(min(max(pause, unavailable.retry_after_s or 0), MOST_PAUSE_S))
        raise AssertionError("the pauses have an end")
