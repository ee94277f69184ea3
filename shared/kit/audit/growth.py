"""What an append stores of the tree: with each leaf, the hashes of every subtree that this leaf makes whole.

So the tree lies in the rows of the log itself: one value a leaf, written once, never changed. Leaf n (from 0) carries
its own hash and one more for each trailing one bit of n: 64 bytes on average.
Source: golang.org/x/mod/sumdb/tlog, StoredHashes, has the same order.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import NamedTuple

from shared.kit.audit.tree import Address, Nodes
from shared.kit.log.merkle import HASH_BYTES, Frontier, node_hash


class Grown(NamedTuple):
    """What leaves add to a tree: one value to store per leaf, in order, and the frontier behind the last one."""

    nodes: list[bytes]
    frontier: Frontier


def completed(size_before: int, leaf_hashes: Iterable[bytes], frontier: Frontier) -> Grown:
    """Return what to store with each of these leaves, put behind a tree of `size_before` leaves with this frontier.

    A value is 32 bytes per node, from the leaf up: the node at (level, index) stands at byte 32 × level of the value of
    leaf ((index + 1) << level) - 1, which completes it.

    Raises:
        ValueError: `frontier` is not one of a tree of that size.
    """
    if len(frontier) != size_before.bit_count():
        raise ValueError(f"a tree of {size_before} leaves has {size_before.bit_count()} perfect subtrees")
    subtrees, nodes, size = list(frontier), [], size_before
    for leaf in leaf_hashes:
        whole, full = [leaf], size
        while full & 1:  # a pair of equal subtrees makes the next larger one
            whole.append(node_hash(subtrees.pop(), whole[-1]))
            full >>= 1
        subtrees.append(whole[-1])
        nodes.append(b"".join(whole))
        size += 1
    return Grown(nodes, tuple(subtrees))


class StoredNodes(Nodes):
    """The nodes of a tree whose values lie in rows of a store."""

    def __init__(self, fetch: Callable[[Collection[int]], Mapping[int, bytes]]) -> None:
        """`fetch` returns the stored values of leaves by their indices, as many of them as there are."""
        self._fetch = fetch

    def read(self, addresses: Sequence[Address]) -> list[bytes]:
        places = [(((index + 1) << level) - 1, level * HASH_BYTES) for level, index in addresses]
        rows = self._fetch({leaf for leaf, _ in places})
        hashes = [rows.get(leaf, b"")[at : at + HASH_BYTES] for leaf, at in places]
        if any(len(found) != HASH_BYTES for found in hashes):
            raise LookupError("a node was asked of the tree that no stored leaf completes")
        return hashes
