"""Every true proof is taken and every other refused, by the service's code and by the verifier alike."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.kit.audit.tree import MAX_SIZE, consistency_proof, inclusion_proof
from shared.kit.log.merkle import EMPTY_ROOT, leaf_hash
from tests.support.audit import continued, included, tree_of
from tests.support.audit_fuzz import bent

TREE = tree_of(300)
ROOTS = [TREE.root(size) for size in range(301)]
MANY = settings(max_examples=400, deadline=None)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 255, 256, 257, 300])
def test_every_true_proof_is_taken(size: int) -> None:
    for at in range(size):
        leaf = leaf_hash(TREE.leaves[at])
        assert included(ROOTS[size], size, at, leaf, inclusion_proof(TREE.nodes, at, size))
        assert continued(ROOTS[at], at, ROOTS[size], size, consistency_proof(TREE.nodes, at, size))
    assert continued(ROOTS[size], size, ROOTS[size], size, [])


@MANY
@given(st.data())
def test_a_proof_bent_in_any_way_shows_nothing(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    at, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    straight = inclusion_proof(TREE.nodes, at, size)
    proof = data.draw(bent(straight))
    assert included(ROOTS[size], size, at, leaf_hash(TREE.leaves[at]), proof) == (proof == straight)
    straight = consistency_proof(TREE.nodes, old, size)
    proof = data.draw(bent(straight))
    assert continued(ROOTS[old], old, ROOTS[size], size, proof) == (proof == straight)


@MANY
@given(st.data())
def test_a_true_proof_shows_nothing_else(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    at, other = data.draw(st.integers(0, size - 1)), data.draw(st.integers(0, size - 1))
    assume(at != other)
    proof, leaf = inclusion_proof(TREE.nodes, at, size), leaf_hash(TREE.leaves[at])
    assert not included(ROOTS[size], size, other, leaf, proof)
    assert not included(ROOTS[size], size, at, leaf_hash(TREE.leaves[other]), proof)
    assert not included(ROOTS[other], size, at, leaf, proof)
    said = data.draw(st.integers(0, 320))
    assert not included(ROOTS[other], said, at, leaf, proof) or (other == said and at < said)


@MANY
@given(st.data())
def test_a_tree_continues_only_what_it_grew_from(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 300))
    old, other = data.draw(st.integers(1, size)), data.draw(st.integers(1, size))
    assume(old != other)
    proof = consistency_proof(TREE.nodes, old, size)
    assert not continued(ROOTS[other], old, ROOTS[size], size, proof)
    assert not continued(ROOTS[other], other, ROOTS[size], size, proof) or proof == consistency_proof(
        TREE.nodes, other, size
    )
    assert not continued(ROOTS[old], old, ROOTS[other], size, proof) or other == size


@pytest.mark.parametrize(
    ("old_root", "old", "root", "size", "proof", "good"),
    [
        (EMPTY_ROOT, 0, EMPTY_ROOT, 0, [], True),
        (EMPTY_ROOT, 0, ROOTS[5], 5, [], True),
        (EMPTY_ROOT, 0, ROOTS[5], 5, [bytes(32)], False),
        (bytes(32), 0, ROOTS[5], 5, [], False),
        (bytes(32), 0, bytes(32), 0, [], False),
        (ROOTS[5], 5, ROOTS[5], 5, [ROOTS[5]], False),
        (ROOTS[5], 5, ROOTS[6], 5, [], False),
        (ROOTS[5], 5, ROOTS[4], 4, [], False),
        (ROOTS[5], -1, ROOTS[4], 4, [], False),
        (ROOTS[4], 4, ROOTS[5], 5, [], False),
        (ROOTS[1], 1, ROOTS[1], MAX_SIZE + 1, [], False),
    ],
)
def test_edges_of_consistency(
    old_root: bytes, old: int, root: bytes, size: int, proof: list[bytes], *, good: bool
) -> None:
    assert continued(old_root, old, root, size, proof) == good


@pytest.mark.parametrize(("size", "index"), [(0, 0), (1, 1), (1, -1), (MAX_SIZE + 1, 0), (-1, -2)])
def test_no_leaf_is_where_none_can_be(size: int, index: int) -> None:
    assert not included(ROOTS[1], size, index, ROOTS[1], [])


def test_a_hash_of_another_length_is_none() -> None:
    proof = inclusion_proof(TREE.nodes, 0, 2)
    assert not included(ROOTS[2], 2, 0, leaf_hash(TREE.leaves[0]), [proof[0] + b"!"])
    assert not continued(ROOTS[1], 1, ROOTS[2], 2, [proof[0][:31]])
