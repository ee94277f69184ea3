"""Waiting for a log to grow, for any number of requests with one thread: the log blocks, the event loop does not."""

import asyncio
from typing import Final

from shared.kit.log.model import EventLog

MAX_WAITERS: Final = 1000
SLICE_S: Final = 0.5  # how long the one thread blocks at a time, and how long a stopping process may wait for it


class TooManyWaiters(Exception):
    """`MAX_WAITERS` are waiting already."""


class HeadWatch:
    """Wakes those who wait for a log's head. For one event loop; a thread is used only while somebody waits."""

    def __init__(self, log: EventLog, *, max_waiters: int = MAX_WAITERS, slice_s: float = SLICE_S) -> None:
        self._log, self._max_waiters, self._slice_s = log, max_waiters, slice_s
        self._waiters: dict[asyncio.Future[None], int] = {}
        self._watching: asyncio.Task[None] | None = None

    async def above(self, after: int) -> None:
        """Return when the log's head is above `after`. Cancel it to give up; there is no timeout.

        Raises:
            TooManyWaiters: at once, so that the caller can be told to come back.
            LogUnavailable: the log could not be asked.
        """
        if len(self._waiters) >= self._max_waiters:
            raise TooManyWaiters
        loop = asyncio.get_running_loop()
        woken: asyncio.Future[None] = loop.create_future()
        self._waiters[woken] = after
        if self._watching is None:
            self._watching = loop.create_task(self._watch())
            self._watching.add_done_callback(self._ended)
        try:
            await woken
        finally:
            self._waiters.pop(woken, None)

    @property
    def waiting(self) -> int:
        """How many wait now."""
        return len(self._waiters)

    async def _watch(self) -> None:
        try:
            while self._waiters:
                lowest = min(self._waiters.values())
                if await asyncio.to_thread(self._log.wait, lowest, self._slice_s):
                    self._wake((await asyncio.to_thread(self._log.head)).position)
        finally:
            self._watching = None  # before anybody else runs, so that the next to come starts a new watch

    def _wake(self, head: int) -> None:
        for woken in [woken for woken, after in self._waiters.items() if after < head]:
            del self._waiters[woken]
            _settle(woken, None)

    def _ended(self, watching: asyncio.Task[None]) -> None:
        """Pass an error of the log on to all who wait."""
        error = None if watching.cancelled() else watching.exception()
        for woken in list(self._waiters) if error is not None else ():
            _settle(woken, error)


def _settle(woken: asyncio.Future[None], error: BaseException | None) -> None:
    if woken.done():
        return
    if error is None:
        woken.set_result(None)
    else:
        woken.set_exception(error)
