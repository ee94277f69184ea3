"""What runs behind the ledger's routes: the follower in its thread, and what both say of their health."""

import math
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
from services.ledger.tables import ACCOUNTS
from shared.kit.feed_client import FeedClient
from shared.kit.log.model import EventLog, LogUnavailable
from shared.kit.log.rows import MAX_SELECT, Where
from shared.kit.telemetry import Metrics


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

    def quarantined(self) -> float:
        """Return how many accounts are in quarantine, `MAX_SELECT` at most; no number where the log cannot say."""
        try:
            return len(self.log.select(ACCOUNTS, Where("quarantined", "not null"), limit=MAX_SELECT))
        except LogUnavailable:
            return math.nan

    def metrics(self) -> Metrics:
        """Return metrics with the ledger's own figures."""
        metrics = Metrics()
        following = self.follower
        metrics.gauge("ledger_cases_position", "Cases position folded through", lambda: self.progress.now.position)
        metrics.gauge("ledger_log_position", "Head of the ledger's log", lambda: self.progress.now.ledger_position)
        metrics.gauge("ledger_lag_events", "Events of the cases log that are not folded yet", self.lag)
        metrics.gauge(
            "ledger_follower_alarmed", "1: following has stopped", lambda: following.status.state == "alarmed"
        )
        metrics.gauge("ledger_accounts_quarantined", "Accounts that wait for their release", self.quarantined)
        metrics.gauge("ledger_events_passed_over", "Events that move no points", lambda: following.status.passed_over)
        return metrics
