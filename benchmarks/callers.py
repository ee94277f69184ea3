"""Many callers at once: each takes the next piece of work when its last one is done."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import perf_counter
from typing import TypeVar

Piece = TypeVar("Piece")


def together(callers: int, pieces: Sequence[Piece], worker: Callable[[], Callable[[Piece], object]]) -> float:
    """Do all pieces with so many threads; return the seconds from the first begun to the last done.

    `worker` is called once in each thread beforehand, for what it works with. What a piece raises is raised.
    """
    remaining, ready = iter(pieces), Barrier(callers + 1)

    def run() -> None:
        try:
            work = worker()
        except BaseException:
            ready.abort()
            raise
        ready.wait()
        for piece in remaining:  # a step of a sequence's iterator is one step of the interpreter: none is done twice
            work(piece)

    with ThreadPoolExecutor(callers) as threads:
        running = [threads.submit(run) for _ in range(callers)]
        ready.wait()
        start = perf_counter()
        for thread in running:
            thread.result()
        return perf_counter() - start
