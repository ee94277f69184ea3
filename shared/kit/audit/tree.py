"""The tree over a log's leaves, read through its nodes: roots, inclusion proofs and consistency proofs of any size.

A proof is a list of hashes of subtrees, each made of perfect ones, whose hashes are the nodes; all that one answer
needs are read at once. Source: RFC 6962, section 2.1 (RFC 9162 has the same tree), SHA-256.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Final, TypeAlias

from shared.kit.log.merkle import HASH_BYTES, root
from shared.kit.log.model import MAX_NODES

Address: TypeAlias = tuple[int, int]
"""Level and index of a perfect subtree: it covers leaves `index << level` up to `(index + 1) << level`, exclusive."""

Part: TypeAlias = list[Address]
"""A subtree, whole or not, as the perfect subtrees that it is made of, largest first."""

MAX_SIZE: Final = (1 << 63) - 1  # what fits in a signed 64-bit integer, as in other implementations


class Nodes(ABC):
    """Where the hashes of perfect subtrees come from."""

    @abstractmethod
    def read(self, addresses: Sequence[Address]) -> Sequence[bytes]:
        """Return the hash of 32 bytes at each address, in their order.

        Raises:
            LookupError: a subtree is not whole yet in the stored tree.
        """


class StoredNodes(Nodes):
    """The nodes of a tree whose values lie in rows of a store."""

    def __init__(self, fetch: Callable[[Collection[int]], Mapping[int, bytes]]) -> None:
        """`fetch` is asked for at most `MAX_NODES` leaves by index; it returns values as `merkle.grown` makes them, of
        as many of them as there are.
        """
        self._fetch = fetch

    def read(self, addresses: Sequence[Address]) -> list[bytes]:
        places = [(((index + 1) << level) - 1, level * HASH_BYTES) for level, index in addresses]
        leaves = list({leaf for leaf, _ in places})
        rows: dict[int, bytes] = {}
        for at in range(0, len(leaves), MAX_NODES):
            rows.update(self._fetch(leaves[at : at + MAX_NODES]))
        hashes = [rows.get(leaf, b"")[at : at + HASH_BYTES] for leaf, at in places]
        if any(len(found) != HASH_BYTES for found in hashes):
            raise LookupError("a node was asked of the tree that no stored leaf completes")
        return hashes


def root_at(nodes: Nodes, size: int) -> bytes:
    """Return the root of the tree as it was with `size` leaves, 32 bytes.

    Raises:
        ValueError: `size` is no size of a tree.
        LookupError: the tree has fewer leaves.
    """
    _bounded(0 <= size <= MAX_SIZE)
    return root(nodes.read(_subtrees(0, size)))


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return the proof that leaf `index` (from 0) is in the tree of `size` leaves, from the leaf's sibling upwards.

    Raises:
        ValueError: the tree of that size has no such leaf.
        LookupError: the tree has fewer leaves.
    """
    return inclusion_proofs(nodes, (index,), size)[0]


def inclusion_proofs(nodes: Nodes, indices: Sequence[int], size: int) -> list[list[bytes]]:
    """Return `inclusion_proof` of each leaf, in their order, from one read of nodes; raises what that does."""
    _bounded(all(0 <= index < size for index in indices) and size <= MAX_SIZE)
    return _hashes(nodes, [_way(index, size, 0) for index in indices])


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `new` leaves continues the one of `old`; empty from nothing and to itself.

    Raises:
        ValueError: `old` is negative or above `new`.
        LookupError: the tree has fewer leaves than `new`.
    """
    _bounded(0 <= old <= new <= MAX_SIZE)
    if old in (0, new):
        return []
    level = (old & -old).bit_length() - 1  # of the last subtree of the old tree: where it is that tree, it is known
    index = (old - 1) >> level
    return _hashes(nodes, [[[(level, index)]] * bool(index) + _way(old - 1, new, level)])[0]


def _way(leaf: int, size: int, level: int) -> list[Part]:
    """Return the siblings that a leaf's way to the root of `size` leaves has from `level` up.

    Where it meets the way of the last leaf, the sibling is what lies to the right, whole or not; from there upwards
    there are only left ones.
    """
    meet = max(level, (leaf ^ (size - 1)).bit_length())
    parts = [[(height, leaf >> height ^ 1)] for height in range(level, meet)]
    if parts:
        height, index = parts[-1][0]
        parts[-1] = _subtrees(index << height, min((index + 1) << height, size))
    left = range(meet, leaf.bit_length())
    return parts + [[(height, (leaf >> height) - 1)] for height in left if leaf >> height & 1]


def _hashes(nodes: Nodes, ways: list[list[Part]]) -> list[list[bytes]]:
    """Return the hash of each part of each way; what several ways have in common is read once."""
    addresses = list(dict.fromkeys([address for way in ways for part in way for address in part]))
    found = dict(zip(addresses, nodes.read(addresses), strict=True))
    return [[root([found[address] for address in part]) for part in way] for way in ways]


def _subtrees(first: int, end: int) -> Part:
    """Return the perfect subtrees that make up leaves `first` to `end` (exclusive), largest first."""
    subtrees = []
    while first < end:
        level = (end - first).bit_length() - 1
        subtrees.append((level, first >> level))
        first += 1 << level
    return subtrees


def _bounded(within: bool) -> None:  # noqa: FBT001  # the condition is the argument
    if not within:
        raise ValueError("sizes of a tree are 0 to 2^63 - 1, a leaf's index is below the size, old is at most new")
