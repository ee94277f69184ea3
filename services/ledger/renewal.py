"""A rebuild of the read model inside the service, beside its traffic, in a thread that rests as long as it works."""

import threading
from collections.abc import Sequence
from time import monotonic
from typing import Literal, TypeAlias

import msgspec
import structlog

from services.ledger.posting import Codec
from services.ledger.rebuilding import refill
from services.ledger.standings import Standings
from shared.kit.decider import Refusal
from shared.kit.log.model import EventLog, LogUnavailable
from shared.rulebook.model import Timeline

State: TypeAlias = Literal["none", "running", "complete", "failed", "stopped"]

_log = structlog.get_logger(__name__)


class Renewed(msgspec.Struct, frozen=True):
    """How the last rebuild of this process stands; `accounts` counts those whose rows were made anew by it so far."""

    state: State
    accounts: int


class _Stopped(Exception):
    """The service ends."""


class Renewal:
    """Makes the rows of all accounts anew while everybody goes on reading and folding.

    A row that is replaced is dropped from the memory of this process; no event comes of it. Safe from threads.
    """

    def __init__(self, log: EventLog, codec: Codec, timeline: Timeline, standings: Standings) -> None:
        self._log, self._codec, self._timeline, self._standings = log, codec, timeline, standings
        self._stop, self._beginning = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self.now = Renewed("none", 0)

    def begin(self) -> Renewed | Refusal:
        """Begin a rebuild and return how it stands, or `rebuild_under_way` where one is."""
        with self._beginning:
            if self.now.state == "running":
                told = {"accounts": self.now.accounts}
                return Refusal("rebuild_under_way", "the rebuild under way would have to end first", told)
            self.now = Renewed("running", 0)
            self._thread = threading.Thread(target=self._run, name="renewal")
            self._thread.start()
            return self.now

    def close(self) -> None:
        """End a rebuild that is under way, after the group of accounts that it has in hand. It may be begun again."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        began = monotonic()

        def told(sellers: Sequence[str]) -> None:
            nonlocal began
            self._standings.evict(sellers)
            self.now = Renewed("running", self.now.accounts + len(sellers))
            if self._stop.wait(monotonic() - began):
                raise _Stopped
            began = monotonic()

        try:
            made = refill(self._log, self._codec, self._timeline, told)
        except _Stopped:
            self.now = Renewed("stopped", self.now.accounts)
        except LogUnavailable as failed:
            _log.error("rebuild_failed", reason=type(failed).__name__)
            self.now = Renewed("failed", self.now.accounts)
        else:
            self.now = Renewed("complete", made)
