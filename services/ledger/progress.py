"""How far this ledger has folded the cases log, and waiting until it has come further."""

import asyncio
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeAlias

MAX_WAITERS: Final = 1000


@dataclass(frozen=True, slots=True)
class Folded:
    """The cases position folded through, the recorded time of that event (None before the first), our own head."""

    position: int = 0
    recorded_at: datetime | None = None
    ledger_position: int = 0


_Waiter: TypeAlias = tuple[int, asyncio.AbstractEventLoop, asyncio.Event]


class Progress:
    """The latest `Folded`, told by the writer's thread, read and waited for by the event loop's."""

    def __init__(self) -> None:
        self._now = Folded()
        self._waiters: list[_Waiter] = []
        self._lock = threading.Lock()

    @property
    def now(self) -> Folded:
        """What is committed and may be read."""
        return self._now

    def tell(self, folded: Folded) -> None:
        """Say that this much is committed now, and wake whoever waited for it."""
        with self._lock:
            self._now = folded
            ready = [waiter for waiter in self._waiters if waiter[0] <= folded.position]
            self._waiters = [waiter for waiter in self._waiters if waiter[0] > folded.position]
        for _, loop, woken in ready:
            if not loop.is_closed():
                loop.call_soon_threadsafe(woken.set)

    async def reached(self, position: int, timeout_s: float) -> bool:
        """Wait until the cases log is folded through `position`, at most `timeout_s` seconds; return whether it is.

        Where `MAX_WAITERS` wait already, nobody else does.
        """
        waiter = (position, asyncio.get_running_loop(), asyncio.Event())
        with self._lock:
            if self._now.position >= position:
                return True
            if len(self._waiters) >= MAX_WAITERS:
                return False
            self._waiters.append(waiter)
        try:
            await asyncio.wait_for(waiter[2].wait(), timeout_s)
        except TimeoutError:
            return False
        finally:
            with self._lock:
                self._waiters = [other for other in self._waiters if other is not waiter]
        return True
