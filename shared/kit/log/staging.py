"""What a batch of appends will write, worked out in full under the append lock before a store writes any of it.

Every store looks up what a batch asks for (`asked`), stages it, and writes the result in one transaction. A refused
append never reaches a store, so there is nothing of it to undo; one that raises takes the whole batch with it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from eventsourcing import persistence

from shared.kit.cloudevent import Draft, Encode
from shared.kit.log import merkle
from shared.kit.log.instant import Clock, from_us, to_us
from shared.kit.log.model import (
    Append,
    Appended,
    Head,
    Idempotency,
    KeptResponse,
    KeyTaken,
    Outcome,
    Stamp,
    Stored,
    StreamConflict,
    TrackingConflict,
)
from shared.kit.log.rows import Put, RowChange, Value
from shared.kit.log.shapes import Key, Shapes


@dataclass(frozen=True, slots=True)
class HeadRow:
    """The sequencer's row: last position, its recorded time, the last promise (microseconds, 0 for none), frontier."""

    position: int = 0
    recorded_us: int = 0
    promised_us: int = 0
    frontier: merkle.Frontier = ()

    def head(self) -> Head:
        """Return it as readers see it."""
        return Head(self.position, from_us(self.recorded_us) if self.position else None, self.frontier)


class StagedEvent(NamedTuple):
    """One event as it will stand in the log. `subject` is None for what came in without an envelope."""

    position: int
    stream: str
    stream_version: int
    type: str
    recorded_us: int
    subject: str | None
    leaf: bytes
    state: bytes

    def stored(self) -> Stored:
        """Return it as readers see it."""
        recorded_at = from_us(self.recorded_us)
        return Stored(self.position, recorded_at, self.type, self.stream, self.stream_version, self.state)


@dataclass(frozen=True, slots=True)
class Known:
    """What the log holds of what a batch asks for: highest versions of streams, used keys, tracking. None: no item."""

    versions: dict[str, int] = field(default_factory=dict)
    kept: dict[str, KeptResponse] = field(default_factory=dict)
    tracked: dict[str, int] = field(default_factory=dict)


class Asked(NamedTuple):
    """The names a batch asks for, each once: streams it extends, scopes of its keys, names of its tracking."""

    streams: list[str]
    scopes: list[str]
    names: list[str]


def asked(appends: Sequence[Append]) -> Asked:
    """Return what must be looked up, under the append lock, before `appends` are staged."""
    streams = {draft.stream: None for append in appends for draft in append.events}
    scopes = {append.idempotency.scope: None for append in appends if append.idempotency}
    names = {append.tracking.name: None for append in appends if append.tracking}
    return Asked([*streams], [*scopes], [*names])


class Staging:
    """A batch on its way: `stage` appends one by one, then write `events`, `kept`, `tracked`, `rows` and `head`.

    `known` must hold what the log knows of everything that is asked for; it is taken over and changed.
    `rows` holds, per table, the last change of each key: the row's values, or None where it is removed.
    """

    def __init__(self, head: HeadRow, known: Known, clock: Clock, encode: Encode, shapes: Shapes) -> None:
        self.head = head
        self.events: list[StagedEvent] = []
        self.kept: dict[str, KeptResponse] = {}
        self.tracked: dict[str, int] = {}
        self.rows: dict[str, dict[Key, tuple[Value, ...] | None]] = {}
        self._known, self._clock, self._encode, self._shapes = known, clock, encode, shapes

    def stage(self, append: Append) -> Outcome:
        """Return the outcome of one append; it sees those staged before it. Refused, it adds nothing.

        Raises:
            ValueError: an event cannot be rendered or a row does not fit its table: give up the whole batch. The same
                goes for anything that the append's own callables raise.
        """
        refused = self._refused(append)
        if refused is not None:
            return refused
        stamps = tuple(self._drafts(append.events))
        self._change(append.rows(stamps))
        if append.tracking:
            self.tracked[append.tracking.name] = self._known.tracked[append.tracking.name] = append.tracking.position
        response = self._keep(append.idempotency, stamps) if append.idempotency else None
        return Appended(stamps, response)

    def _refused(self, append: Append) -> Outcome | None:
        """Return why an append cannot be: its key first, then its tracking, then the first event out of turn."""
        if append.idempotency and (kept := self._known.kept.get(append.idempotency.scope)):
            return KeyTaken(kept)
        if append.tracking:
            at = self._known.tracked.get(append.tracking.name, 0)
            if append.tracking.position <= at:
                return TrackingConflict(at)
        versions = self._known.versions
        following: dict[str, int] = {}
        for draft in append.events:
            due = following.get(draft.stream) or versions.get(draft.stream, 0) + 1
            if draft.stream_version != due:
                return StreamConflict(draft.stream, draft.stream_version)
            following[draft.stream] = due + 1
        return None

    def _drafts(self, drafts: Sequence[Draft]) -> Iterable[Stamp]:
        """Render drafts in order; yield their stamps."""
        now_us = to_us(self._clock()) if drafts else 0
        for draft in drafts:
            position, recorded_us = self._next(now_us)
            recorded_at = from_us(recorded_us)
            if "\0" in draft.stream or "\0" in draft.subject or "\0" in draft.type:
                raise ValueError("stream, subject and type hold no NUL: not every store could keep it")
            state = self._encode(draft, position, recorded_at)
            place = (draft.stream, draft.stream_version, draft.type)
            self._add(StagedEvent(position, *place, recorded_us, draft.subject, merkle.leaf_hash(state), state))
            self._known.versions[draft.stream] = draft.stream_version
            yield Stamp(position, recorded_at)

    def _next(self, now_us: int) -> tuple[int, int]:
        """Return the next position, and a recorded time above the last and above what was promised."""
        head = self.head
        return head.position + 1, max(now_us, head.recorded_us + 1, head.promised_us + 1)

    def _add(self, event: StagedEvent) -> None:
        frontier = merkle.append(self.head.frontier, event.position - 1, event.leaf)
        self.events.append(event)
        self.head = HeadRow(event.position, event.recorded_us, self.head.promised_us, frontier)

    def _change(self, changes: Iterable[RowChange]) -> None:
        for change in changes:
            shape = self._shapes.of(change.table)
            changed = self.rows.setdefault(shape.name, {})
            if isinstance(change, Put):
                values = shape.values(change.row)
                changed[shape.key_of(values)] = values
            else:
                changed[shape.key(change.key)] = None

    def _keep(self, idempotency: Idempotency, stamps: Sequence[Stamp]) -> bytes:
        response = idempotency.response(stamps)
        kept = KeptResponse(idempotency.digest, response)
        self.kept[idempotency.scope] = self._known.kept[idempotency.scope] = kept
        return response

    def insert(self, stored_events: Iterable[persistence.StoredEvent]) -> list[int]:
        """Stage what comes in by the library's own interface, bytes as they are; return the positions.

        The caller refuses what is not unique: here a version need not be its stream's next.

        Raises:
            TypeError: the id of a stream is not text.
        """
        now_us = to_us(self._clock())
        first = self.head.position + 1
        for event in stored_events:
            if not isinstance(event.originator_id, str):
                raise TypeError("streams of this log are named by text")
            position, recorded_us = self._next(now_us)
            place = (event.originator_id, event.originator_version, event.topic)
            leaf = merkle.leaf_hash(event.state)
            self._add(StagedEvent(position, *place, recorded_us, None, leaf, event.state))
        return list(range(first, self.head.position + 1))


def promised(head: HeadRow, through_us: int) -> HeadRow:
    """Return the row that promises: every event after `head` is recorded later than `through_us`."""
    return replace(head, promised_us=max(head.promised_us, through_us))
