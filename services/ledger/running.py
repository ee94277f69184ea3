"""What runs behind the ledger's routes: the follower in its thread, and what both say of their health."""

import threading
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Final

from anyio import to_thread
from fastapi import FastAPI

from services.ledger.application import Ledger
from services.ledger.follower import Follower
from services.ledger.progress import Progress
from services.ledger.questions import Questions
from services.ledger.renewal import Renewal
from services.ledger.simulating.simulations import Simulations
from services.ledger.tail import Tail
from services.ledger.watching import Feed, Watching
from shared.kit.audit.witness import Witness
from shared.kit.electing import ASK_AGAIN_S, Seat
from shared.kit.feed_client import FeedClient
from shared.kit.log.model import EventLog, LogUnavailable
from shared.kit.running import running

WATCH_EVERY_S: Final = 0.1  # how late an answer may be that another process's follower has changed


@dataclass(frozen=True)
class Parts:
    """What runs behind the routes, and what it says of its health."""

    log: EventLog
    feed: Feed
    ledger: Ledger
    questions: Questions
    follower: Follower
    progress: Progress
    tail: Tail
    seat: Seat | None
    witness: Witness
    watching: Watching
    simulations: Simulations
    renewal: Renewal

    @asynccontextmanager
    async def lifespan(self, _: FastAPI) -> AsyncIterator[None]:
        """Follow and sign in threads of their own; at the end let them finish, then close feed and log."""
        try:
            await to_thread.run_sync(self.witness.look)
            async with running(follower=self.run, witness=self.witness.keep_up):
                yield
        finally:
            await to_thread.run_sync(self.simulations.close)
            await to_thread.run_sync(self.renewal.close)
            if isinstance(self.feed, FeedClient):
                self.feed.close()
            self.log.close()

    def run(self, stop: threading.Event) -> None:
        """Follow the cases while this process has the seat, else watch what the one that has it writes.

        Whoever has raised an alarm keeps the seat: another process would only meet the same. An error that nobody
        foresaw ends this thread and leaves the seat to another process. Without a seat (None) this one never follows.
        """
        try:
            while not stop.is_set():
                if self._elected():
                    self._lead(stop)
                else:
                    self._watch(stop)
        finally:
            if self.seat is not None:
                self.seat.release()

    def _elected(self) -> bool:
        try:
            return self.seat is not None and self.seat.acquire()
        except LogUnavailable:
            return False

    def _lead(self, stop: threading.Event) -> None:
        assert self.seat is not None  # noqa: S101  # it was acquired
        with suppress(LogUnavailable):
            self.ledger.refresh()
            self.follower.run(stop, self.seat.held)
        if self.follower.status.state == "alarmed":
            while not stop.wait(WATCH_EVERY_S):
                self._hear()

    def _watch(self, stop: threading.Event) -> None:
        """Watch until it is time to ask for the seat again."""
        self.follower.stand_by()
        for _ in range(round(ASK_AGAIN_S / WATCH_EVERY_S)):
            self._hear()
            if stop.wait(WATCH_EVERY_S):
                return

    def _hear(self) -> None:
        """Take in what other processes write."""
        with suppress(LogUnavailable):
            self.tail.step()

    def follower_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the cases are followed, or another process does, and were caught up with, and how far."""
        status, position = self.follower.status, self.progress.now.position
        detail = {"state": status.state, "position": position}
        if status.state == "standing_by":  # the cases tell it nothing: what it knows of their head is of another time
            return True, detail
        checked, more = self.watching.check()
        reason = {"reason": status.reason} if status.reason else {}
        far = {"head": status.head, "lag": self.lag()}
        return status.state == "following" and status.caught_up and checked, {**detail, **far, **more, **reason}

    def log_check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the log can be read, and its head."""
        return True, {"head": self.log.head().position}

    def lag(self) -> int:
        """Return how many events of the cases log, as far as it was told, are not folded yet."""
        return max(0, self.follower.status.head - self.progress.now.position)
