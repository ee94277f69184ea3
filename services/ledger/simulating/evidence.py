"""What the cases log says of how decisions came about, gathered into a file of its own for one simulation.

The ledger's log says what counts; when it happened and what was found is in the cases log alone. It may be far larger
than memory, so it is kept in a SQLite file that goes with the simulation.
"""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final, NamedTuple, Protocol, Self

import msgspec

from services.ledger.domain.redeciding import Filed, Found
from shared.contracts import findings as contract
from shared.contracts.decisions import ORDINARY_UPHELD, SEVERE_UPHELD
from shared.kit.cloudevent import Envelope, decode
from shared.kit.feed_client import FeedPage
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.model import MAX_READ
from shared.rulebook.model import Ref

TYPES: Final = (contract.FILED, ORDINARY_UPHELD, SEVERE_UPHELD, contract.DISMISSED, contract.OVERTURNED)

_SCHEMA: Final = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE filed (id TEXT PRIMARY KEY, seller TEXT, conduct_us INTEGER, paid_us INTEGER) WITHOUT ROWID;
CREATE TABLE found (id TEXT PRIMARY KEY, seller TEXT, verified TEXT, override INTEGER) WITHOUT ROWID;
CREATE TABLE dismissed (id TEXT PRIMARY KEY, seller TEXT, "case" TEXT, decided_us INTEGER, verified TEXT,
                        rulebook TEXT, digest TEXT) WITHOUT ROWID;
CREATE INDEX filed_by ON filed (seller);
CREATE INDEX found_by ON found (seller);
"""
_filed: Final = msgspec.json.Decoder(contract.ComplaintFiled)
_found: Final = msgspec.json.Decoder(contract.DecisionFound)
_dismissed: Final = msgspec.json.Decoder(contract.ComplaintDismissed)
_overturned: Final = msgspec.json.Decoder(contract.DismissalOverturned)


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
        self._rows.executescript(_SCHEMA)

    def gather(
        self, feed: Picked, through: int, seller: str | None = None, on: Callable[[int], None] = lambda _: None
    ) -> None:
        """Take in what the cases log says through this position, of one account or of all; `on` hears how far it is.

        Raises:
            FeedUnavailable, FeedBroken: see there.
            msgspec.ValidationError: an event breaks its contract.
        """
        after = 0
        while after < through:
            page = feed.pick(after, MAX_READ, types=TYPES, subject=seller)
            self._rows.execute("BEGIN")
            for state in page.events:
                envelope = decode(state)
                if envelope.position <= through:
                    self._take(envelope)
            self._rows.execute("COMMIT")
            if page.scanned_through <= after:
                return  # the log ends here
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

    def _take(self, event: Envelope) -> None:
        _TAKERS[event.type](self._rows, event)


def _take_filed(rows: sqlite3.Connection, event: Envelope) -> None:
    filed = _filed.decode(event.data)
    conduct_at = max((one.until or one.at for one in filed.incidents), default=None)
    if conduct_at is None:
        return
    paid = filed.trade.order_paid_at
    row = (event.correlationid, event.subject, to_us(conduct_at), None if paid is None else to_us(paid))
    rows.execute("INSERT OR REPLACE INTO filed VALUES (?, ?, ?, ?)", row)


def _take_found(rows: sqlite3.Connection, event: Envelope) -> None:
    decision = _found.decode(event.data)
    if decision.findings is None:
        return
    override = decision.confirmed_by is not None and event.type == ORDINARY_UPHELD
    row = (event.id, event.subject, " ".join(sorted(_verified(decision.findings))), override)
    rows.execute("INSERT OR REPLACE INTO found VALUES (?, ?, ?, ?)", row)


def _take_dismissed(rows: sqlite3.Connection, event: Envelope) -> None:
    dismissed = _dismissed.decode(event.data)
    verified, pinned = " ".join(sorted(_verified(dismissed.findings))), dismissed.rulebook
    row = (
        *(event.id, event.subject, event.correlationid),
        *(to_us(event.recordedtime), verified, pinned.id, pinned.digest),
    )
    rows.execute("INSERT OR REPLACE INTO dismissed VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _take_overturned(rows: sqlite3.Connection, event: Envelope) -> None:
    rows.execute("DELETE FROM dismissed WHERE id = ?", (_overturned.decode(event.data).decision,))


def _verified(findings: contract.Findings) -> frozenset[str]:
    flags = {
        "frequent_contact": findings.frequent_contact,
        "number_attributable": findings.number_attributable,
        "certificate_covers": findings.certificate_covers,
    }
    return frozenset(findings.factors).union(code for code, verified in flags.items() if verified)


_TAKERS: Final[Mapping[str, Callable[[sqlite3.Connection, Envelope], None]]] = {
    contract.FILED: _take_filed,
    contract.DISMISSED: _take_dismissed,
    contract.OVERTURNED: _take_overturned,
    ORDINARY_UPHELD: _take_found,
    SEVERE_UPHELD: _take_found,
}
