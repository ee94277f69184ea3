"""One piece of a log read and hashed: what a worker does, and what it tells.

Pieces are aligned so that each whole one is a perfect subtree: their roots are the leaves of the tree above. So
several processes hash one log, and the root is the same.
"""

from collections.abc import Iterable
from datetime import datetime
from hashlib import sha256
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import msgspec

from services.ledger.replay.sources import Source
from shared.contracts.entries import DIGEST, ENTRY_TYPES, RELEASED
from shared.kit.log.merkle import Frontier, grown

PIECE: Final = 1 << 13  # events; a power of two

Which: TypeAlias = Literal["cases", "ledger"]


class _Said(msgspec.Struct):
    """As much of a ledger event's data as a scan asks for: the cases position it tells of, 0 for time alone."""

    position: int = 0


class _Told(msgspec.Struct):
    """As much of an event of the cases log."""

    recordedtime: datetime
    sequence: str
    source: str
    standingeffect: str
    subject: str


class _Entered(_Told):
    """As much of an event of the ledger's log."""

    type: str
    data: _Said


class Spooled(NamedTuple):
    """An event that is kept for the second pass. `cases_position` is the one it tells of.

    `entry` says whether it is one, `released` whether it lets an account out of its quarantine.
    """

    seller: str
    position: int
    cases_position: int
    recorded_at: datetime
    state: bytes
    entry: bool = False
    released: bool = False


class Piece(NamedTuple):
    """What a piece holds: its subtrees, its first and last recorded time, and what of it matters to accounts.

    `wrong` is the first position that is out of order, with the reason; what stands behind it was not read.
    """

    first: int
    last: int
    frontier: Frontier
    at: dict[int, Frontier]
    began: datetime | None
    ended: datetime | None
    spooled: list[Spooled]
    digests: list[bytes]
    wrong: tuple[int, str] | None


_decoders: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    "cases": msgspec.json.Decoder(_Told),
    "ledger": msgspec.json.Decoder(_Entered),
}


def read_piece(source: Source, which: Which, origin: str, first: int, last: int, sizes: tuple[int, ...]) -> Piece:
    """Read and hash the events from `first` to `last`, both inclusive; see `scan`. One that is missing is `wrong`."""
    piece = scan(source.states(first - 1, last), which, origin, first, sizes)
    if piece.wrong is None and piece.last < last:
        return piece._replace(wrong=(piece.last + 1, "an event would have to be there"))
    return piece


def scan(states: Iterable[bytes], which: Which, origin: str, first: int, sizes: tuple[int, ...]) -> Piece:
    """Hash events that stand from `first` on; `at` holds the piece's frontier at each of `sizes` that lies in it."""
    decode, told = _decoders[which].decode, _spooled if which == "cases" else _entered
    leaves: list[bytes] = []
    spooled: list[Spooled] = []
    digests: list[bytes] = []
    began = ended = None
    wrong: tuple[int, str] | None = None
    position = first - 1
    for state in states:
        position += 1
        try:
            event = decode(state)
            in_order = int(event.sequence) == position
        except (msgspec.MsgspecError, ValueError):
            wrong = (position, "the bytes would have to be an event")
            break
        if not in_order or event.source != origin or (ended is not None and event.recordedtime <= ended):
            wrong = (position, f"it would have to be the next event of {origin}, recorded later than the one before")
            break
        leaves.append(sha256(b"\0" + state).digest())
        ended = event.recordedtime
        if began is None:
            began = ended
        told(event, state, position, spooled, digests)
    at = {size: grown((), 0, leaves[: size - first + 1]).frontier for size in sizes if first <= size <= position}
    return Piece(
        first, first + len(leaves) - 1, grown((), 0, leaves).frontier, at, began, ended, spooled, digests, wrong
    )


def _spooled(event: _Told, state: bytes, position: int, spooled: list[Spooled], _: list[bytes]) -> None:
    if event.standingeffect == "points":
        spooled.append(Spooled(event.subject, position, position, event.recordedtime, state))


def _entered(event: _Entered, state: bytes, position: int, spooled: list[Spooled], digests: list[bytes]) -> None:
    if event.type == DIGEST:
        digests.append(state)
        return
    kinds = event.type in ENTRY_TYPES, event.type == RELEASED
    spooled.append(Spooled(event.subject, position, event.data.position, event.recordedtime, state, *kinds))
