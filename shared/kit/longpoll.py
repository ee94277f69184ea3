"""A page of a log, now or when there is something in it: reading in threads, waiting in none."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Final

from fastapi.concurrency import run_in_threadpool

from shared.kit.headwatch import HeadWatch
from shared.kit.log.model import EventLog, Page

MAX_PAGE_BYTES: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Asked:
    """What one reader wants: events above `after`, at most `limit`, of these types and this subject (empty: all)."""

    after: int
    limit: int
    types: tuple[str, ...] = ()
    subject: str | None = None


class NotPrimary(Exception):
    """The log is read from a copy, which may show what its primary, once lost, will not have kept."""


class LongPoll:
    """Reads pages of one log for many requests."""

    def __init__(self, log: EventLog, watch: HeadWatch) -> None:
        self._log, self._watch = log, watch

    async def page(self, asked: Asked, wait_s: float, *until: Callable[[], Awaitable[object]]) -> Page:
        """Return the first page with an event in it, waiting at most `wait_s` seconds, else a fresh empty one.

        The waiting also ends when one of `until` returns. A reader beyond the head is answered at once.

        Raises:
            TooManyWaiters: there is nothing yet, and no room to wait.
            NotPrimary: the log is not read where it is written.
            LogUnavailable: the log could not be read.
        """
        loop = asyncio.get_running_loop()
        end = loop.time() + wait_s
        page = await self._read(asked)
        waiting = wait_s > 0
        while waiting and not page.events and page.scanned_through <= page.head:
            if page.scanned_through == page.head:
                waiting = await self._grown(page.head, end - loop.time(), until)
            page = await self._read(replace(asked, after=page.scanned_through))
        return page

    async def _read(self, asked: Asked) -> Page:
        return await run_in_threadpool(self._primary_page, asked)

    def _primary_page(self, asked: Asked) -> Page:
        if not self._log.is_primary():
            raise NotPrimary
        return bounded(self._log.read(asked.after, asked.limit, types=asked.types, subject=asked.subject))

    async def _grown(self, head: int, left_s: float, until: tuple[Callable[[], Awaitable[object]], ...]) -> bool:
        """Wait until the log is above `head`; False if something else came first."""
        growth = asyncio.ensure_future(self._watch.above(head))
        ends = [asyncio.ensure_future(one()) for one in until]
        try:
            await asyncio.wait([growth, *ends], timeout=max(left_s, 0.0), return_when=asyncio.FIRST_COMPLETED)
            return growth.done() and growth.result() is None
        finally:
            for task in (growth, *ends):
                task.cancel()
            await asyncio.gather(growth, *ends, return_exceptions=True)


def bounded(page: Page) -> Page:
    """Return the page cut before it exceeds `MAX_PAGE_BYTES`, its promises lowered to what is left of it."""
    size = 0
    for count, stored in enumerate(page.events):
        size += len(stored.state)
        if size > MAX_PAGE_BYTES and count > 0:
            last = page.events[count - 1]
            return replace(
                page,
                events=page.events[:count],
                scanned_through=last.position,
                recorded_through=last.recorded_at,
            )
    return page
