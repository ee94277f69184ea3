"""Where a log is read from: a file, a schema in PostgreSQL, or a service's feed. Any piece of it, in order, as stored.

A source is named by text, so that several processes may read one log beside each other. What stands at or below a head
that was read once never changes; so no snapshot is needed.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.watch import REFUSED
from shared.kit.audit.wire import Malformed
from shared.kit.feed_client import FeedBroken, FeedClient, FeedUnavailable
from shared.kit.log.model import MAX_READ
from shared.kit.log.rows import Row, Table
from shared.kit.verifying.opening import raw_file, raw_schema
from shared.kit.verifying.raw import RawLog


class SourceUnusable(Exception):
    """A log cannot be read from where it was said to be; the message says what would have to be true."""


@dataclass(frozen=True, slots=True)
class Source:
    """A log by its place: a path, `postgresql://…` and the schema, or `http(s)://…` and the file of a token."""

    place: str
    schema: str = ""
    token_file: str = ""

    @property
    def is_feed(self) -> bool:
        """Whether it is read over HTTP, page after page, by one reader at a time."""
        return self.place.startswith(("http://", "https://"))

    @property
    def shown(self) -> str:
        """Its place as it may be printed: an address without what it holds of a password."""
        return f"schema {self.schema}" if self._is_schema else self.place

    @property
    def _is_schema(self) -> bool:
        return self.place.startswith(("postgresql://", "postgres://"))

    def head(self) -> int:
        """Return the position of the last event; raises as `states`."""
        if self.is_feed:
            with self._client() as client:
                return client.page(0, 1).head
        with self.raw() as raw:
            heads = raw.heads()
        if len(heads) != 1 or not isinstance(heads[0][0], int):
            raise SourceUnusable(f"{self.shown} would have to be a log")
        return heads[0][0]

    def states(self, after: int, through: int) -> Iterator[bytes]:
        """Yield the stored bytes of the events above `after`, up to `through` (inclusive), or to one that is missing.

        Raises:
            SourceUnusable: a feed does not keep its promises.
            LogUnavailable, FeedUnavailable: it cannot be read now.
        """
        if self.is_feed:
            yield from self._fed(after, through)
            return
        with self.raw() as raw:
            for position, state in raw.states(after, through):
                if position != after + 1 or not isinstance(state, bytes):
                    return
                after = position
                yield state

    def signed(self) -> list[Checkpoint] | None:
        """Return what the service of a feed has signed of its log by now, by the keys that it names itself.

        It is of a log that is not longer than `head`, asked later, says. None: the service says that its log does not
        continue what it signed last. Empty: nothing can be signed now, or it is no feed.

        Raises:
            SourceUnusable: what is answered is no checkpoint that one of these keys signed.
        """
        if not self.is_feed:
            return []
        try:
            with self._client() as client:
                note = client.checkpoint()
                origin = note.decode("utf-8", "replace").partition("\n")[0]
                return [open_checkpoint(note, client.keys(), origin)]
        except FeedUnavailable as unavailable:
            return None if unavailable.code == REFUSED else []
        except (FeedBroken, Malformed, NoteRefused) as refused:
            raise SourceUnusable(f"{self.shown}: its checkpoint: {refused}") from None

    def tracked(self, name: str) -> int | None:
        """Return how far a follower of this name has come by the tracking beside the log; None of a feed."""
        if self.is_feed:
            return None
        with self.raw() as raw:
            return raw.tracked().get(name, 0)

    def rows(self, table: Table) -> Iterator[Row]:
        """Yield the rows of a read model beside the log, in order of its key; none of a feed."""
        if not self.is_feed:
            with self.raw() as raw:
                yield from raw.rows(table)

    def raw(self) -> AbstractContextManager[RawLog]:
        """Open the store that it is in."""
        return raw_schema(self.place, self.schema) if self._is_schema else raw_file(Path(self.place))

    def _client(self) -> FeedClient:
        return FeedClient(self.place, Path(self.token_file))

    def _fed(self, after: int, through: int) -> Iterator[bytes]:
        try:
            with self._client() as client:
                while after < through:
                    page = client.page(after, min(MAX_READ, through - after))
                    if not page.events:
                        return
                    yield from page.events
                    after = page.scanned_through
        except FeedBroken as broken:
            raise SourceUnusable(f"{self.shown}: {broken}") from None
