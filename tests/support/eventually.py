"""Waiting in a test for what another thread or process does, without guessing how long it takes."""

import time
from collections.abc import Callable
from threading import Event

PAUSE_S = 0.01


def eventually(condition: Callable[[], bool], within_s: float = 5.0) -> None:
    """Return as soon as the condition holds; fail the test when it does not within `within_s` seconds."""
    until = time.monotonic() + within_s
    pause = Event()
    while not condition():
        assert time.monotonic() < until, "what the test waits for did not happen"
        pause.wait(PAUSE_S)
