"""Processes that do the pieces of a replay, beside each other and in order; or this one, where one is enough."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from multiprocessing.connection import wait
from threading import Thread
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from services.ledger.replay.memory import peak_bytes

AHEAD: Final = 2  # jobs of each worker that are under way: they bound the memory

Result = TypeVar("Result")


def end_with_parent() -> None:
    """End this process as soon as the one that started it is gone, however that ended."""
    parent = parent_process()
    if parent is not None:
        Thread(target=_outlive, args=(parent.sentinel,), daemon=True).start()


def _outlive(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def measured(job: Callable[..., Result], *given: Any) -> tuple[Result, int]:
    """Return what the job returns, and the largest size of the process that did it so far, in bytes."""
    return job(*given), peak_bytes()


class Workers:
    """So many processes; with one, jobs are done here."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._pool = ProcessPoolExecutor(count, get_context("spawn"), end_with_parent) if count > 1 else None
        self._largest = 0

    @property
    def peak_bytes(self) -> int:
        """The largest resident size that this process or one of the workers has had by now, in bytes."""
        return max(self._largest, peak_bytes())

    def map(self, job: Callable[..., Result], arguments: Iterable[tuple[Any, ...]]) -> Iterator[Result]:
        """Yield what the job returns for each of the arguments, in their order."""
        if self._pool is None:
            yield from (job(*given) for given in arguments)
            return
        waiting: deque[Future[tuple[Result, int]]] = deque()
        try:
            for given in arguments:
                waiting.append(self._pool.submit(measured, job, *given))
                if len(waiting) == self._count * AHEAD:
                    yield self._taken(waiting.popleft())
            while waiting:
                yield self._taken(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def _taken(self, done: Future[tuple[Result, int]]) -> Result:
        result, size = done.result()
        self._largest = max(self._largest, size)
        return result

    def __enter__(self) -> Self:
        """Return the workers; leaving ends them."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)
