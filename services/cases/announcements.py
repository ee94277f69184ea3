"""Evidence that was announced and whose content is still to come: rows, no facts, that lapse after a day."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import msgspec

from services.cases import refusals
from services.cases.domain.events import Party
from services.cases.refusals import Refused
from services.cases.tables import ANNOUNCEMENTS
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.later import fill
from shared.kit.log.model import Append, EventLog
from shared.kit.log.rows import MAX_SELECT, Put, Remove, Row, RowChange, Where

LAPSES_AFTER: Final = timedelta(hours=24)
MAX_WAITING: Final = 20  # per party and case


@dataclass(frozen=True, slots=True)
class Announcement:
    """What a party said it would send, until when (exclusive)."""

    case_id: str
    evidence_id: str
    party: Party
    kind: str
    media_type: str
    size_bytes: int
    expires_at: datetime

    def row(self) -> RowChange:
        """Return what announcing writes."""
        row: Row = {
            "case_id": self.case_id,
            "evidence_id": self.evidence_id,
            "party": self.party,
            "kind": self.kind,
            "media_type": self.media_type,
            "size_bytes": self.size_bytes,
            "expires_us": to_us(self.expires_at),
        }
        return Put(ANNOUNCEMENTS, {**row, "digest": digest_of(row)})


def digest_of(row: Row) -> str:
    """Return the digest that belongs to the other columns of an announcement's row: 64 hexadecimal digits of SHA-256.

    It shows that a row was changed, not by whom: whoever changes a row on purpose can work it out again.
    """
    told = [
        value if isinstance(value := row[column], str | int) else None
        for column in ANNOUNCEMENTS.columns
        if column != "digest"
    ]
    return hashlib.sha256(msgspec.json.encode(told)).hexdigest()


def removal(case_id: str, evidence_id: str) -> RowChange:
    """Return what the arrival of the content writes."""
    return Remove(ANNOUNCEMENTS, (case_id, evidence_id))


def removals(log: EventLog, case_id: str) -> list[RowChange]:
    """Return what the end of the case's personal data writes."""
    rows = log.select(ANNOUNCEMENTS, Where("case_id", "=", case_id), limit=MAX_SELECT)
    return [removal(case_id, str(row["evidence_id"])) for row in rows]


def announced(log: EventLog, case_id: str, evidence_id: str, party: Party, now: datetime) -> Announcement:
    """Return what this party announced under this id.

    Raises:
        Refused: `evidence_not_found`, or `announcement_expired` at and after its end.
    """
    row = log.get(ANNOUNCEMENTS, case_id, evidence_id)
    if row is None or row["party"] != party:
        raise Refused(refusals.evidence_not_found())
    found = _announcement(row)
    if now >= found.expires_at:
        raise Refused(refusals.announcement_expired())
    return found


def waiting(log: EventLog, case_id: str, now: datetime) -> list[Announcement]:
    """Return what is announced in a case and has not lapsed, by id, which is by time of announcement."""
    rows = log.select(ANNOUNCEMENTS, Where("case_id", "=", case_id), limit=4 * MAX_WAITING)
    return [found for found in map(_announcement, rows) if found.expires_at > now]


def refuse_too_many(log: EventLog, case_id: str, party: Party, now: datetime) -> None:
    """Refuse (`too_many_announcements`) where the party already has `MAX_WAITING` uploads open."""
    if sum(found.party == party for found in waiting(log, case_id, now)) >= MAX_WAITING:
        raise Refused(refusals.too_many_announcements(MAX_WAITING))


def lapse(log: EventLog, now: datetime, limit: int) -> int:
    """Remove announcements that have lapsed, at most `limit`; return how many went."""
    rows = log.select(ANNOUNCEMENTS, Where("expires_us", "<=", to_us(now)), order=("expires_us",), limit=limit)
    changes = [Remove(ANNOUNCEMENTS, (row["case_id"], row["evidence_id"])) for row in rows]
    if changes:
        log.append(Append(rows=lambda _: changes))
    return len(changes)


def complete(log: EventLog) -> None:
    """Give rows from before there was one their digest; raises `LogUnavailable`."""
    fill(log, ANNOUNCEMENTS, "digest", digest_of)


def _announcement(row: Row) -> Announcement:
    size_bytes, expires_us, party = row["size_bytes"], row["expires_us"], row["party"]
    assert isinstance(size_bytes, int)  # noqa: S101  # every row is written by `Announcement.row`
    assert isinstance(expires_us, int)  # noqa: S101  # as above
    return Announcement(
        case_id=str(row["case_id"]),
        evidence_id=str(row["evidence_id"]),
        party="respondent" if party == "respondent" else "complainant",
        kind=str(row["kind"]),
        media_type=str(row["media_type"]),
        size_bytes=size_bytes,
        expires_at=from_us(expires_us),
    )
