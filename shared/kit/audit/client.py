"""Reading another log's checkpoints, proofs and keys. What comes is taken apart here, and verified by who asked."""

from collections.abc import Sequence
from typing import Final, TypeVar

import msgspec

from shared.kit.asking import Asking, FeedBroken
from shared.kit.audit.note import MAX_NOTE_BYTES
from shared.kit.audit.proofs import MAX_POSITIONS
from shared.kit.audit.vkey import VerifierKey, parse_vkey
from shared.kit.audit.wire import MAX_PROOF, Malformed, decode_hash

MAX_PROOFS_BYTES: Final = 4 * 1024 * 1024
MAX_KEYS_BYTES: Final = 65_536
TEXT: Final = "text/plain"
JSON: Final = "application/json"

S = TypeVar("S", bound=msgspec.Struct)


class OneProof(msgspec.Struct, frozen=True):
    """That one event is in the tree; hashes in base64 as they came."""

    position: int
    index: int
    leaf_hash: str
    proof: list[str]


class Inclusion(msgspec.Struct, frozen=True):
    """That events are in the tree of `size` leaves; `checkpoint` is the note of that size, if it is the last one."""

    origin: str
    size: int
    root: str
    proofs: list[OneProof]
    checkpoint: str | None


class _Consistency(msgspec.Struct):
    proof: list[str]


class TreeClient(Asking):
    """Asks a service for what is under `/log`.

    All raise `FeedUnavailable`, and `FeedBroken` for what is not of its form.
    """

    def checkpoint(self) -> bytes:
        """Return the signed note of the log's checkpoint of now; nothing of it is verified."""
        return self.get("/log/checkpoint", {}, TEXT, MAX_NOTE_BYTES)[1]

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the hashes that are to show that the tree of `new` leaves begins with the first `old`."""
        found = self._json("/log/proof/consistency", {"from": old, "to": new}, _Consistency)
        if len(found.proof) > MAX_PROOF:
            raise FeedBroken("a proof of consistency is longer than any tree is high")
        try:
            return list(map(decode_hash, found.proof))
        except Malformed as malformed:
            raise FeedBroken(f"a proof of consistency: {malformed}") from None

    def keys(self) -> list[VerifierKey]:
        """Return the keys that the log says it ever signed with, oldest first."""
        _, body = self.get("/log/keys", {}, TEXT, MAX_KEYS_BYTES)
        try:
            return [parse_vkey(line) for line in body.decode().splitlines()]
        except ValueError as malformed:
            raise FeedBroken(f"the list of keys: {malformed}") from None

    def inclusion(self, positions: Sequence[int], size: int | None = None) -> Inclusion:
        """Return the proofs that these positions are in the tree of `size` leaves; None: of the checkpoint of now.

        Raises:
            ValueError: more than `MAX_POSITIONS` are asked for.
        """
        if not 1 <= len(positions) <= MAX_POSITIONS:
            raise ValueError(f"1 to {MAX_POSITIONS} positions are proven at once")
        asked = {"position": list(positions), **({} if size is None else {"size": size})}
        found = self._json("/log/proof/inclusion", asked, Inclusion)
        if [one.position for one in found.proofs] != list(positions) or size not in (None, found.size):
            raise FeedBroken("the proofs are not those that were asked for")
        return found

    def _json(self, path: str, asked: dict[str, object], kind: type[S]) -> S:
        _, body = self.get(path, asked, JSON, MAX_PROOFS_BYTES)
        try:
            return msgspec.json.decode(body, type=kind)
        except msgspec.MsgspecError:
            raise FeedBroken(f"the answer of {path} is not of its form") from None
