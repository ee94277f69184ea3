"""The audit tree for tests: keys from numbers, trees from leaves, and the service and the verifier asked at once.

Whatever is asked of both must get one answer; that is checked wherever these functions are used.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.kit.audit import checkpoint, proof, receipt
from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.signer import LocalSigner
from shared.kit.audit.tree import StoredNodes
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed
from shared.kit.log.merkle import grown, leaf_hash
from tools import verify_audit

ORIGIN: Final = "urn:uuid:01890a5d-ac96-774b-bcce-b302099a8057"
COLLIDING: Final = (44927, 56102)  # seeds whose keys, under ORIGIN, have the same id


def private(seed: int) -> Ed25519PrivateKey:
    """Return the private key that a number stands for."""
    return Ed25519PrivateKey.from_private_bytes(seed.to_bytes(32, "big"))


def signer(seed: int, name: str = ORIGIN) -> LocalSigner:
    """Return the signer that a number stands for."""
    key = private(seed)
    return LocalSigner(VerifierKey(name, key.public_key().public_bytes_raw()), key)


@dataclass(frozen=True)
class Tree:
    """A tree of leaves with its stored nodes."""

    leaves: tuple[bytes, ...]
    stored: tuple[bytes, ...]

    @property
    def nodes(self) -> StoredNodes:
        """The nodes, found where an append stores them."""
        return StoredNodes(lambda wanted: {at: self.stored[at] for at in wanted if at < len(self.stored)})

    def root(self, size: int) -> bytes:
        """Return the root at a size, by the definition."""
        return plain_root([leaf_hash(leaf) for leaf in self.leaves[:size]])

    def checkpoint(self, size: int, *signers: LocalSigner) -> bytes:
        """Return the signed checkpoint at a size."""
        return checkpoint.sign(Checkpoint(ORIGIN, size, self.root(size)), signers or (signer(1),))


def tree_of(size: int) -> Tree:
    """Return a tree of as many different leaves."""
    leaves = tuple(b'{"n":%d}' % n for n in range(size))
    return Tree(leaves, tuple(grown((), 0, map(leaf_hash, leaves)).nodes))


def plain_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over leaf hashes. Source: RFC 6962, section 2.1, the definition word by word."""
    if len(hashes) < 2:
        return hashes[0] if hashes else sha256(b"").digest()
    split = next(1 << k for k in range(64) if 1 << k + 1 >= len(hashes))
    return sha256(b"\1" + plain_root(hashes[:split]) + plain_root(hashes[split:])).digest()


def opened(raw: bytes, keys: Sequence[VerifierKey], origin: str = ORIGIN) -> Checkpoint | None:
    """Return the checkpoint of a note, None where it is refused, as both readers say."""
    try:
        ours = open_checkpoint(raw, keys, origin)
    except (Malformed, NoteRefused):
        ours = None
    try:
        theirs = verify_audit.verify_checkpoint(raw, [verify_audit.read_key(str(key)) for key in keys], origin)
    except verify_audit.Refused:
        theirs = None
    assert (ours and (ours.origin, ours.size, ours.root)) == (theirs and tuple(theirs))
    return ours


def received(raw: bytes, event: bytes, keys: Sequence[VerifierKey]) -> int | None:
    """Return the index that a receipt shows for an event, None where it is refused, as both readers say."""
    try:
        ours = receipt.verify(raw, leaf_hash(event), keys, ORIGIN)[0]
    except (Malformed, NoteRefused):
        ours = None
    try:
        read = [verify_audit.read_key(str(key)) for key in keys]
        theirs = verify_audit.verify_receipt(raw, event, read, ORIGIN)[0]
    except verify_audit.Refused:
        theirs = None
    assert ours == theirs
    return ours


def included(root: bytes, size: int, index: int, leaf: bytes, hashes: Sequence[bytes]) -> bool:
    """Return whether a proof shows a leaf's hash in a tree, as both readers say."""
    ours = proof.includes(root, size, index, leaf, hashes)
    if 0 <= index < size:
        assert ours == (verify_audit.climb(leaf, index, size, hashes) == root)
    return ours


def continued(old_root: bytes, old: int, root: bytes, size: int, hashes: Sequence[bytes]) -> bool:
    """Return whether a proof shows that one tree continues another, as both readers say."""
    ours = proof.continues(old_root, old, root, size, hashes)
    if 0 <= old <= size:
        before, after = verify_audit.Head(ORIGIN, old, old_root), verify_audit.Head(ORIGIN, size, root)
        assert ours == verify_audit.connected(before, after, hashes)
    return ours


def b64(content: bytes) -> str:
    """Return standard base64."""
    return base64.b64encode(content).decode()
