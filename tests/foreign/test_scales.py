"""tlog-scales, a reader of C2SP logs in Python, gets our roots and proofs from our tiles and checks our checkpoints.

Known differences: it reads notes loosely (any base64, any line ends, no extensions), so only what we take is asked of
it; and it takes two trees of no leaves for consistent with any root, if it is the same.
"""

from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tlog_scales.backend import LocalBackend
from tlog_scales.reader import TilesReader
from tlog_scales.signing import Vkey
from tlog_scales.tlog import (
    Checkpoint,
    ConsistencyProof,
    ConsistencyProofInvalid,
    InclusionProof,
    InclusionProofInvalid,
)

from shared.kit.audit.tiles import HEIGHT, WIDTH, Tile, entry_bundle, hash_tile
from shared.kit.audit.tree import consistency_proof, inclusion_proof
from shared.kit.log.merkle import leaf_hash
from tests.support.audit import ORIGIN, Tree, continued, included, opened, tree_of
from tests.support.audit_fuzz import LOG, NEXT, bent, notes

TREE = tree_of(300)
MANY = settings(max_examples=600, deadline=None)


def publish(tree: Tree, size: int, folder: Path) -> None:
    """Write the log's files as a service gives them out."""
    files = {"checkpoint": tree.checkpoint(size, LOG)}
    for level in (None, 0, 1):
        full, rest = divmod(size >> HEIGHT * (level or 0), WIDTH)
        for tile in [Tile(level, at) for at in range(full)] + [Tile(level, full, rest)] * bool(rest):
            entries = tree.leaves[tile.span().start : tile.span().stop]
            files[tile.path()] = entry_bundle(entries) if level is None else hash_tile(tree.nodes, tile)
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


@pytest.mark.parametrize("size", [1, 2, 255, 256, 257, 600])
def test_roots_proofs_and_entries_come_out_of_our_tiles(tmp_path: Path, size: int) -> None:
    tree = tree_of(size)
    publish(tree, size, tmp_path)
    reader = TilesReader(LocalBackend(tmp_path))
    head = reader.get_checkpoint()
    head.verify(Vkey.from_string(str(LOG.key)))
    assert (head.origin, head.size, head.root_hash) == (ORIGIN, size, tree.root(size))
    assert reader.calculate_root_hash() == tree.root(size)
    for index in {0, 1, size // 2, size - 1} & {*range(size)}:
        assert reader.get_entry(index) == tree.leaves[index]
        assert reader.get_inclusion_proof(index, size).node_hashes == inclusion_proof(tree.nodes, index, size)
        assert reader.get_consistency_proof(index + 1, size).node_hashes == consistency_proof(
            tree.nodes, index + 1, size
        )


@MANY
@given(st.data())
def test_the_same_inclusion_proofs_are_taken_and_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    proof, leaf = data.draw(bent(inclusion_proof(TREE.nodes, index, size))), leaf_hash(TREE.leaves[index])
    index, said = data.draw(near(index)), data.draw(near(size))
    try:
        InclusionProof(index, said, proof).check(leaf, TREE.root(size))
    except InclusionProofInvalid:
        good = False
    else:
        good = True
    assert included(TREE.root(size), said, index, leaf, proof) == good


@MANY
@given(st.data())
def test_the_same_consistency_proofs_are_taken_and_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    old = data.draw(st.integers(0, size))
    proof = data.draw(bent(consistency_proof(TREE.nodes, old, size)))
    said_old, said = data.draw(near(old)), data.draw(near(size))
    assume(said_old or said)
    try:
        ConsistencyProof(said_old, said, proof).check(TREE.root(old), TREE.root(size))
    except ConsistencyProofInvalid:
        good = False
    else:
        good = True
    assert continued(TREE.root(old), said_old, TREE.root(size), said, proof) == good


@MANY
@given(raw=notes())
def test_what_we_take_it_takes(raw: bytes) -> None:
    ours = opened(raw, [LOG.key, NEXT.key])
    if ours is None or ours.extensions:
        return
    read = Checkpoint.from_text(raw.decode())
    keys = [Vkey.from_string(str(who.key)) for who in (LOG, NEXT)]
    signed = [key for key in keys if any(key.match(signature) for signature in read.signatures)]
    assert signed
    for key in signed:
        read.verify(key)
    assert (read.origin, read.size, read.root_hash) == (ours.origin, ours.size, ours.root)


def near(number: int) -> st.SearchStrategy[int]:
    """Return the number as a rule, else one close by or far off."""
    return st.sampled_from([number] * 6 + [abs(number - 1), number + 1, 2 * number, 2**62])
