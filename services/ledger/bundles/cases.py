"""The cases log's part of a bundle over HTTP: its feed, picked by seller, and its proofs, held to its checkpoint.

The checkpoint is held to what the follower holds it to: keys that are trusted, what was accepted, what was read.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from services.ledger.bundles.content import Part, Proven
from services.ledger.bundles.proving import CasesRefused, TooManyEvents
from services.ledger.casestree import Known
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.audit.proof import includes
from shared.kit.audit.proofs import MAX_POSITIONS
from shared.kit.audit.watch import MustNotBeFollowed, look
from shared.kit.audit.wire import Malformed, decode_hash
from shared.kit.feed_client import FeedBroken, FeedClient
from shared.kit.log.merkle import leaf_hash
from shared.kit.log.model import MAX_READ


class _Sequenced(msgspec.Struct):
    sequence: str
    subject: str


_decoder: Final = msgspec.json.Decoder(_Sequenced)


class CasesOverHttp:
    """The cases service at `base_url`, asked with the token in a file: its feed, and its log's proofs."""

    def __init__(self, base_url: str, token_file: Path) -> None:
        """Nothing is asked yet."""
        self._base_url, self._token_file = base_url, token_file

    def part(self, seller: str, through: int, most: int, known: Known) -> Part:
        """Return what `Evidence.part` promises, over a connection of its own."""
        with FeedClient(self._base_url, self._token_file) as client:
            events = _picked(client, seller, through, most)
            raw, signed = _accepted(client, through, known)
            proven: list[Proven] = []
            for at in range(0, len(events), MAX_POSITIONS):
                proven += _proven(client, events[at : at + MAX_POSITIONS], signed.size, signed.root)
        return Part(known.origin, raw, proven)


def _accepted(client: FeedClient, through: int, known: Known) -> tuple[bytes, Checkpoint]:
    """Return the note of the checkpoint of now, and what it says, once it holds."""
    try:
        seen = look(client, known.origin, known.trust, known.read).seen
    except MustNotBeFollowed as refused:
        raise CasesRefused(f"its checkpoint is refused ({refused})") from None
    if seen is None or seen.checkpoint.size < through:
        raise CasesRefused(f"its checkpoint does not reach position {through}, through which was folded")
    return seen.note, seen.checkpoint


def _picked(client: FeedClient, seller: str, through: int, most: int) -> list[tuple[int, bytes]]:
    """Return position and bytes of the seller's events, rising."""
    found: list[tuple[int, bytes]] = []
    after = 0
    while after < through:
        page = client.pick(after, MAX_READ, subject=seller)
        if page.scanned_through <= after:
            raise FeedBroken(f"the feed ends at {after}, before the {through} that was folded of it")
        after = page.scanned_through
        found += [(at, event) for event in page.events if (at := _position(event, seller)) <= through]
        if len(found) > most:
            raise TooManyEvents
    return found


def _position(event: bytes, seller: str) -> int:
    try:
        read = _decoder.decode(event)
        position = int(read.sequence)
    except ValueError:
        raise FeedBroken("a line of the page is no event") from None
    if read.subject != seller:
        raise FeedBroken("the feed tells of another account than the one asked about")
    return position


def _proven(client: FeedClient, events: Sequence[tuple[int, bytes]], size: int, root: bytes) -> list[Proven]:
    """Return events with their proofs, which lead to this root."""
    answer = client.inclusion([position for position, _ in events], size)
    found = []
    for (position, event), told in zip(events, answer.proofs, strict=True):
        try:
            proof = list(map(decode_hash, told.proof))
        except Malformed as malformed:
            raise FeedBroken(f"a proof of inclusion: {malformed}") from None
        if not includes(root, size, position - 1, leaf_hash(event), proof):
            raise FeedBroken(f"position {position} is not shown to be in the tree that was signed")
        found.append(Proven(position, event, proof))
    return found
