"""The bytes of a bundle, `demerit-bundle/2`: canonical JSON, sealed as a whole by the ledger's log key.

The stand-alone verifier reads this form, which `docs/audit.md` describes. Every byte counts: there is one spelling of
the same content, and the seal is a signed note over its hash.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final

import msgspec

from shared.kit.audit.wire import encode64
from shared.rulebook.model import Ref, Timeline

FORMAT: Final = "demerit-bundle/2"


@dataclass(frozen=True, slots=True)
class Proven:
    """An event as stored at a position, and its proof of inclusion."""

    position: int
    event: bytes
    proof: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Part:
    """What is told of one log: its name, a checkpoint, and the seller's events in order, proven to be in its tree."""

    origin: str
    checkpoint: bytes
    events: Sequence[Proven]


@dataclass(frozen=True, slots=True)
class Bundle:
    """Everything of one seller: both logs through the cases position `folded`, and standings by what was known there.

    `standings` are pairs of the cases position through which facts were known, and the answer's bytes. `calendars` are
    the canonical forms of those that the events pin, as far as they are known here; `missing` pins the others.
    """

    seller: str
    folded: int
    cases: Part
    ledger: Part
    rulebook: Timeline
    calendars: Sequence[str]
    missing: Sequence[Ref]
    standings: Sequence[tuple[int, bytes]]


def sealed(bundle: Bundle, sign: Callable[[str], bytes]) -> bytes:
    """Return the file of a bundle, with a newline at its end. `sign` makes a signed note of a text."""
    content = _content(bundle)
    digest = encode64(sha256(_canonical(content)).digest())
    seal = sign(f"{FORMAT}\n{bundle.ledger.origin}\n{digest}\n")
    return _canonical({**content, "seal": seal.decode()}) + b"\n"


def _content(bundle: Bundle) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "seller": bundle.seller,
        "folded": bundle.folded,
        "cases": _part(bundle.cases),
        "ledger": _part(bundle.ledger),
        "rulebook": {
            "name": bundle.rulebook.name,
            "versions": [version.said for version in bundle.rulebook.versions],
            "until": msgspec.to_builtins(bundle.rulebook.versions[-1].effective_until),
        },
        "calendars": list(bundle.calendars),
        "missing_calendars": [{"id": pin.id, "digest": pin.digest} for pin in bundle.missing],
        "standings": [{"known_position": position, "body": json.loads(body)} for position, body in bundle.standings],
    }


def _part(part: Part) -> dict[str, Any]:
    return {
        "origin": part.origin,
        "checkpoint": part.checkpoint.decode(),
        "events": [
            {"position": one.position, "event": one.event.decode("ascii"), "proof": list(map(encode64, one.proof))}
            for one in part.events
        ],
    }


def _canonical(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")
