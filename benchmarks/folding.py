"""The ledger following a history: ours page by page, and the rows that it wrote, for the bare driver to write again."""

from collections.abc import Sequence
from time import perf_counter
from typing import Final

import msgspec

from services.ledger.application import Ledger
from services.ledger.follower import Follower
from services.ledger.progress import Progress
from services.ledger.publication import Publication
from services.ledger.standings import Standings
from services.ledger.watching import Watching
from shared.contracts.decisions import ORDINARY_UPHELD, ViolationUpheld
from shared.kit import cloudevent
from shared.kit.audit.vkey import VerifierKey
from shared.kit.feed_client import FeedPage
from shared.kit.log.model import EventLog
from shared.rulebook.loader import shipped

TIMELINE: Final = shipped("seed")  # once in a process, as in a service
CACHED_ACCOUNTS: Final = 50_000

_decoder: Final = msgspec.json.Decoder(ViolationUpheld)


class NoFeed:
    """Pages are handed to `step`; nothing is fetched."""

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Refuse.

        Raises:
            LookupError: always.
        """
        raise LookupError(f"no page after {after} (limit {limit}, wait {wait_s})")

    def checkpoint(self) -> bytes:
        """Refuse, as `page` does."""
        raise LookupError("no checkpoint")

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Refuse, as `page` does."""
        raise LookupError(f"no proof from {old} to {new}")

    def keys(self) -> list[VerifierKey]:
        """Refuse, as `page` does."""
        raise LookupError("no keys")


class Folding:
    """The ledger's follower over a log, fed by hand."""

    def __init__(self, log: EventLog) -> None:
        self._progress, codec = Progress(), Publication(TIMELINE)
        self._ledger = Ledger(log, codec, TIMELINE, Standings(log, CACHED_ACCOUNTS), self._progress)
        watching = Watching(log, self._ledger, self._progress, NoFeed())
        self._follower = Follower(self._ledger, self._progress, codec, NoFeed(), watching)

    def fold(self, page: FeedPage) -> int:
        """Fold one page; return the ledger's position after it.

        Raises:
            RuntimeError: it was not folded.
        """
        if not self._follower.step(page):
            raise RuntimeError("another writer was there")
        return self._progress.now.ledger_position

    def digest(self) -> None:
        """Record every digest of standings that is due."""
        while self._ledger.digest() and self._ledger.digests_due:
            continue


def fold(log: EventLog, pages: Sequence[FeedPage]) -> tuple[float, list[int]]:
    """Fold the pages into a new ledger; return the seconds it took and the ledger's head after each page."""
    folding = Folding(log)
    start = perf_counter()
    heads = [folding.fold(page) for page in pages]
    return perf_counter() - start, heads


def sums(points: dict[str, int], page: FeedPage) -> None:
    """Add up the points of a page's decisions by seller: all that a fold without rules would compute."""
    for state in page.events:
        envelope = cloudevent.decode(state)
        if envelope.type == ORDINARY_UPHELD:
            upheld = _decoder.decode(envelope.data)
            points[envelope.subject] = points.get(envelope.subject, 0) + upheld.points
