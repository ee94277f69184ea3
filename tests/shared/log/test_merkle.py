"""The tree of the log is RFC 6962's: known values, and the recursive definition as oracle."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.log import merkle
from tests.support.logs import plain_root

# Leaves and roots of the reference implementation of certificate transparency (its Merkle tree tests).
KNOWN_LEAVES = tuple(
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
)
KNOWN_ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)


def frontier_of(leaves: tuple[bytes, ...]) -> merkle.Frontier:
    frontier: merkle.Frontier = ()
    for size, leaf in enumerate(leaves):
        frontier = merkle.grown(frontier, size, [merkle.leaf_hash(leaf)]).frontier
    return frontier


def test_the_empty_tree_has_the_hash_of_nothing() -> None:
    assert merkle.root(()) == merkle.EMPTY_ROOT == sha256().digest()
    assert merkle.EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_an_empty_leaf_is_not_the_empty_tree() -> None:
    assert merkle.leaf_hash(b"").hex() == KNOWN_ROOTS[0]


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_known_of_other_implementations(size: int) -> None:
    assert merkle.root(frontier_of(KNOWN_LEAVES[:size])).hex() == KNOWN_ROOTS[size - 1]


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_the_root_is_that_of_the_recursive_definition(leaves: list[bytes]) -> None:
    assert merkle.root(frontier_of(tuple(leaves))) == plain_root(leaves)


@given(st.lists(st.binary(max_size=4), max_size=70), st.data())
def test_many_leaves_at_once_are_the_same_leaves_one_by_one(leaves: list[bytes], data: st.DataObject) -> None:
    split = data.draw(st.integers(0, len(leaves)))
    before = frontier_of(tuple(leaves[:split]))
    hashes = [merkle.leaf_hash(leaf) for leaf in leaves[split:]]
    assert merkle.grown(before, split, hashes).frontier == frontier_of(tuple(leaves))


@given(st.integers(0, 200))
def test_a_frontier_holds_one_hash_per_perfect_subtree(size: int) -> None:
    leaves = tuple(bytes([n]) for n in range(size))
    frontier = frontier_of(leaves)
    assert len(frontier) == size.bit_count()
    if frontier:
        largest = 1 << size.bit_length() - 1
        assert frontier[0] == plain_root(leaves[:largest])


def test_appending_leaves_the_frontier_given_as_it_was() -> None:
    frontier = frontier_of(KNOWN_LEAVES[:3])
    copy = tuple(frontier)
    merkle.grown(frontier, 3, [merkle.leaf_hash(b"x")])
    assert frontier == copy


def test_a_frontier_of_another_size_is_refused() -> None:
    with pytest.raises(ValueError, match="a tree of 3 leaves has 2 perfect subtrees, not 1"):
        merkle.grown(frontier_of(KNOWN_LEAVES[:4]), 3, [merkle.leaf_hash(b"x")])
