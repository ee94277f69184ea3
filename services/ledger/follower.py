"""Follows the cases log: one feed page is one append, exactly once; an alarm stops the following, never the reading.

Exactly once comes from the position written with the entries: a page that was folded already, wholly or in part, is
folded from where it is new; where another writer was first, memory is dropped and the position read again.
"""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

import structlog

from services.ledger.application import Ledger
from services.ledger.casefacts import FollowerAlarm
from services.ledger.progress import Progress
from services.ledger.reading import FactCodec, Reading
from services.ledger.watching import Feed, Watching
from shared.kit.feed_client import FeedBroken, FeedPage, FeedUnavailable
from shared.kit.log.model import MAX_READ, LogUnavailable

WAIT_S: Final = 1  # how long the feed holds an empty page back, and so how late a lapse is recorded
FIRST_DELAY_S: Final = 0.1
LONGEST_DELAY_S: Final = 30.0

State: TypeAlias = Literal["starting", "standing_by", "following", "retrying", "alarmed", "stopped"]

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Status:
    """How following goes. `head` is the cases log's as last told; `passed_over` counts events that move no points.

    `caught_up` says whether the head, as told then, was reached since the start.
    """

    state: State = "starting"
    reason: str = ""
    head: int = 0
    passed_over: int = 0
    caught_up: bool = False


class Follower:
    """Folds what the feed says into the ledger. `step` and `run` belong to one thread, `status` to any."""

    def __init__(self, ledger: Ledger, progress: Progress, codec: FactCodec, feed: Feed, watching: Watching) -> None:
        self._ledger, self._progress, self._codec, self._feed = ledger, progress, codec, feed
        self._watching = watching
        self.status = Status()

    def step(self, page: FeedPage) -> bool:
        """Fold what is new in a page; with an empty one, record what time alone has changed by then. At the head of
        the cases log, record one digest of standings that is due.

        What stands before the cause of an alarm is folded. Returns False, with nothing written, where another writer
        was there first; the position was read again then.

        Raises:
            FollowerAlarm: the log went back, has a hole, is another one, or says what must not be passed over.
            LogUnavailable: whether it was written is not known.
        """
        position = self._progress.now.position
        if page.head < position:
            raise FollowerAlarm("log_went_back", page.head, f"its head was at {position} already")
        before = self._progress.now.recorded_at
        reading = Reading(self._codec, self._ledger.source, position, before, self._ledger.frontier)
        alarm = reading.read(page.events)
        done = True
        if reading.reached is not None:
            done = self._ledger.fold(reading.facts, reading.reached)
        elif alarm is None and not page.events:
            if page.scanned_through > position:
                raise FollowerAlarm("hole", position + 1, "an empty page reaches further than what was read")
            done = self._ledger.lapse(page.recorded_through)
        if done and self._progress.now.position >= page.head:
            done = self._ledger.digest()
        if not done:
            self._ledger.refresh()
            return False
        self.status = replace(
            self.status,
            head=page.head,
            passed_over=self.status.passed_over + reading.passed_over,
            caught_up=self.status.caught_up or self._progress.now.position >= page.head,
        )
        if alarm is not None:
            raise alarm
        return True

    def run(self, stop: threading.Event, leading: Callable[[], bool] = lambda: True) -> None:
        """Follow until `stop` is set, an alarm is raised, or another process is `leading`; the feed's and the log's
        failures are waited out.
        """
        failures, ended = 0, "an error that is not known to this service"
        self._watching.begin()
        try:
            while not stop.is_set() and leading():
                try:
                    self._ledger.look()
                    self._watching.look()
                    wait_s = 0 if self._ledger.digests_due else WAIT_S
                    self.step(self._feed.page(self._progress.now.position, MAX_READ, wait_s))
                except (FeedUnavailable, LogUnavailable) as failure:
                    failures += 1
                    self._watching.soon()
                    self._wait(failure, failures, stop)
                else:
                    failures = 0
                    self._turn("following")
            ended = "asked to" if stop.is_set() else "another process follows"
        except (FollowerAlarm, FeedBroken) as alarm:
            ended = str(alarm)
            self._turn("alarmed", ended)
        finally:
            if self.status.state != "alarmed":
                self._turn("stopped", ended)

    def stand_by(self) -> None:
        """Say that another process follows, and this one waits to take over."""
        self._turn("standing_by")

    def _wait(self, failure: FeedUnavailable | LogUnavailable, failures: int, stop: threading.Event) -> None:
        away = failure if isinstance(failure, FeedUnavailable) else None
        reason = str(failure) if away is None else away.reason  # /health tells it to everybody
        self._turn("retrying", f"{type(failure).__name__}: {reason}", where=away.where if away else "")
        asked_s = away.retry_after_s if away else None
        longest_s = min(LONGEST_DELAY_S, FIRST_DELAY_S * 2 ** min(failures, 16))
        delay_s = max(min(asked_s or 0.0, LONGEST_DELAY_S), random.uniform(longest_s / 2, longest_s))  # noqa: S311  # jitter
        stop.wait(delay_s)
        if isinstance(failure, LogUnavailable) and not stop.is_set():
            try:
                self._ledger.refresh()
            except LogUnavailable:
                return  # the next step fails for the same reason, and waits longer

    def _turn(self, state: State, reason: str = "", **told: str) -> None:
        if state == self.status.state and reason == self.status.reason:
            return
        self.status = replace(self.status, state=state, reason=reason)
        say = _log.error if state == "alarmed" else _log.info
        say("follower", state=state, reason=reason, position=self._progress.now.position, **told)
