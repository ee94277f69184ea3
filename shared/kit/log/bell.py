"""Wakes those who wait for the log to grow."""

from threading import Condition
from time import monotonic


class Bell:
    """Holds the highest committed position that this process has heard of. Safe from several threads."""

    def __init__(self, position: int = 0) -> None:
        self._position = position
        self._closed = False
        self._changed = Condition()

    @property
    def position(self) -> int:
        """The highest position heard of."""
        return self._position

    def ring(self, position: int) -> None:
        """Say that the log stands at `position`; called after its commit. A lower one than known changes nothing."""
        with self._changed:
            if position > self._position:
                self._position = position
                self._changed.notify_all()

    def wait(self, after: int, timeout_s: float) -> bool:
        """Block until the log stands above `after`, the bell is closed or the time is over; return whether it does."""
        until = monotonic() + timeout_s
        with self._changed:
            while self._position <= after and not self._closed:
                left_s = until - monotonic()
                if left_s <= 0:
                    break
                self._changed.wait(left_s)
            return self._position > after

    def close(self) -> None:
        """Let everybody who waits go, now and later. Idempotent."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
