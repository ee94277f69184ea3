"""What runs behind the ledger's routes: the follower in its thread, and what both say of their health."""

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from anyio import to_thread
from fastapi import FastAPI

from services.ledger.application import Ledger
from services.ledger.follower import Feed, Follower
from services.ledger.progress import Progress
from services.ledger.questions import Questions
from shared.kit.feed_client import FeedClient
from shared.kit.log.model import EventLog


@dataclass(frozen=True)
class Parts:
    """What runs behind the routes, and what it says of its health."""

    log: EventLog
    feed: Feed
    ledger: Ledger
    questions: Questions
    follower: Follower
    progress: Progress

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Follow in a thread of its own; at the end let it finish its page, then close feed and log."""
        stop = threading.Event()
        thread = threading.Thread(target=self.follower.run, args=(stop,), name="follower")
        thread.start()
        try:
            yield
        finally:
            stop.set()
            await to_thread.run_sync(thread.join)
            if isinstance(self.feed, FeedClient):
                self.feed.close()
            self.log.close()

    def follower_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the cases are followed and were caught up with since the start, and how far."""
        status, position = self.follower.status, self.progress.now.position
        detail = {"state": status.state, "position": position, "head": status.head, "lag": self.lag()}
        well = status.state == "following" and status.caught_up
        return well, {**detail, "reason": status.reason} if status.reason else detail

    def log_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the log can be read, and its head."""
        return True, {"head": self.log.head().position}

    def lag(self) -> int:
        """Return how many events of the cases log, as far as it was told, are not folded yet."""
        return max(0, self.follower.status.head - self.progress.now.position)
