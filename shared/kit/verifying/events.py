"""Every event of a log against its own bytes, its neighbours and the tree, in one pass of constant memory."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from shared.kit.cloudevent import SEQUENCE_DIGITS, Envelope, decode
from shared.kit.log.instant import to_us
from shared.kit.log.merkle import leaf_hash, unpacked
from shared.kit.log.sequenced import PROMISE_EVERY_US
from shared.kit.verifying.findings import Findings, shown
from shared.kit.verifying.raw import RawEvent, SqlRow
from shared.kit.verifying.tree import DoubtfulTree
from shared.kit.verifying.unreadable import UNREADABLE

EVENTS: Final = "stored_events"
BATCH: Final = 1000
DAY_US: Final = 86_400_000_000  # by so much, clocks of machines may differ

Told = list[tuple[RawEvent, Envelope]]


class Events:
    """Checks the events of the log of a name, one after the other.

    `position` is the last one's, `tree` what they make. `promised_us` is what the sequencer promised last: no event
    came later with such a time.
    """

    def __init__(self, findings: Findings, log_id: object, promised_us: object = 0) -> None:
        self._findings, self.log_id = findings, log_id
        self._promised_us, self._before_us = promised_us if isinstance(promised_us, int) else 0, 0
        self.position = self.recorded_us = 0
        self.tree = DoubtfulTree()
        self._sources: set[str] = set()

    def check(
        self, events: Iterable[RawEvent], stops: Iterable[int] = (), step: Callable[[int], None] = lambda _: None
    ) -> Iterator[Told]:
        """Yield the events that are one, with their envelopes, in batches, after they were checked.

        The tree has, when a batch was yielded, exactly the leaves up to its last event; no batch goes beyond one of
        the positions `stops`. `step` is told the position reached.
        """
        for batch in _batches(events, sorted(stops)):
            yield self._batch(batch)
            step(self.position)

    def end(self, heads: Sequence[SqlRow], now_us: int) -> None:
        """Compare the end of the log with the sequencer's row, which promises nothing of days to come."""
        if len(heads) != 1:
            self._findings.add("log_head", "", 0, "the sequencer would have to have one row")
            return
        position, recorded_us, promised_us, frontier = heads[0]
        if position != self.position:
            detail = f"the last event stands at {self.position}, the sequencer's row says {shown(position)}"
            self._findings.add("log_head", "position", self.position, detail)
        elif not isinstance(frontier, bytes) or not self.tree.may_be(unpacked(frontier)):
            self._findings.add("log_head", "frontier", self.position, "it would have to be that of the events' tree")
        if recorded_us != self.recorded_us:
            self._findings.add("log_head", "recorded_us", self.position, "it would have to be the last event's")
        if promised_us != 0 and (not isinstance(promised_us, int) or promised_us < self._before_us + PROMISE_EVERY_US):
            detail = "it would have to be a second later than the last event before it, at the least, or none"
            self._findings.add("log_head", "promised_us", 0, detail)
        elif promised_us > max(now_us, self.recorded_us) + DAY_US:
            detail = "it would have to be what the clock said once: it is later than now, by more than a day"
            self._findings.add("log_head", "promised_us", 0, detail)

    def _batch(self, batch: list[RawEvent]) -> Told:
        told: Told = []
        leaves: list[bytes] = []
        stored: list[object] = []
        for event in batch:
            if event.position <= self.position:
                self._wrong("position", event.position, "positions begin with 1")
                continue
            if event.position != self.position + 1:
                self._grow(leaves, stored)
                self._gap(event.position)
                leaves, stored = [], []
            self.position = event.position
            state = event.state if isinstance(event.state, bytes) else b""
            leaves.append(leaf_hash(state))
            stored.append(event.nodes)
            envelope = self._envelope(event, state)
            if envelope is not None:
                told.append((event, envelope))
        self._grow(leaves, stored)
        return told

    def _gap(self, position: int) -> None:
        missing = position - self.position - 1
        self._wrong("position", self.position + 1, f"{missing} events are missing before position {position}")
        self.tree.miss(missing)

    def _grow(self, leaves: list[bytes], stored: list[object]) -> None:
        first = self.tree.size + 1
        for number in self.tree.grow(leaves, stored):
            detail = "bytes and nodes would have to make the tree that the events around them make"
            self._wrong("state, nodes", first + number, detail)

    def _envelope(self, event: RawEvent, state: bytes) -> Envelope | None:
        """Return the event's envelope, compared with its columns, None if it has none."""
        if not isinstance(event.recorded_us, int) or event.recorded_us <= self.recorded_us:
            self._wrong("recorded_us", event.position, "recorded times would have to rise with positions")
        if isinstance(event.recorded_us, int):
            self.recorded_us = event.recorded_us
            if event.recorded_us <= self._promised_us:
                self._before_us = event.recorded_us
        try:
            envelope = decode(state)
        except UNREADABLE:
            self._wrong("state", event.position, "the bytes would have to be an event")
            return None
        self._compare(event, envelope)
        return envelope

    def _compare(self, event: RawEvent, envelope: Envelope) -> None:
        pairs: tuple[tuple[str, Any, Any], ...] = (
            ("position", str(event.position).zfill(SEQUENCE_DIGITS), envelope.sequence),
            ("stream", event.stream, envelope.stream),
            ("version", event.version, envelope.streamversion),
            ("type", event.type, envelope.type),
            ("recorded_us", event.recorded_us, to_us(envelope.recordedtime)),
            ("subject", event.subject, envelope.subject),
            ("state", envelope.partitionkey, envelope.subject),
        )
        for column, has, says in pairs:
            if has != says:
                self._wrong(column, event.position, f"the column has {shown(has)}, the event says {shown(says)}")
        if envelope.source != self.log_id and envelope.source not in self._sources:
            if len(self._sources) < BATCH:
                self._sources.add(envelope.source)
            detail = f"the log is {shown(self.log_id)}, the event is of {shown(envelope.source)}"
            self._findings.add("log_identity", "log_id", event.position, detail)

    def _wrong(self, column: str, position: int, detail: str) -> None:
        self._findings.add(EVENTS, column, position, detail)


def _batches(events: Iterable[RawEvent], stops: Sequence[int]) -> Iterator[list[RawEvent]]:
    waiting = [*stops]
    batch: list[RawEvent] = []
    for event in events:
        while waiting and event.position > waiting[0]:
            waiting.pop(0)
            if batch:
                yield batch
            batch = []
        batch.append(event)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
