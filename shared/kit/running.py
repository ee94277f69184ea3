"""Threads that run as long as an application does."""

import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

from anyio import to_thread


@asynccontextmanager
async def running(**jobs: Callable[[threading.Event], None]) -> AsyncIterator[None]:
    """Run each job in a thread of its name; at the end set the event that each was given, and wait for all to end."""
    stop = threading.Event()
    threads = [threading.Thread(target=job, args=(stop,), name=name) for name, job in jobs.items()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            await to_thread.run_sync(thread.join)
