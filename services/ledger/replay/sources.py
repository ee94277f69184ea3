"""Where a log is read from: a file, or what goes by its promises (`schemas`, `feeds`). Any piece, in order, as stored.

A source is named by text, so that several processes may read one log beside each other. What stands at or below a head
that was read once never changes; so no snapshot is needed.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.log.rows import Row, Table
from shared.kit.verifying.openfile import raw_file
from shared.kit.verifying.raw import RawLog


class SourceUnusable(Exception):
    """A log cannot be read from where it was said to be; the message says what would have to be true."""


@dataclass(frozen=True, slots=True)
class Source:
    """A log by its place, which is the path of its file."""

    place: str

    @property
    def has_rows(self) -> bool:
        """Whether the tables of its service stand beside the log."""
        return True

    @property
    def shown(self) -> str:
        """Its place as it may be printed."""
        return self.place

    def head(self) -> int:
        """Return the position of the last event; raises as `states`."""
        with self.raw() as raw:
            heads = raw.heads()
        if len(heads) != 1 or not isinstance(heads[0][0], int):
            raise SourceUnusable(f"{self.shown} would have to be a log")
        return heads[0][0]

    def states(self, after: int, through: int) -> Iterator[bytes]:
        """Yield the stored bytes of the events above `after`, up to `through` (inclusive), or to one that is missing.

        Raises:
            SourceUnusable: it does not keep its promises.
            LogUnavailable, FeedUnavailable: it cannot be read now.
        """
        with self.raw() as raw:
            for position, state in raw.states(after, through):
                if position != after + 1 or not isinstance(state, bytes):
                    return
                after = position
                yield state

    def signed(self) -> list[Checkpoint] | None:
        """Return what the service behind it has signed of its log by now, by the keys that it names itself.

        It is of a log that is not longer than `head`, asked later, says. None: the service says that its log does not
        continue what it signed last. Empty: nothing can be signed now, or there is no service behind it.

        Raises:
            SourceUnusable: what is answered is no checkpoint that one of these keys signed.
        """
        return []

    def tracked(self, name: str) -> int | None:
        """Return how far a follower of this name has come by the tracking beside the log; None where there is none."""
        with self.raw() as raw:
            position = raw.tracked().get(name, 0)
            return position if isinstance(position, int) else 0

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a read model beside the log, in order of its key."""
        with self.raw() as raw:
            yield from raw.rows(table)

    def raw(self) -> AbstractContextManager[RawLog]:
        """Open the store that it is in."""
        return raw_file(Path(self.place))
