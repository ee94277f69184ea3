"""What the sequencer gives: the row from which it goes on, and an event at its place."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final, NamedTuple

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.merkle import HASH_BYTES, Frontier, unpacked
from shared.kit.log.model import Head, Stored

LATEST_US: Final = to_us(datetime(9999, 1, 1, tzinfo=UTC))  # exclusive: behind it, events need instants that exist


class HeadRow(NamedTuple):
    """The sequencer's row: last position, its recorded time, the last promise (microseconds, 0 for none), frontier."""

    position: int = 0
    recorded_us: int = 0
    promised_us: int = 0
    frontier: Frontier = ()

    def head(self) -> Head:
        """Return it as readers see it."""
        return Head(self.position, from_us(self.recorded_us) if self.position else None, self.frontier)


def head_row(row: Sequence[object] | None) -> HeadRow:
    """Return the sequencer's row, of position, recorded and promised time and frontier as a store has them.

    Raises:
        StoreUnavailable: no log comes to such a head: something else than the log has changed it.
    """
    position, recorded_us, promised_us, frontier = row or (None,) * 4
    if isinstance(position, int) and isinstance(recorded_us, int) and isinstance(promised_us, int):
        sound = position >= 0 and 0 <= recorded_us < LATEST_US and 0 <= promised_us < LATEST_US
        if sound and isinstance(frontier, bytes) and len(frontier) == HASH_BYTES * position.bit_count():
            return HeadRow(position, recorded_us, promised_us, unpacked(frontier))
    raise StoreUnavailable("the log's head would have to be one to which a log can come: verify the store")


class StagedEvent(NamedTuple):
    """One event as it will stand in the log. `subject` is None for what came in without an envelope.

    `nodes` is what `merkle.grown` says of its leaf."""

    position: int
    stream: str
    stream_version: int
    type: str
    recorded_us: int
    subject: str | None
    state: bytes
    nodes: bytes

    def stored(self) -> Stored:
        """Return it as readers see it."""
        return Stored(self.position, self.recorded_us, self.type, self.stream, self.stream_version, self.state)


def promised(head: HeadRow, through_us: int) -> HeadRow:
    """Return the row that promises: every event after `head` is recorded later than `through_us`."""
    return head._replace(promised_us=max(head.promised_us, through_us))
