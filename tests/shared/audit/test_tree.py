"""Roots and proofs of every size are those of the definition, and of two other implementations."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree  # type: ignore[import-untyped]  # it brings no types

from shared.kit.audit.tree import MAX_SIZE, Address, Nodes, StoredNodes, consistency_proof, inclusion_proof, root_at
from shared.kit.log.merkle import EMPTY_ROOT, grown, leaf_hash, node_hash
from tests.support.audit import plain_root, tree_of

TREE = tree_of(301)
HASHES = [leaf_hash(leaf) for leaf in TREE.leaves]


def plain_inclusion(index: int, hashes: list[bytes]) -> list[bytes]:
    """The proof by RFC 6962, section 2.1.1."""
    if len(hashes) == 1:
        return []
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if index < split:
        return [*plain_inclusion(index, hashes[:split]), plain_root(hashes[split:])]
    return [*plain_inclusion(index - split, hashes[split:]), plain_root(hashes[:split])]


def plain_consistency(old: int, hashes: list[bytes], *, known: bool = True) -> list[bytes]:
    """The proof by RFC 6962, section 2.1.2."""
    if old == len(hashes):
        return [] if known else [plain_root(hashes)]
    split = 1 << (len(hashes) - 1).bit_length() - 1
    if old <= split:
        return [*plain_consistency(old, hashes[:split], known=known), plain_root(hashes[split:])]
    return [*plain_consistency(old - split, hashes[split:], known=False), plain_root(hashes[:split])]


def test_roots_are_pymerkles_at_every_size_up_to_300() -> None:
    peer = InmemoryTree(algorithm="sha256")
    assert root_at(TREE.nodes, 0) == EMPTY_ROOT
    for size, leaf in enumerate(TREE.leaves[:300], start=1):
        peer.append_entry(leaf)
        assert root_at(TREE.nodes, size) == peer.get_root(size)


@pytest.mark.parametrize("size", range(1, 40))
def test_proofs_are_those_of_the_definition(size: int) -> None:
    for at in range(size):
        assert inclusion_proof(TREE.nodes, at, size) == plain_inclusion(at, HASHES[:size])
        assert consistency_proof(TREE.nodes, at + 1, size) == plain_consistency(at + 1, HASHES[:size])


@settings(deadline=None)
@given(st.data())
def test_proofs_of_larger_trees_are_those_of_the_definition(data: st.DataObject) -> None:
    size = data.draw(st.integers(40, 300))
    at = data.draw(st.integers(0, size - 1))
    assert inclusion_proof(TREE.nodes, at, size) == plain_inclusion(at, HASHES[:size])
    assert consistency_proof(TREE.nodes, at + 1, size) == plain_consistency(at + 1, HASHES[:size])


# From the tests of certificate transparency's reference implementation: leaves as in tests/shared/log/test_merkle.py.
CT_LEAVES = ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
CT_INCLUSION = {
    (0, 1): [],
    (0, 8): ["96a296d2", "5f083f0a", "6b47aaf2"],
    (5, 8): ["bc1a0643", "ca854ea1", "d37ee418"],
    (2, 3): ["fac54203"],
    (1, 5): ["6e340b9c", "5f083f0a", "bc1a0643"],
}
CT_CONSISTENCY = {
    (1, 1): [],
    (1, 8): ["96a296d2", "5f083f0a", "6b47aaf2"],
    (6, 8): ["0ebc5d34", "ca854ea1", "d37ee418"],
    (2, 5): ["5f083f0a", "bc1a0643"],
}


@pytest.mark.parametrize(("index", "size"), CT_INCLUSION)
def test_known_inclusion_proofs(index: int, size: int) -> None:
    assert [one.hex()[:8] for one in inclusion_proof(ct_nodes(), index, size)] == CT_INCLUSION[index, size]


@pytest.mark.parametrize(("old", "new"), CT_CONSISTENCY)
def test_known_consistency_proofs(old: int, new: int) -> None:
    assert [one.hex()[:8] for one in consistency_proof(ct_nodes(), old, new)] == CT_CONSISTENCY[old, new]


def ct_nodes() -> Nodes:
    stored = grown((), 0, [leaf_hash(bytes.fromhex(leaf)) for leaf in CT_LEAVES]).nodes
    return StoredNodes(lambda wanted: {at: stored[at] for at in wanted if at < len(stored)})


class Recording(Nodes):
    """Nodes of an endless tree of equal leaves, and which of them were asked for."""

    def __init__(self) -> None:
        self.asked: list[Address] = []
        self.levels = [leaf_hash(b"")]
        while len(self.levels) < 63:
            self.levels.append(node_hash(self.levels[-1], self.levels[-1]))

    def read(self, addresses: "list[Address]") -> list[bytes]:  # type: ignore[override]  # a list will do here
        self.asked += addresses
        return [self.levels[level] for level, _ in addresses]


@given(st.integers(1, MAX_SIZE), st.data())
def test_no_proof_reads_outside_its_tree_or_more_than_it_must(size: int, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, size - 1))
    for proof in (inclusion_proof, consistency_proof):
        nodes = Recording()
        assert len(proof(nodes, at, size)) <= 64
        assert len(nodes.asked) <= 2 * size.bit_length()
        assert all((index + 1) << level <= size for level, index in nodes.asked)


@pytest.mark.parametrize("bad", [(-1, 5), (5, 5), (6, 5), (0, 0), (0, MAX_SIZE + 1)])
def test_what_no_tree_has_is_not_proven(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="index is below the size"):
        inclusion_proof(TREE.nodes, *bad)


@pytest.mark.parametrize("bad", [(-1, 5), (6, 5), (1, MAX_SIZE + 1)])
def test_no_tree_continues_a_larger_one(bad: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="old is at most new"):
        consistency_proof(TREE.nodes, *bad)


def test_a_root_of_no_size_is_refused() -> None:
    with pytest.raises(ValueError, match="sizes of a tree"):
        root_at(TREE.nodes, -1)


def test_more_leaves_than_are_stored_are_not_proven() -> None:
    for ask in (lambda: root_at(TREE.nodes, 302), lambda: inclusion_proof(TREE.nodes, 300, 302)):
        with pytest.raises(LookupError, match="no stored leaf completes"):
            ask()


@given(st.integers(0, 300), st.integers(0, 300))
def test_leaves_put_in_two_parts_store_what_they_store_at_once(first: int, second: int) -> None:
    split = min(first, second)
    frontier = grown((), 0, HASHES[:split]).frontier
    rest = grown(frontier, split, HASHES[split : max(first, second)])
    assert tuple(rest.nodes) == TREE.stored[split : max(first, second)]
