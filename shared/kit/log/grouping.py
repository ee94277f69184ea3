"""Group commit: many callers' appends in one durable transaction, each with its own outcome."""

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from copy import copy
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Final

from shared.kit.log.model import (
    MAX_BATCH,
    Append,
    EventLog,
    Head,
    KeptResponse,
    LogBusy,
    LogUnavailable,
    Outcome,
    Page,
    Stored,
)
from shared.kit.log.rows import Row, Table, Value, Where

MAX_WAITING: Final = 1000  # appends that wait to be committed


class _Call:
    """One caller's appends, committed in one transaction, and what became of them."""

    def __init__(self, appends: Sequence[Append]) -> None:
        self.appends = appends
        self._done = Event()
        self._outcomes: list[Outcome] = []
        self._error: BaseException | None = None

    def succeed(self, outcomes: list[Outcome]) -> None:
        """Let the caller go with its outcomes."""
        self._outcomes = outcomes
        self._done.set()

    def fail(self, error: BaseException) -> None:
        """Let the caller go with an error."""
        self._error = error
        self._done.set()

    def result(self) -> list[Outcome]:
        """Block until there is an outcome for each append, in order, or raise what was raised."""
        self._done.wait()
        if self._error is not None:
            raise self._error
        return self._outcomes


class GroupCommit(EventLog):
    """A log whose appends are committed by one thread: what came in while it was busy goes into its next transaction.

    The appends of one call stay together in one transaction, in order, as the log below promises them. One that raises
    fails its own call alone: the others are committed without it. `rows` and `response` of an append may therefore be
    called more than once. An append that meets a full queue is refused with `LogBusy`, at once.
    """

    def __init__(self, log: EventLog, *, waiting: int = MAX_WAITING) -> None:
        self._log, self._most = log, waiting
        self._queue: SimpleQueue[_Call | None] = SimpleQueue()
        self._entering = Lock()
        self._waiting = 0
        self._closed = False
        self._writer: Thread | None = None  # from the first append on

    @property
    def id(self) -> str:
        return self._log.id

    @property
    def waiting(self) -> int:
        """How many appends wait; those that are being committed do not."""
        return self._waiting

    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        """See `EventLog.append_batch`; and `LogBusy` where too many wait."""
        if len(appends) > MAX_BATCH:
            raise ValueError(f"a batch holds at most {MAX_BATCH} appends")
        call = _Call(appends)
        with self._entering:
            if self._closed:
                raise LogUnavailable("the log is closed")
            if self._waiting and self._waiting + len(appends) > self._most:
                raise LogBusy(f"{self._waiting} appends wait, at most {self._most} may")
            self._waiting += len(appends)
            self._queue.put(call)
            if self._writer is None:
                self._writer = Thread(target=self._run, name="log-writer", daemon=True)
                self._writer.start()
        return call.result()

    def _run(self) -> None:
        """Commit until the end is drawn from the queue: all that was put in before it."""
        held = self._queue.get()
        while held is not None:
            calls, held, ended = self._drawn(held)
            with self._entering:
                self._waiting -= sum(len(call.appends) for call in calls)
            self._commit(calls)
            if ended:
                return
            held = held or self._queue.get()

    def _drawn(self, first: _Call) -> tuple[list[_Call], _Call | None, bool]:
        """Return the calls of the next transaction, the one that did not fit any more, and whether the end came."""
        calls, size = [first], len(first.appends)
        with suppress(Empty):
            while True:
                call = self._queue.get_nowait()
                if call is None:
                    return calls, None, True
                if size + len(call.appends) > MAX_BATCH:
                    return calls, call, False
                calls.append(call)
                size += len(call.appends)
        return calls, None, False

    def _commit(self, calls: Sequence[_Call]) -> None:
        """Give every call its outcome. Where one raises, halve them until it stands alone."""
        try:
            outcomes = self._log.append_batch([append for call in calls for append in call.appends])
        except LogUnavailable as error:
            for call in calls:
                call.fail(copy(error))  # one each: several who raise the same one would all add to its trace
        except BaseException as error:  # noqa: BLE001  # whatever an append raises is its caller's; the thread lives on
            if len(calls) == 1:
                calls[0].fail(error)
                return
            middle = len(calls) // 2
            self._commit(calls[:middle])
            self._commit(calls[middle:])
        else:
            at = 0
            for call in calls:
                call.succeed(outcomes[at : at + len(call.appends)])
                at += len(call.appends)

    def read(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> Page:
        return self._log.read(after, limit, types=types, subject=subject)

    def stream(self, *names: str) -> list[Stored]:
        return self._log.stream(*names)

    def head(self) -> Head:
        return self._log.head()

    def nodes(self, leaves: Collection[int]) -> Mapping[int, bytes]:
        return self._log.nodes(leaves)

    def kept(self, scope: str) -> KeptResponse | None:
        return self._log.kept(scope)

    def tracked(self, name: str) -> int:
        return self._log.tracked(name)

    def get(self, table: Table, *key: Value) -> Row | None:
        return self._log.get(table, *key)

    def select(
        self, table: Table, *where: Where, order: Sequence[str] = (), limit: int, after: Sequence[Value] = ()
    ) -> list[Row]:
        return self._log.select(table, *where, order=order, limit=limit, after=after)

    def wait(self, after: int, timeout_s: float) -> bool:
        return self._log.wait(after, timeout_s)

    def is_primary(self) -> bool:
        return self._log.is_primary()

    def close(self) -> None:
        """Commit what waits, then close the log below. Idempotent; every call then raises `LogUnavailable`."""
        with self._entering:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        if self._writer is not None:
            self._writer.join()
        self._log.close()
