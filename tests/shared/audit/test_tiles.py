"""Tiles have the paths and bytes of the format, and a path has one spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kit.audit.tiles import MAX_INDEX, MAX_LEVEL, WIDTH, Tile, entry_bundle, hash_tile, parse_path
from shared.kit.audit.wire import Malformed
from shared.kit.log.merkle import leaf_hash
from tests.support.audit import tree_of

TREE = tree_of(600)


@pytest.mark.parametrize(
    ("tile", "path"),
    [
        (Tile(0, 0), "tile/0/000"),
        (Tile(0, 273, 112), "tile/0/273.p/112"),
        (Tile(2, 0, 1), "tile/2/000.p/1"),
        (Tile(0, 1234067), "tile/0/x001/x234/067"),
        (Tile(None, 1000, 255), "tile/entries/x001/000.p/255"),
    ],
)
def test_paths_are_those_of_the_format(tile: Tile, path: str) -> None:
    assert tile.path() == path
    assert parse_path(path) == tile


@given(st.none() | st.integers(0, MAX_LEVEL), st.integers(0, MAX_INDEX), st.integers(1, WIDTH))
def test_every_path_leads_back_to_its_tile(level: int | None, index: int, width: int) -> None:
    assert parse_path(Tile(level, index, width).path()) == Tile(level, index, width)


@pytest.mark.parametrize(
    "path",
    [
        *("", "tile", "tile/0", "tile/0/", "/tile/0/000", "tile/0/000/", "tile/0/0", "tile/0/1000", "tile/00/000"),
        *("tile/8/000", "tile/64/000", "tile/999/000", "tile/-1/000", "tile/data/000", "tile/8/0/000"),
        *("tile/0/x000/000", "tile/0/000/000", "tile/0/x001", "tile/0/001/x000", "tile/0/X001/000", "tile/entries/0"),
        *("tile/0/000.p", "tile/0/000.p/", "tile/0/000.p/0", "tile/0/000.p/01", "tile/0/000.p/256", "tile/0/000.p/999"),
        *("tile/0/000.p/1 ", "tile/0/000\n", "tile/0/٠٠٠", "tile/0/../000"),
        *("tile/0/x999/x999/x999/x999/x999/x999/999", "tile/0/" + "x001/" * 7 + "000"),
    ],
)
def test_any_other_spelling_is_refused(path: str) -> None:
    with pytest.raises(Malformed, match="a tile is"):
        parse_path(path)


def test_tiles_hold_the_nodes_of_every_eighth_level() -> None:
    assert hash_tile(TREE.nodes, Tile(0, 2, 88)) == b"".join(leaf_hash(leaf) for leaf in TREE.leaves[512:600])
    full = [b"".join(leaf_hash(leaf) for leaf in TREE.leaves[at : at + WIDTH]) for at in (0, 256)]
    assert hash_tile(TREE.nodes, Tile(0, 1)) == full[1]
    halves = hash_tile(TREE.nodes, Tile(1, 0, 2))
    assert halves[:32] == TREE.root(256)
    assert len(halves) == 64


@pytest.mark.parametrize(
    ("tile", "within"),
    [
        (Tile(0, 1), True),
        (Tile(0, 2, 88), True),
        (Tile(0, 2, 89), False),
        (Tile(1, 0, 2), True),
        (Tile(1, 0, 3), False),
        (Tile(2, 0, 1), False),
        (Tile(None, 2, 88), True),
        (Tile(None, 2), False),
    ],
)
def test_a_tree_has_the_tiles_that_it_has_filled(tile: Tile, *, within: bool) -> None:
    assert tile.is_in(600) == within
    if not within and tile.level is not None:
        with pytest.raises(LookupError):
            hash_tile(TREE.nodes, tile)


def test_a_bundle_holds_entries_behind_their_lengths() -> None:
    assert entry_bundle([b"ab", b"", b"c" * 258]) == b"\0\2ab\0\0\1\2" + b"c" * 258


@pytest.mark.parametrize("entries", [[], [b""] * 257, [bytes(0x10000)]])
def test_a_bundle_has_limits(entries: list[bytes]) -> None:
    with pytest.raises(ValueError, match="a bundle holds"):
        entry_bundle(entries)


def test_a_bundle_is_no_tile_of_hashes() -> None:
    with pytest.raises(ValueError, match="not hashes"):
        hash_tile(TREE.nodes, Tile(None, 0))
