"""What an event log promises, whatever stores it. The conformance suite holds every store against this text."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, TypeAlias

from shared.kit.cloudevent import Draft, Encode
from shared.kit.log.instant import from_us
from shared.kit.log.rows import Row, RowChange, Table, Unless, Value, Where

MAX_READ = 1000  # events in one page of `read`
MAX_BATCH = 1000  # appends in one `append_batch`
MAX_UNLESS = 200  # guards of one append
MAX_STREAMS = 1000  # names in one `stream`
MAX_TYPES = 100  # types in one `read`
MAX_NODES = 10_000  # leaves of which `nodes` is asked at once
MAX_WAIT_S = 60.0  # longest that one `wait` blocks


@dataclass(frozen=True, slots=True)
class Stamp:
    """What the log gave one event: its position and its recorded time (UTC, strictly increasing with position)."""

    position: int
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Idempotency:
    """A request's key, to be kept for ever with the append.

    `scope` names issuer, subject, route and key; `digest` is a keyed digest of the canonical body; `response` makes,
    from the stamps of the append's events, the bytes from which the answer can be given again (no free text).
    """

    scope: str
    digest: bytes
    response: Callable[[Sequence[Stamp]], bytes]


@dataclass(frozen=True, slots=True)
class KeptResponse:
    """What an idempotency key was used for: the digest of its body and its kept response."""

    digest: bytes
    response: bytes


@dataclass(frozen=True, slots=True)
class Tracking:
    """How far a follower has come in another log: written with the events that it made of it, and only forwards."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Append:
    """One atomic unit: events, rows, idempotency key and tracking are committed together or not at all.

    `rows` is called with the stamps of `events`, in order. All parts may be empty.
    `rows` and the key's `response` only compute, and may be asked again with other stamps, of which the last hold: they
    call no log, and change nothing. What they raise, `append_batch` raises.
    `unless` are guards, looked at under the append lock: so what they rule out cannot slip in beside them. With `head`,
    it is refused unless the log's last position is that one: nobody has appended an event since it was read.
    """

    events: Sequence[Draft] = ()
    rows: Callable[[Sequence[Stamp]], Sequence[RowChange]] = field(default=lambda _: ())
    idempotency: Idempotency | None = None
    tracking: Tracking | None = None
    unless: Sequence[Unless] = ()
    head: int | None = None


@dataclass(frozen=True, slots=True)
class Appended:
    """The append is on disk, its events at these stamps, in order; `response` is what its key keeps, if it had one."""

    stamps: tuple[Stamp, ...]
    response: bytes | None = None


@dataclass(frozen=True, slots=True)
class StreamConflict:
    """Nothing was written: `version` is not the next of this stream, as a rule because another append has taken it.

    Load, decide and append again.
    """

    stream: str
    version: int


@dataclass(frozen=True, slots=True)
class KeyTaken:
    """Nothing was written: the idempotency key was used before, for this."""

    kept: KeptResponse


@dataclass(frozen=True, slots=True)
class HeadConflict:
    """Nothing was written: the log's last position is `position`, not the one at which the append was to be."""

    position: int


@dataclass(frozen=True, slots=True)
class TrackingConflict:
    """Nothing was written: tracking of that name already stands at `position`, at or above the one given."""

    position: int


@dataclass(frozen=True, slots=True)
class RowConflict:
    """Nothing was written: `row` of the table of this name meets a guard of the append, of all that do the lowest key.

    Of several guards that are met, it is the first one's.
    """

    table: str
    row: Row


Outcome: TypeAlias = Appended | KeyTaken | HeadConflict | TrackingConflict | StreamConflict | RowConflict


class Stored(NamedTuple):
    """One event as read: its position and recorded time (microseconds), its stream, and the bytes that are its leaf.

    A plain row, since pages have many and most readers want the bytes alone.
    """

    position: int
    recorded_us: int
    type: str
    stream: str
    stream_version: int
    state: bytes

    @property
    def recorded_at(self) -> datetime:
        """When it was recorded."""
        return from_us(self.recorded_us)


@dataclass(frozen=True, slots=True)
class Page:
    """A piece of the log in order of position.

    `scanned_through` is where a filtered reader resumes: every event at or below it was looked at (it is `after` when
    nothing was). `head` is the highest committed position, 0 for an empty log. Every event with a recorded time at or
    below `recorded_through` stands at or below `scanned_through`, now and for ever.
    """

    events: tuple[Stored, ...]
    scanned_through: int
    head: int
    recorded_through: datetime


@dataclass(frozen=True, slots=True)
class Head:
    """The state of the sequencer: last position, its recorded time (None if empty), and the Merkle frontier.

    `frontier` holds the roots of the perfect subtrees that make up the tree, largest first. Source: RFC 6962.
    """

    position: int
    recorded_at: datetime | None
    frontier: tuple[bytes, ...]


class EventLog(ABC):
    """One append-only log with its read-model rows. Calls block; all are safe from several threads of one process."""

    @property
    @abstractmethod
    def id(self) -> str:
        """The log's name for ever, `urn:uuid:…`, made at its first start."""

    @abstractmethod
    def append_batch(self, appends: Sequence[Append]) -> list[Outcome]:
        """Commit all appends in one durable transaction and return one outcome each, in order.

        A conflict of one leaves the others untouched; an append sees the effects of those before it in the batch.
        Of several reasons to refuse one append, its outcome names the first: key, head, tracking, stream, row.
        When this returns, what is `Appended` survives a crash of process and machine.

        Raises:
            LogUnavailable: the store could not say (locked, full, gone); nothing of the batch is known to be written.
            ValueError: more than `MAX_BATCH` appends, more than `MAX_UNLESS` guards of one or one that cannot be asked,
                an event that cannot be rendered, a row that does not fit its table, a change behind a `Merge`; nothing
                of the batch was written. So with whatever a callable of an append raises.
        """

    def append(self, append: Append) -> Outcome:
        """Commit one append; see `append_batch`."""
        return self.append_batch([append])[0]

    @abstractmethod
    def read(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> Page:
        """Return events with position > `after`, at most `limit` (1 to `MAX_READ`), of these types and subject.

        At the head of the log this promises a `recorded_through` near the clock, durably (see `Page`): a new promise
        at most once a second, the last one in between, and while an append is under way or the store takes no writes.

        Raises:
            LogUnavailable: the store could not say.
            ValueError: a limit is not met, or `after` is negative.
        """

    @abstractmethod
    def stream(self, *names: str) -> list[Stored]:
        """Return all events of these streams (at most `MAX_STREAMS`) in order of position; empty if there are none."""

    @abstractmethod
    def head(self) -> Head:
        """Return the state of the sequencer as committed."""

    @abstractmethod
    def nodes(self, leaves: Collection[int]) -> Mapping[int, bytes]:
        """Return what is stored of the tree with these leaves (from 0, at most `MAX_NODES`), as many as there are.

        A leaf's index is its position less one; its value is as `merkle.grown` makes it.
        """

    @abstractmethod
    def kept(self, scope: str) -> KeptResponse | None:
        """Return what the idempotency key of this scope was used for, or None."""

    @abstractmethod
    def tracked(self, name: str) -> int:
        """Return the position to which the follower `name` has come, 0 if it never started."""

    @abstractmethod
    def get(self, table: Table, *key: Value) -> Row | None:
        """Return the row of this key, or None."""

    @abstractmethod
    def select(
        self, table: Table, *where: Where, order: Sequence[str] = (), limit: int, after: Sequence[Value] = ()
    ) -> list[Row]:
        """Return rows that meet all conditions, ascending by `order` (then by the table's key), at most `limit`.

        Nulls come first; text and blobs sort by their bytes (UTF-8). `after`, one value for each column of
        `rows.ordering` (see `rows.resume`), goes on behind the row that had them (exclusive).

        Raises:
            LogUnavailable: the store could not say.
            ValueError: the log does not know the table, or it cannot be asked so.
        """

    @abstractmethod
    def wait(self, after: int, timeout_s: float) -> bool:
        """Block until the head is above `after`, at most `timeout_s` (and `MAX_WAIT_S`) seconds; return whether it is.

        Returns at once when the log is closed meanwhile.
        """

    @abstractmethod
    def is_primary(self) -> bool:
        """Return whether this is where the log is written: a copy that follows it (a hot standby) says no.

        Raises:
            LogUnavailable: the store could not say.
        """

    @abstractmethod
    def close(self) -> None:
        """Give back every connection and lock. Idempotent; every other call then raises `LogUnavailable`."""


class LogUnavailable(Exception):
    """The store cannot take or give events now. The caller may try again; whether a write happened must be asked."""


class LogBusy(LogUnavailable):
    """As many appends wait as may: nothing of this one was written. The caller may try again in a moment."""


class LogInUse(LogUnavailable):
    """Another process, or another log of this one, has the store open: it has one writer."""


class LogBroken(LogUnavailable):
    """A commit ended in a way that leaves open what is on disk: no write is taken until the log is opened again."""


EncodeFor: TypeAlias = Callable[[str], Encode]
