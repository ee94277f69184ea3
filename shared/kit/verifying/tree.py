"""The audit tree of rows that may have been changed: worked out again, so that each change is found in its own row.

Where what is stored and what is computed differ, either may be the true one: both are kept in mind until the node above
them tells. So one changed row does not put all that follows it in a wrong light.
"""

from collections.abc import Sequence
from typing import Final, TypeAlias

from shared.kit.log.merkle import HASH_BYTES, Frontier, grown, node_hash

Candidates: TypeAlias = tuple[bytes, ...]
"""What the hash of a subtree may be, the likeliest first; empty: nothing is known of it."""

MOST: Final = 4


class DoubtfulTree:
    """A tree that grows by rows, and says which of them do not fit."""

    def __init__(self) -> None:
        self.size = 0
        self._subtrees: list[Candidates] = []

    def grow(self, leaves: Sequence[bytes], stored: Sequence[object]) -> list[int]:
        """Put leaves behind the tree, with what is stored with each; return which of them, from 0, do not fit."""
        frontier = self.frontier
        if frontier is not None:
            nodes, after = grown(frontier, self.size, leaves)
            if nodes == stored:
                self.size += len(leaves)
                self._subtrees = [(one,) for one in after]
                return []
        return [number for number, leaf in enumerate(leaves) if not self._take(leaf, stored[number])]

    def miss(self, count: int) -> None:
        """Put so many leaves behind the tree of which nothing is known."""
        size, whole = self.size + count, 0
        for bit in reversed(range(size.bit_length())):
            if size >> bit != self.size >> bit:
                break  # from here on, subtrees are other ones
            whole += size >> bit & 1
        self._subtrees = [*self._subtrees[:whole], *[()] * (size.bit_count() - whole)]
        self.size = size

    @property
    def frontier(self) -> Frontier | None:
        """The frontier, None where there is doubt about a part of it."""
        sure = all(len(one) == 1 for one in self._subtrees)
        return tuple([one[0] for one in self._subtrees]) if sure else None

    def may_be(self, frontier: Sequence[bytes]) -> bool:
        """Return whether this may be the frontier, by all that is known."""
        return len(frontier) == len(self._subtrees) and all(
            not known or one in known for one, known in zip(frontier, self._subtrees, strict=True)
        )

    def _take(self, leaf: bytes, stored: object) -> bool:
        value = stored if isinstance(stored, bytes) else b""
        said = [value[at : at + HASH_BYTES] for at in range(0, len(value), HASH_BYTES)]
        due = (self.size ^ (self.size + 1)).bit_length()
        if len(value) != HASH_BYTES * due:
            self._push((leaf,), [])
            return False
        fits = said[0] == leaf
        return self._push((leaf,) if fits else (leaf, said[0]), said[1:]) and fits

    def _push(self, leaf: Candidates, said: Sequence[bytes]) -> bool:
        """Put one leaf behind the tree; return whether what is said of the nodes that it completes may be true."""
        top, full, fits = leaf, self.size, True
        for level in range((full ^ (full + 1)).bit_length() - 1):
            left = self._subtrees.pop()
            told = said[level] if said else None
            options = [node_hash(one, other) for one in left for other in top]
            if told is None:
                top = tuple(options[:MOST])
            elif not options or told in options:
                top = (told,)
            else:
                top, fits = (*options[: MOST - 1], told), False
        self._subtrees.append(top)
        self.size += 1
        return fits
