"""The event log over a store: limits, pages, promises and waiting, the same for every store."""

from collections.abc import Collection, Mapping, Sequence
from typing import Final, Protocol

from shared.kit.log.bell import Bell
from shared.kit.log.instant import Clock, from_us, to_us
from shared.kit.log.model import (
    MAX_BATCH,
    MAX_NODES,
    MAX_READ,
    MAX_STREAMS,
    MAX_TYPES,
    MAX_WAIT_S,
    Append,
    EventLog,
    Head,
    KeptResponse,
    LogUnavailable,
    Outcome,
    Page,
    Stored,
)
from shared.kit.log.query import Query, query
from shared.kit.log.rows import Row, Table, Value, Where
from shared.kit.log.sequence import HeadRow
from shared.kit.log.shape import Key, Shape, is_text
from shared.kit.log.shapes import Shapes

PROMISE_EVERY_US: Final = 1_000_000


class Store(Protocol):
    """What keeps a log. Arguments were checked; every call may raise `LogUnavailable`; all are safe from threads."""

    @property
    def log_id(self) -> str:
        """The log's name."""

    @property
    def bell(self) -> Bell:
        """Rung after each commit."""

    @property
    def shapes(self) -> Shapes:
        """The tables of its read models."""

    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        """Commit appends durably in one transaction; see `EventLog.append_batch`."""

    def page(self, after: int, limit: int, types: Sequence[str], subject: str | None) -> tuple[list[Stored], HeadRow]:
        """Return events in order of position and the head, both of one snapshot."""

    def promise(self, head: HeadRow, through_us: int) -> bool:
        """Make durable that events after `head` are recorded later than `through_us`; return whether it was done.

        It is not done, without waiting, when the head is another one by now, an append is under way, or the store
        takes no writes.
        """

    def streams(self, names: Sequence[str]) -> list[Stored]:
        """Return all events of these streams in order of position."""

    def head_row(self) -> HeadRow:
        """Return the sequencer's row as committed."""

    def nodes(self, leaves: Collection[int]) -> Mapping[int, bytes]:
        """Return the nodes stored with these leaves, by index."""

    def kept(self, scope: str) -> KeptResponse | None:
        """Return what a key was used for."""

    def tracked(self, name: str) -> int:
        """Return the position of a follower, 0 if it never started."""

    def get(self, shape: Shape, key: Key) -> Row | None:
        """Return one row."""

    def select(self, query: Query) -> list[Row]:
        """Return rows, sorted."""

    def is_primary(self) -> bool:
        """Return whether this is where the log is written."""

    def close(self) -> None:
        """Give back everything. Idempotent."""


class SequencedLog(EventLog):
    """An event log over any store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock, self._closed = store, clock, False

    @property
    def id(self) -> str:
        return self._store.log_id

    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        store = self._opened()
        if len(appends) > MAX_BATCH:
            raise ValueError(f"a batch holds at most {MAX_BATCH} appends")
        return store.append_batch(appends) if appends else []

    def read(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> Page:
        store = self._opened()
        if after < 0 or not 1 <= limit <= MAX_READ:
            raise ValueError(f"a page holds 1 to {MAX_READ} events after a position from 0 on")
        if len(types) > MAX_TYPES:
            raise ValueError(f"a page is filtered by at most {MAX_TYPES} types")
        events, head = self._page(store, after, limit, types, subject)
        through = events[-1].position if len(events) == limit else max(after, head.position)
        recorded_through = events[-1].recorded_at if through < head.position else from_us(self._recorded_through(head))
        return Page(tuple(events), through, head.position, recorded_through)

    def _page(
        self, store: Store, after: int, limit: int, types: Sequence[str], subject: str | None
    ) -> tuple[list[Stored], HeadRow]:
        """Ask the store only for what can be in it."""
        known = [one for one in types if is_text(one)]
        if (types and not known) or (subject is not None and not is_text(subject)):
            return [], store.head_row()
        return store.page(after, limit, known, subject)

    def _recorded_through(self, head: HeadRow) -> int:
        """Return the instant that every event after this head exceeds: a new promise if the last is a second old."""
        known_us = max(head.recorded_us, head.promised_us)
        now_us = to_us(self._clock())
        if now_us - known_us >= PROMISE_EVERY_US and self._store.promise(head, now_us):
            return now_us
        return known_us

    def stream(self, *names: str) -> list[Stored]:
        store = self._opened()
        if len(names) > MAX_STREAMS:
            raise ValueError(f"at most {MAX_STREAMS} streams are read at once")
        known = [name for name in names if is_text(name)]
        return store.streams(known) if known else []

    def head(self) -> Head:
        return self._opened().head_row().head()

    def nodes(self, leaves: Collection[int]) -> Mapping[int, bytes]:
        store = self._opened()
        if len(leaves) > MAX_NODES:
            raise ValueError(f"nodes of at most {MAX_NODES} leaves are read at once")
        return store.nodes(leaves) if leaves else {}

    def kept(self, scope: str) -> KeptResponse | None:
        store = self._opened()
        return store.kept(scope) if is_text(scope) else None

    def tracked(self, name: str) -> int:
        store = self._opened()
        return store.tracked(name) if is_text(name) else 0

    def get(self, table: Table, *key: Value) -> Row | None:
        store = self._opened()
        shape = store.shapes.of(table)
        return store.get(shape, shape.key(key))

    def select(
        self, table: Table, *where: Where, order: Sequence[str] = (), limit: int, after: Sequence[Value] = ()
    ) -> list[Row]:
        store = self._opened()
        return store.select(query(store.shapes.of(table), where, order, limit, after))

    def wait(self, after: int, timeout_s: float) -> bool:
        return self._opened().bell.wait(after, min(timeout_s, MAX_WAIT_S))

    def is_primary(self) -> bool:
        return self._opened().is_primary()

    def close(self) -> None:
        self._closed = True
        self._store.bell.close()
        self._store.close()

    def _opened(self) -> Store:
        if self._closed:
            raise LogUnavailable("the log is closed")
        return self._store
