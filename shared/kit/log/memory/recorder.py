"""The log's recorder in memory, on the library's process recorder: same promises, nothing durable.

Appends are staged beside the data and put in at once, so a reader neither waits for an append nor sees half of one.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from threading import Lock
from typing import Any, Final
from uuid import uuid4

from eventsourcing import persistence, popo

from shared.kit import cloudevent
from shared.kit.log.bell import Bell
from shared.kit.log.instant import Clock, utc_now
from shared.kit.log.memory.table import MemoryTable
from shared.kit.log.model import Append, EncodeFor, KeptResponse, LogUnavailable, Outcome, Stored
from shared.kit.log.query import Query
from shared.kit.log.rows import Row
from shared.kit.log.sequence import HeadRow, StagedEvent, promised
from shared.kit.log.shape import Key, Shape
from shared.kit.log.shapes import Shapes
from shared.kit.log.staging import Known, Staging, asked

LOCK_TIMEOUT_S: Final = 5.0


class MemoryRecorder(popo.POPOProcessRecorder):
    """Events, read-model rows, keys, tracking and the sequencer of one log in memory.

    Two locks: one is held for a whole append, the library's only for the moment in which data change or are read.
    """

    def __init__(
        self, clock: Clock = utc_now, shapes: Shapes | None = None, encode_for: EncodeFor = cloudevent.encoder
    ) -> None:
        super().__init__()
        self.log_id = f"urn:uuid:{uuid4()}"
        self.bell = Bell()
        self.shapes = shapes or Shapes()
        self._clock, self._encode = clock, encode_for(self.log_id)
        self._appending = Lock()
        self._head = HeadRow()
        self._events: list[StagedEvent] = []
        self._kept: dict[str, KeptResponse] = {}
        self._tables = {shape.name: MemoryTable(shape) for shape in self.shapes.all()}

    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        """See `EventLog.append_batch`."""
        with self._turn():
            staging = self._staging(self._known(appends))
            outcomes = [staging.stage(append) for append in appends]
            self._put(staging)
        self._notify_listeners()
        return outcomes

    def _insert_events(self, stored_events: Sequence[persistence.StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        with self._turn():
            return super()._insert_events(stored_events, **kwargs)

    def _update_table(self, stored_events: Sequence[persistence.StoredEvent], **kwargs: Any) -> Sequence[int] | None:
        staging = self._staging(Known())
        positions = staging.insert(stored_events)
        tracking: persistence.Tracking | None = kwargs.get("tracking")
        if tracking:
            staging.tracked[tracking.application_name] = tracking.notification_id
        self._put(staging)
        return positions

    def insert_tracking(self, tracking: persistence.Tracking) -> None:
        with self._turn():
            super().insert_tracking(tracking)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Hold the append lock."""
        if not self._appending.acquire(timeout=LOCK_TIMEOUT_S):
            raise LogUnavailable("another append holds the log")
        try:
            yield
        finally:
            self._appending.release()

    def _staging(self, known: Known) -> Staging:
        return Staging(self._head, known, self._clock, self._encode, self.shapes)

    def _known(self, appends: Sequence[Append]) -> Known:
        """Look up what the appends ask for. Nothing of it changes while the append lock is held."""
        names = asked(appends)
        index = self._stored_events_index
        return Known(
            versions={stream: max(index[stream]) for stream in names.streams if index.get(stream)},
            kept={scope: self._kept[scope] for scope in names.scopes if scope in self._kept},
            tracked={name: self._max_tracking_ids.get(name) or 0 for name in names.names},
            first=lambda guard: next(iter(self._tables[guard.shape.name].select(guard)), None),
        )

    def _put(self, staging: Staging) -> None:
        with self._database_lock:
            for event in staging.events:
                place = (event.stream, event.stream_version, event.type)
                self._stored_events.append(persistence.StoredEvent(*place, event.state))
                self._stored_events_index[event.stream][event.stream_version] = event.position - 1
            self._events += staging.events
            self._kept.update(staging.kept)
            self._max_tracking_ids.update(staging.tracked)
            for name, changes in staging.rows.items():
                self._tables[name].change(changes)
            if staging.merge is not None:
                shape, by = staging.merge
                self._tables[shape.name].merge(self._tables[by.name])
            self._head = staging.head
        self.bell.ring(staging.head.position)

    def promise(self, head: HeadRow, through_us: int) -> bool:
        """See `Store.promise`."""
        if not self._appending.acquire(blocking=False):
            return False
        try:
            with self._database_lock:
                if self._head != head:
                    return False
                self._head = promised(head, through_us)
                return True
        finally:
            self._appending.release()

    def page(self, after: int, limit: int, types: Sequence[str], subject: str | None) -> tuple[list[Stored], HeadRow]:
        """See `Store.page`."""
        events: list[Stored] = []
        with self._database_lock:
            head = self._head
            for position in range(after, head.position):
                event = self._events[position]
                if (not types or event.type in types) and subject in (None, event.subject):
                    events.append(event.stored())
                    if len(events) == limit:
                        break
        return events, head

    def streams(self, names: Sequence[str]) -> list[Stored]:
        """See `Store.streams`."""
        with self._database_lock:
            places = {place for name in names for place in self._stored_events_index.get(name, {}).values()}
            return [self._events[place].stored() for place in sorted(places)]

    def head_row(self) -> HeadRow:
        """See `Store.head_row`."""
        return self._head

    def nodes(self, leaves: Collection[int]) -> Mapping[int, bytes]:
        """See `Store.nodes`."""
        events = self._events
        return {leaf: events[leaf].nodes for leaf in leaves if 0 <= leaf < len(events)}

    def kept(self, scope: str) -> KeptResponse | None:
        """See `Store.kept`."""
        with self._database_lock:
            return self._kept.get(scope)

    def tracked(self, name: str) -> int:
        """See `Store.tracked`."""
        return self.max_tracking_id(name) or 0

    def get(self, shape: Shape, key: Key) -> Row | None:
        """See `Store.get`."""
        with self._database_lock:
            return self._tables[shape.name].get(key)

    def select(self, query: Query) -> list[Row]:
        """See `Store.select`."""
        with self._database_lock:
            return self._tables[query.shape.name].select(query)

    def is_primary(self) -> bool:
        """See `Store.is_primary`: there is no copy of it."""
        return True

    def close(self) -> None:
        """See `Store.close`: there is nothing to give back."""
