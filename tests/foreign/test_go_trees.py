"""Go's sumdb/tlog stores the same nodes, makes the same proofs, and says the same of every other proof.

Known differences: Go's tree of no leaves has a root of zeros in this version, and it proves nothing of it.
"""

import base64

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kit.audit.tiles import parse_path
from shared.kit.audit.tree import consistency_proof, inclusion_proof
from shared.kit.audit.wire import Malformed
from shared.kit.log.merkle import leaf_hash
from tests.support.audit import continued, included, tree_of
from tests.support.audit_fuzz import bent
from tests.support.reference import Reference, unpacked

TREE = tree_of(300)
MANY = settings(max_examples=600, deadline=None)
sizes = st.integers(1, 300)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_go_stores_and_proves_the_same(go: Reference, data: st.DataObject) -> None:
    size = data.draw(sizes)
    index, old = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    said = go.ask("tree", leaves=TREE.leaves[:size], index=index, old=old)
    assert base64.b64decode(said["root"]) == TREE.root(size)
    assert base64.b64decode(said["raw"]) == b"".join(TREE.stored[:size])
    proofs = [*inclusion_proof(TREE.nodes, index, size), None, *consistency_proof(TREE.nodes, old, size)]
    assert unpacked(said["proof"]) == proofs


@MANY
@given(st.data())
def test_the_same_inclusion_proofs_are_taken_and_refused(go: Reference, data: st.DataObject) -> None:
    size = data.draw(sizes)
    index = data.draw(st.integers(0, size - 1))
    proof = data.draw(bent(inclusion_proof(TREE.nodes, index, size)))
    said_index, said_size, leaf = data.draw(near(index)), data.draw(near(size)), leaf_hash(TREE.leaves[index])
    said = go.ask("included", proof=proof, root=TREE.root(size), index=said_index, size=said_size, leaf=leaf)
    assert said["good"] == included(TREE.root(size), said_size, said_index, leaf, proof)


@MANY
@given(st.data())
def test_the_same_consistency_proofs_are_taken_and_refused(go: Reference, data: st.DataObject) -> None:
    size = data.draw(sizes)
    old = data.draw(st.integers(1, size))
    proof = data.draw(bent(consistency_proof(TREE.nodes, old, size)))
    said_old, said_size = max(1, data.draw(near(old))), data.draw(near(size))
    before, root = TREE.root(old), TREE.root(size)
    ours = continued(before, said_old, root, said_size, proof)
    assert go.ask("continued", proof=proof, old=said_old, size=said_size, before=before, root=root)["good"] == ours


@MANY
@given(text=st.from_regex(r"\A(tile/[0-9]{1,2}/(x[0-9]{3}/){0,2}x?[0-9]{2,4}(\.p/[0-9]{1,3})?/?)\Z"))
def test_the_same_tile_paths_are_taken_and_refused(go: Reference, text: str) -> None:
    try:
        ours = parse_path(text)
    except Malformed:
        ours = None
    said = go.ask("tile", text=text.replace("tile/", "tile/8/", 1))
    deep = text.split("/")[1] not in {*"01234567"}
    assert (ours is not None) == (said["good"] and not deep)
    if ours is not None:
        assert said["size"] == ours.index


def near(number: int) -> st.SearchStrategy[int]:
    """Return the number as a rule, else one close by or far off."""
    return st.sampled_from([number] * 6 + [abs(number - 1), number + 1, 0, 2 * number, 2**62])
