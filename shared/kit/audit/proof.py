"""Verification of proofs about a tree, from hashes alone.

Source: RFC 9162, sections 2.1.3.2 and 2.1.4.2, step by step. What those leave open is decided as
`consistency_proof` makes it: nothing has to be proven from the empty tree or between equal trees.
"""

from collections.abc import Sequence

from shared.kit.audit.tree import MAX_SIZE
from shared.kit.log.merkle import EMPTY_ROOT, HASH_BYTES, node_hash


def includes(root: bytes, size: int, index: int, leaf_hash: bytes, proof: Sequence[bytes]) -> bool:
    """Return whether `proof` shows that the tree of `size` leaves with this root has the leaf at `index` (from 0)."""
    if not 0 <= index < size <= MAX_SIZE or not _are_hashes(root, leaf_hash, *proof):
        return False
    way, last, found = index, size - 1, leaf_hash
    for sibling in proof:
        if last == 0:
            return False
        if way & 1 or way == last:
            found = node_hash(sibling, found)
            while way and not way & 1:
                way, last = way >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        way, last = way >> 1, last >> 1
    return last == 0 and found == root


def continues(old_root: bytes, old: int, root: bytes, size: int, proof: Sequence[bytes]) -> bool:
    """Return whether `proof` shows that the tree of `size` leaves with this root begins with the `old` leaves."""
    if not 0 <= old <= size <= MAX_SIZE or not _are_hashes(old_root, root, *proof):
        return False
    if old == 0 and old_root != EMPTY_ROOT:
        return False
    if old in (0, size):
        return not proof and (old < size or old_root == root)
    return bool(proof) and _grows(old_root, old, root, size, proof)


def _grows(old_root: bytes, old: int, root: bytes, size: int, proof: Sequence[bytes]) -> bool:
    path = [old_root, *proof] if old & (old - 1) == 0 else proof
    way, last = old - 1, size - 1
    while way & 1:
        way, last = way >> 1, last >> 1
    before = after = path[0]
    for sibling in path[1:]:
        if last == 0:
            return False
        if way & 1 or way == last:
            before, after = node_hash(sibling, before), node_hash(sibling, after)
            while way and not way & 1:
                way, last = way >> 1, last >> 1
        else:
            after = node_hash(after, sibling)
        way, last = way >> 1, last >> 1
    return last == 0 and before == old_root and after == root


def _are_hashes(*hashes: bytes) -> bool:
    return all(len(one) == HASH_BYTES for one in hashes)
