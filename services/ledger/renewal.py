"""A rebuild of the read model inside the service, beside its traffic, in a thread that rests as long as it works."""

import threading
from collections.abc import Callable
from time import monotonic
from typing import Literal, TypeAlias

import msgspec
import structlog

from services.ledger.application import Ledger
from services.ledger.posting import Codec
from services.ledger.rebuilding import Rebuilt, refill
from shared.kit.decider import Refusal
from shared.kit.electing import Seat
from shared.kit.log.model import EventLog, LogUnavailable
from shared.rulebook.model import Timeline

State: TypeAlias = Literal["none", "running", "complete", "failed", "stopped"]

_log = structlog.get_logger(__name__)


class Renewed(msgspec.Struct, frozen=True):
    """How the last rebuild of this process stands, and what it has done so far; nothing changes before it ends."""

    state: State = "none"
    done: Rebuilt = Rebuilt()


class _Stopped(Exception):
    """The service ends."""


class Renewal:
    """Makes the rows of all accounts anew while everybody goes on reading and folding. Safe from threads.

    Of several processes over one log, the one that has the `seat` does.
    """

    def __init__(self, log: EventLog, codec: Codec, timeline: Timeline, ledger: Ledger, seat: Seat) -> None:
        self._log, self._codec, self._timeline = log, codec, timeline
        self._ledger, self._seat = ledger, seat
        self._stop, self._beginning = threading.Event(), threading.Lock()
        self._thread: threading.Thread | None = None
        self.now = Renewed()

    def begin(self) -> Renewed | Refusal:
        """Begin a rebuild and return how it stands, or `rebuild_under_way` where one is, here or in another process.

        Raises:
            LogUnavailable: it cannot be asked whether one is.
        """
        with self._beginning:
            if self.now.state == "running" or not self._seat.acquire():
                return Refusal("rebuild_under_way", "the rebuild under way would have to end first")
            self.now = Renewed("running")
            self._thread = threading.Thread(target=self._run, name="renewal")
            self._thread.start()
            return self.now

    def close(self) -> None:
        """End a rebuild that is under way, after the group of accounts that it has in hand. It may be begun again."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        state: State = "failed"
        try:
            done = refill(self._log, self._codec, self._timeline, self._pace(), self._ledger.resting)
            state, self.now = "complete", Renewed("running", done)
            self._ledger.look()
        except _Stopped:
            state = "stopped"
        except LogUnavailable as failed:
            _log.error("rebuild_failed", reason=str(failed))
        except Exception:  # noqa: BLE001  # whatever it is, the rebuild is over
            _log.exception("rebuild_failed")  # an event that cannot be read, say
        finally:
            self._seat.release()
            self.now = Renewed(state, self.now.done)

    def _pace(self) -> Callable[[Rebuilt], None]:
        """Return what is told of each group: it rests for as long as the group took, and stops with the service."""
        began = monotonic()

        def told(done: Rebuilt) -> None:
            nonlocal began
            self.now = Renewed("running", done)
            if self._stop.wait(monotonic() - began):
                raise _Stopped
            began = monotonic()

        return told
