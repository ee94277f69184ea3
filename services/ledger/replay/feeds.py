"""A log read over HTTP: the feed of the service that writes it, page after page, by one reader at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from services.ledger.replay.sources import Source, SourceUnusable
from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.watch import REFUSED
from shared.kit.audit.wire import Malformed
from shared.kit.feed_client import FeedBroken, FeedClient, FeedUnavailable
from shared.kit.log.model import MAX_READ
from shared.kit.log.rows import Row, Table

SCHEMES: Final = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Feed(Source):
    """A log by the address of its service, asked with the token in a file. See `Source`."""

    token_file: str

    @property
    def has_rows(self) -> bool:
        """A feed tells of the log alone."""
        return False

    def head(self) -> int:
        """See `Source.head`."""
        with self._client() as client:
            return client.lines(0, 1).head

    def states(self, after: int, through: int) -> Iterator[bytes]:
        """See `Source.states`. Lines come as they were sent: whoever reads them sees whether one is missing."""
        with self._client() as client:
            while after < through:
                page = client.lines(after, min(MAX_READ, through - after))
                if not page.events:
                    return
                yield from page.events
                after += len(page.events)

    def signed(self) -> list[Checkpoint] | None:
        """See `Source.signed`."""
        try:
            with self._client() as client:
                note = client.checkpoint()
                origin = note.decode("utf-8", "replace").partition("\n")[0]
                return [open_checkpoint(note, client.keys(), origin)]
        except FeedUnavailable as unavailable:
            return None if unavailable.code == REFUSED else []
        except (Malformed, NoteRefused) as refused:
            raise SourceUnusable(f"{self.shown}: its checkpoint: {refused}") from None

    def tracked(self, name: str) -> int | None:  # noqa: ARG002  # as it is there
        """See `Source.tracked`."""
        return None

    def rows(self, table: Table) -> Iterator[Row]:  # noqa: ARG002  # as it is there
        """See `Source.rows`: there are none to be seen."""
        yield from ()

    @contextmanager
    def _client(self) -> Iterator[FeedClient]:
        try:
            with FeedClient(self.place, Path(self.token_file)) as client:
                yield client
        except FeedBroken as broken:
            raise SourceUnusable(f"{self.shown}: {broken}") from None
