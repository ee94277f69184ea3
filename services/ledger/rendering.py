"""A standing as the bytes that are answered: fields of the contract, in its order, and the tag of those bytes."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from services.ledger.domain.standing import Standing

_encode: Final = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class Asked:
    """The clocks and rules a question names; None: not named. All instants inclusive, `known_position` in cases."""

    as_of: datetime | None = None
    known_at: datetime | None = None
    known_position: int | None = None
    rulebook: str | None = None


NOTHING_ASKED: Final = Asked()


def body_of(standing: Standing, version: int, asked: Asked = NOTHING_ASKED, *, final: bool = False) -> bytes:
    """Return the JSON of the contract `Standing`: the same bytes for the same account, question and answer."""
    return _encode(
        {
            "seller": standing.seller,
            "standing": standing.standing,
            "points": standing.points,
            "tracks": standing.tracks,
            "sanctions": standing.sanctions,
            "restrictions": standing.restrictions,
            "restricted_until": standing.restricted_until,
            "next_change_at": standing.next_change_at,
            "valid_from": standing.valid_from,
            "valid_until": standing.valid_until,
            "as_of": asked.as_of,
            "known_at": asked.known_at,
            "final": final,
            "rulebook": asked.rulebook,
            "account_version": version,
            "last_entry_position": standing.last_entry_position,
            "unknown_before": standing.unknown_before,
        }
    )


def etag_of(body: bytes) -> str:
    """Return the strong entity tag of these bytes, with its quotes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'
