"""What a batch of appends will write, worked out in full under the append lock before a store writes any of it.

Every store looks up what a batch asks for (`asked`), stages it, and writes the result in one transaction. A refused
append never reaches a store, so there is nothing of it to undo; one that raises takes the whole batch with it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from eventsourcing import persistence

from shared.kit.cloudevent import Draft, Encode
from shared.kit.log import merkle
from shared.kit.log.guards import First, guards, meeting
from shared.kit.log.instant import Clock, from_us, to_us
from shared.kit.log.merging import mergeable
from shared.kit.log.model import (
    Append,
    Appended,
    HeadConflict,
    Idempotency,
    KeptResponse,
    KeyTaken,
    Outcome,
    RowConflict,
    Stamp,
    StreamConflict,
    TrackingConflict,
)
from shared.kit.log.rows import Merge, Put, RowChange, Value
from shared.kit.log.sequence import HeadRow, StagedEvent
from shared.kit.log.shape import Key, Shape, is_text
from shared.kit.log.shapes import Shapes

Placed: TypeAlias = tuple[int, str, int, str, int, str | None, bytes]
"""A staged event without its nodes: its fields up to the state."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the log holds of what a batch asks for: highest versions of streams, used keys, tracking. None: no item.

    `first` answers a guard by the first row of its select, as committed.
    """

    versions: dict[str, int] = field(default_factory=dict)
    kept: dict[str, KeptResponse] = field(default_factory=dict)
    tracked: dict[str, int] = field(default_factory=dict)
    first: First = field(default=lambda _: None)


class Asked(NamedTuple):
    """The names a batch asks for, each once: streams it extends, scopes of its keys, names of its tracking."""

    streams: list[str]
    scopes: list[str]
    names: list[str]


def asked(appends: Sequence[Append]) -> Asked:
    """Return what must be looked up, under the append lock, before `appends` are staged.

    Raises:
        ValueError: a name is none that every store can hold.
    """
    streams = {draft.stream: None for append in appends for draft in append.events}
    scopes = {append.idempotency.scope: None for append in appends if append.idempotency}
    names = {append.tracking.name: None for append in appends if append.tracking}
    if not all(is_text(name) for group in (streams, scopes, names) for name in group):
        raise ValueError("names of streams, keys and tracking are text without NUL or lone surrogates")
    return Asked([*streams], [*scopes], [*names])


class Staging:
    """A batch on its way: `stage` appends one by one, then write `events`, `kept`, `tracked`, `rows` and `head`.

    `known` must hold what the log knows of everything that is asked for; it is taken over and changed.
    `rows` holds, per table, the last change of each key: the row's values, or None where it is removed. `merge` is the
    table to change once these are written, and that by which it changes.
    """

    def __init__(self, head: HeadRow, known: Known, clock: Clock, encode: Encode, shapes: Shapes) -> None:
        self.head = head
        self.events: list[StagedEvent] = []
        self.kept: dict[str, KeptResponse] = {}
        self.tracked: dict[str, int] = {}
        self.rows: defaultdict[str, dict[Key, tuple[Value, ...] | None]] = defaultdict(dict)
        self.merge: tuple[Shape, Shape] | None = None
        self._known, self._clock, self._encode, self._shapes = known, clock, encode, shapes

    def stage(self, append: Append) -> Outcome:
        """Return the outcome of one append; it sees those staged before it. Refused, it adds nothing.

        Raises:
            ValueError: an event cannot be rendered or a row does not fit its table: give up the whole batch. The same
                goes for anything that the append's own callables raise.
        """
        if self.merge is not None:
            raise ValueError("nothing comes behind a merge in its batch")
        refused = self._refused(append)
        if refused is not None:
            return refused
        stamps = self._drafts(append.events)
        self._change(append.rows(stamps))
        if append.tracking:
            self.tracked[append.tracking.name] = self._known.tracked[append.tracking.name] = append.tracking.position
        response = self._keep(append.idempotency, stamps) if append.idempotency else None
        return Appended(stamps, response)

    def _refused(self, append: Append) -> Outcome | None:
        """Return why an append cannot be: key, head, tracking, the first event out of turn, the first guard met."""
        if append.idempotency and (kept := self._known.kept.get(append.idempotency.scope)):
            return KeyTaken(kept)
        if append.head not in (None, self.head.position):
            return HeadConflict(self.head.position)
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
        for guard in guards(append, self._shapes):
            row = meeting(guard, self._known.first, self.rows.get(guard.shape.name, {}))
            if row is not None:
                return RowConflict(guard.shape.name, row)
        return None

    def _drafts(self, drafts: Sequence[Draft]) -> tuple[Stamp, ...]:
        """Render drafts in order; return their stamps."""
        if not drafts:
            return ()
        encode = self._encode
        stamps: list[Stamp] = []
        placed: list[Placed] = []
        position, recorded_us, now_us = self._clocked()
        for draft in drafts:
            position += 1
            recorded_us = now_us if now_us > recorded_us else recorded_us + 1
            recorded_at = from_us(recorded_us)
            stream, subject, kind = draft.stream, draft.subject, draft.type
            if not (is_text(subject) and is_text(kind)):
                raise ValueError("subject and type of an event are text without NUL or lone surrogates")
            state = encode(draft, position, recorded_at)
            placed.append((position, stream, draft.stream_version, kind, recorded_us, subject, state))
            stamps.append(Stamp(position, recorded_at))
        self._known.versions.update((draft.stream, draft.stream_version) for draft in drafts)
        self._add(placed)
        return tuple(stamps)

    def _clocked(self) -> tuple[int, int, int]:
        """Return the last position, the instant that the next recorded time must exceed, and the clock's."""
        head = self.head
        return head.position, max(head.recorded_us, head.promised_us), to_us(self._clock())

    def _add(self, placed: Sequence[Placed]) -> None:
        """Put events behind the head, and let the tree grow by them."""
        head, leaf_hash = self.head, merkle.leaf_hash
        nodes, frontier = merkle.grown(head.frontier, head.position, [leaf_hash(one[-1]) for one in placed])
        self.events += [StagedEvent(*one, whole) for one, whole in zip(placed, nodes, strict=True)]
        last = self.events[-1]
        self.head = HeadRow(last.position, last.recorded_us, head.promised_us, frontier)

    def _change(self, changes: Iterable[RowChange]) -> None:
        for change in changes:
            if self.merge is not None:
                raise ValueError("nothing comes behind a merge in its batch")
            shape = self._shapes.of(change.table)
            if isinstance(change, Merge):
                self.merge = (shape, mergeable(shape, self._shapes.of(change.by)))
                continue
            changed = self.rows[shape.name]
            if isinstance(change, Put):
                key, values = shape.row(change.row)
                changed[key] = values
            else:
                changed[shape.key(change.key)] = None

    def _keep(self, idempotency: Idempotency, stamps: Sequence[Stamp]) -> bytes:
        response = idempotency.response(stamps)
        kept = KeptResponse(idempotency.digest, response)
        self.kept[idempotency.scope] = self._known.kept[idempotency.scope] = kept
        return response

    def insert(self, stored_events: Sequence[persistence.StoredEvent]) -> list[int]:
        """Stage what comes in by the library's own interface, bytes as they are; return the positions.

        The caller refuses what is not unique: here a version need not be its stream's next.

        Raises:
            TypeError: the id of a stream is not text.
        """
        if not stored_events:
            return []
        first, recorded_us, now_us = self._clocked()
        placed: list[Placed] = []
        for position, event in enumerate(stored_events, first + 1):
            if not isinstance(event.originator_id, str):
                raise TypeError("streams of this log are named by text")
            recorded_us = max(now_us, recorded_us + 1)
            place = (event.originator_id, event.originator_version, event.topic)
            placed.append((position, *place, recorded_us, None, event.state))
        self._add(placed)
        return [position for position, *_ in placed]
