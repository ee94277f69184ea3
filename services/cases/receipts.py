"""What a write answers, and what is kept of it: ids, positions and instants, no free text, so a replay is identical."""

import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import msgspec

from shared.kit.cloudevent import Draft, canonical
from shared.kit.identity import Principal
from shared.kit.log.model import Stamp


class EventRef(msgspec.Struct, frozen=True):
    """One recorded event: its id, its name, where it stands in the log and since when (UTC)."""

    id: str
    type: str
    position: int
    recorded_at: datetime


class Receipt(msgspec.Struct, frozen=True):
    """The answer to a write. `version` is the case's stream version with it, `state` its public state then.

    `evidence_id` names the piece that the request was about; `expires_at` is until when its content may come.
    """

    status: int
    case_id: str
    version: int
    state: str
    events: tuple[EventRef, ...]
    evidence_id: str | None = None
    expires_at: datetime | None = None


_decoder: Final = msgspec.json.Decoder(Receipt)


def kept_bytes(receipt: Receipt) -> bytes:
    """Return the receipt as it is kept with its idempotency key."""
    return canonical(receipt)


def from_kept(kept: bytes) -> Receipt:
    """Return the receipt that was kept."""
    return _decoder.decode(kept)


def references(drafts: Sequence[Draft], stamps: Sequence[Stamp]) -> tuple[EventRef, ...]:
    """Return what a receipt says of events that are being recorded with these stamps."""
    return tuple(
        EventRef(draft.id, draft.type, stamp.position, stamp.recorded_at)
        for draft, stamp in zip(drafts, stamps, strict=True)
    )


@dataclass(frozen=True, slots=True)
class RequestKey:
    """An idempotency key as it is kept: keyed digests of its scope and of the body, both useless to outsiders."""

    scope: str
    digest: bytes


class KeyMaker:
    """Makes `RequestKey`s under the service's own key. A caller's key may hold anything, so it is never kept as it is.

    The scope is issuer, subject, route (method and path) and key: the same key elsewhere is another one.
    """

    def __init__(self, secret: bytes) -> None:
        self._secret = secret

    def request(self, who: Principal, route: str, key: str, body: object) -> RequestKey:
        """Return the key of a request; `body` is what strict JSON made of it, compared by its canonical form."""
        scope = msgspec.json.encode((who.issuer, who.sub, route, key))
        content = msgspec.json.encode(body, order="deterministic")
        return RequestKey(self._mac(b"scope\0" + scope).hex(), self._mac(b"body\0" + content))

    def _mac(self, message: bytes) -> bytes:
        return hmac.new(self._secret, message, hashlib.sha256).digest()
