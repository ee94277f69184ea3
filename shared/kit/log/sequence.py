"""What the sequencer gives: the row from which it goes on, and an event at its place."""

from typing import NamedTuple

from shared.kit.log.instant import from_us
from shared.kit.log.merkle import Frontier
from shared.kit.log.model import Head, Stored


class HeadRow(NamedTuple):
    """The sequencer's row: last position, its recorded time, the last promise (microseconds, 0 for none), frontier."""

    position: int = 0
    recorded_us: int = 0
    promised_us: int = 0
    frontier: Frontier = ()

    def head(self) -> Head:
        """Return it as readers see it."""
        return Head(self.position, from_us(self.recorded_us) if self.position else None, self.frontier)


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
