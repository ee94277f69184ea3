"""What the service does of itself, in one thread: chore after chore, again and again, until it is stopped."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import structlog

from services.cases.evidence import StoreUnavailable
from services.cases.vault import VaultUnavailable
from shared.kit.log.instant import Clock
from shared.kit.log.model import LogUnavailable

_log: Final = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to be done each round, or once in a while: when `every` has passed since it was done last.

    `do` is given the time and returns how much it has done; it is called again at once until that is nothing. It may
    stop anywhere and begin anew.
    """

    name: str
    do: Callable[[datetime], int]
    every: timedelta = timedelta()


class Chores:
    """A round of chores, in order. What cannot be done now, for a store is away, is left to the next round."""

    def __init__(self, clock: Clock, chores: Sequence[Chore]) -> None:
        self._clock, self._chores = clock, chores
        self._done: dict[str, datetime] = {}

    def round(self, stop: threading.Event) -> None:
        """Do every chore that is due, until `stop` is set."""
        for chore in self._chores:
            try:
                now = self._clock()
                if not self._due(chore, now):
                    continue
                while not stop.is_set() and chore.do(now):
                    pass
                self._done[chore.name] = now
            except (LogUnavailable, VaultUnavailable, StoreUnavailable) as error:
                _log.warning("chore_waits", chore=chore.name, reason=type(error).__name__)

    def _due(self, chore: Chore, now: datetime) -> bool:
        """A clock that was set back makes a chore due, too."""
        last = self._done.get(chore.name)
        return last is None or not last <= now < last + chore.every
