"""An append that stands still in its transaction, so that others gather behind it."""

from collections.abc import Sequence
from threading import Event

from shared.kit.log.model import Append, Stamp
from shared.kit.log.rows import RowChange
from tests.support.logs import draft


class Gate:
    """Holds the log from `entered` to `go_on`."""

    def __init__(self) -> None:
        self.entered, self.go_on = Event(), Event()

    def append(self, stream: str = "gate") -> Append:
        """Return the append, of one event in this stream."""
        return Append([draft(stream)], self._rows)

    def _rows(self, _: Sequence[Stamp]) -> Sequence[RowChange]:
        self.entered.set()
        assert self.go_on.wait(30)
        return ()
