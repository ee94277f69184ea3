"""What the cases log says of how decisions came about, gathered into a file of its own for one simulation.

The ledger's log says what counts; when it happened and what was found is in the cases log alone. It may be far larger
than memory, so it is kept in a SQLite file that goes with the simulation.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol, Self

from services.ledger.domain.redeciding import Filed, Found
from services.ledger.simulating.takers import SCHEMA, TAKEN, take
from shared.kit.cloudevent import decode
from shared.kit.feed_client import FeedBroken, FeedPage
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.model import MAX_READ
from shared.rulebook.model import Ref


class Picked(Protocol):
    """Where the events come from: the feed client, or anything that keeps its promises."""

    def pick(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> FeedPage:
        """Return the events above `after` of these types about `subject`; see `FeedClient.pick`."""
        ...


class Dismissal(NamedTuple):
    """A complaint that was not upheld, and counts so still: what was verified, and by which version it was judged."""

    decision: str
    seller: str
    case: str
    decided_at: datetime
    verified: frozenset[str]
    rulebook: Ref


class Evidence:
    """Filings, findings and dismissals of one simulation, by account. One thread at a time."""

    def __init__(self, file: Path) -> None:
        self._rows = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        self._rows.executescript(SCHEMA)

    def gather(
        self, feed: Picked, through: int, seller: str | None = None, on: Callable[[int], None] = lambda _: None
    ) -> None:
        """Take in what the cases log says through this position, of one account or of all; `on` hears how far it is.

        Raises:
            FeedUnavailable: see there.
            FeedBroken: see there; or the log ends before the position.
            msgspec.ValidationError: an event breaks its contract.
        """
        after = 0
        while after < through:
            page = feed.pick(after, MAX_READ, types=TAKEN, subject=seller)
            self._rows.execute("BEGIN")
            for state in page.events:
                envelope = decode(state)
                if envelope.position <= through:
                    take(self._rows, envelope)
            self._rows.execute("COMMIT")
            if page.scanned_through <= after:
                raise FeedBroken(f"the feed ends at {after}, before the {through} that was folded of it")
            after = page.scanned_through
            on(min(after, through))

    def of(self, seller: str) -> tuple[dict[str, Filed], dict[str, Found]]:
        """Return the filings by case and the findings by decision of one account."""
        filed = {
            case: Filed(from_us(conduct), None if paid is None else from_us(paid))
            for case, conduct, paid in self._rows.execute(
                "SELECT id, conduct_us, paid_us FROM filed WHERE seller = ?", (seller,)
            )
        }
        found = {
            decision: Found(frozenset(verified.split()), bool(override))
            for decision, verified, override in self._rows.execute(
                "SELECT id, verified, override FROM found WHERE seller = ?", (seller,)
            )
        }
        return filed, found

    def dismissals(self, since: datetime, until: datetime) -> Iterator[tuple[Dismissal, Filed | None]]:
        """Yield the dismissals decided in `[since, until)` with their filings, in order of account and decision."""
        rows = self._rows.execute(
            'SELECT d.id, d.seller, d."case", decided_us, verified, rulebook, digest, conduct_us, paid_us '
            'FROM dismissed d LEFT JOIN filed f ON f.id = d."case" '
            "WHERE decided_us >= ? AND decided_us < ? ORDER BY d.seller, d.id",
            (to_us(since), to_us(until)),
        )
        for decision, seller, case, decided, verified, rulebook, digest, conduct, paid in rows:
            filed = None if conduct is None else Filed(from_us(conduct), None if paid is None else from_us(paid))
            yield (
                Dismissal(decision, seller, case, from_us(decided), frozenset(verified.split()), Ref(rulebook, digest)),
                filed,
            )

    def close(self) -> None:
        """Close the file."""
        self._rows.close()

    def __enter__(self) -> Self:
        """Return the evidence; leaving closes it."""
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
