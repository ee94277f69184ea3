"""The rows of evidence, and how filings, decisions and dismissals of the cases log are taken into them."""

from collections.abc import Callable, Mapping
from sqlite3 import Connection
from typing import Final

import msgspec

from shared.contracts import findings as contract
from shared.contracts.decisions import ORDINARY_UPHELD, SEVERE_UPHELD
from shared.kit.cloudevent import Envelope
from shared.kit.log.instant import to_us

SCHEMA: Final = """
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


def take(rows: Connection, event: Envelope) -> None:
    """Take one event of the types `TAKEN` into the rows.

    Raises:
        msgspec.ValidationError: it breaks its contract.
    """
    _TAKERS[event.type](rows, event)


def _take_filed(rows: Connection, event: Envelope) -> None:
    filed = _filed.decode(event.data)
    conduct_at = max((one.until or one.at for one in filed.incidents), default=None)
    if conduct_at is None:
        return
    paid = filed.trade.order_paid_at
    row = (event.correlationid, event.subject, to_us(conduct_at), None if paid is None else to_us(paid))
    rows.execute("INSERT OR REPLACE INTO filed VALUES (?, ?, ?, ?)", row)


def _take_found(rows: Connection, event: Envelope) -> None:
    decision = _found.decode(event.data)
    if decision.findings is None:
        return
    override = decision.confirmed_by is not None and event.type == ORDINARY_UPHELD
    row = (event.id, event.subject, " ".join(sorted(_verified(decision.findings))), override)
    rows.execute("INSERT OR REPLACE INTO found VALUES (?, ?, ?, ?)", row)


def _take_dismissed(rows: Connection, event: Envelope) -> None:
    dismissed = _dismissed.decode(event.data)
    verified, pinned = " ".join(sorted(_verified(dismissed.findings))), dismissed.rulebook
    row = (
        *(event.id, event.subject, event.correlationid),
        *(to_us(event.recordedtime), verified, pinned.id, pinned.digest),
    )
    rows.execute("INSERT OR REPLACE INTO dismissed VALUES (?, ?, ?, ?, ?, ?, ?)", row)


def _take_overturned(rows: Connection, event: Envelope) -> None:
    rows.execute("DELETE FROM dismissed WHERE id = ?", (_overturned.decode(event.data).decision,))


def _verified(findings: contract.Findings) -> frozenset[str]:
    flags = {
        "frequent_contact": findings.frequent_contact,
        "number_attributable": findings.number_attributable,
        "certificate_covers": findings.certificate_covers,
    }
    return frozenset(findings.factors).union(code for code, verified in flags.items() if verified)


_TAKERS: Final[Mapping[str, Callable[[Connection, Envelope], None]]] = {
    contract.FILED: _take_filed,
    contract.DISMISSED: _take_dismissed,
    contract.OVERTURNED: _take_overturned,
    ORDINARY_UPHELD: _take_found,
    SEVERE_UPHELD: _take_found,
}
TAKEN: Final = tuple(_TAKERS)
