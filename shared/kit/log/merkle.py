"""The tree over the log's leaves as an append keeps it: its frontier, and the nodes that each leaf makes whole.

Source: RFC 6962, section 2.1 (the same tree as RFC 9162). SHA-256 throughout.
"""

from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Final, NamedTuple, TypeAlias

Frontier: TypeAlias = tuple[bytes, ...]

EMPTY_ROOT: Final = sha256(b"").digest()
HASH_BYTES: Final = 32


def leaf_hash(state: bytes) -> bytes:
    """Return the hash of a leaf, 32 bytes: stored bytes behind a zero byte, so that no leaf passes for a node."""
    return sha256(b"\x00" + state).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two hashes, 32 bytes."""
    return sha256(b"\x01" + left + right).digest()


def packed(frontier: Frontier) -> bytes:
    """Return the hashes of a frontier behind each other, as stores keep them."""
    return b"".join(frontier)


def unpacked(hashes: bytes) -> Frontier:
    """Return the frontier of which these are the hashes."""
    return tuple([hashes[at : at + HASH_BYTES] for at in range(0, len(hashes), HASH_BYTES)])


class Grown(NamedTuple):
    """What leaves add to a tree: one value to store per leaf, in order, and the frontier behind the last one."""

    nodes: list[bytes]
    frontier: Frontier


def grown(frontier: Frontier, size: int, leaf_hashes: Iterable[bytes]) -> Grown:
    """Return what to store with each of these leaves, put behind a tree of `size` leaves with this frontier.

    A frontier holds the roots of the perfect subtrees that make up the tree, largest first: one per bit set in `size`.
    A value holds the hash of every subtree that its leaf makes whole, from the leaf itself up, 32 bytes each: the node
    at (level, index) stands at byte 32 × level of the value of leaf ((index + 1) << level) - 1. So the tree lies in the
    rows of the log: one value a leaf, 64 bytes on average, written once.

    Raises:
        ValueError: `frontier` is not one of a tree of that size.
    """
    if len(frontier) != size.bit_count():
        raise ValueError(f"a tree of {size} leaves has {size.bit_count()} perfect subtrees, not {len(frontier)}")
    subtrees, nodes = list(frontier), []
    for leaf in leaf_hashes:
        top = whole = leaf
        full = size
        while full & 1:  # a pair of equal subtrees makes the next larger one
            top = node_hash(subtrees.pop(), top)
            whole += top
            full >>= 1
        subtrees.append(top)
        nodes.append(whole)
        size += 1
    return Grown(nodes, tuple(subtrees))


def root(frontier: Sequence[bytes]) -> bytes:
    """Return the root of the tree that has this frontier, 32 bytes; `EMPTY_ROOT` for none."""
    if not frontier:
        return EMPTY_ROOT
    *larger, top = frontier
    for subtree in reversed(larger):
        top = node_hash(subtree, top)
    return top
