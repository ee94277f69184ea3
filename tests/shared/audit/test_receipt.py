"""A receipt shows one entry at one place, and nothing else; the verifier agrees on every damaged one."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kit.audit.note import NoteRefused
from shared.kit.audit.receipt import MAX_EXTRA, Receipt, parse, verify
from shared.kit.audit.tree import inclusion_proof
from shared.kit.audit.wire import Malformed
from shared.kit.log.merkle import leaf_hash
from tests.support.audit import ORIGIN, b64, received, tree_of
from tests.support.audit_fuzz import LOG, NEXT, STRANGER, bent, damaged

TREE = tree_of(300)
SIGNED = {size: TREE.checkpoint(size, LOG, NEXT) for size in (1, 2, 77, 256, 300)}


def receipt(index: int, size: int, extra: bytes = b"") -> Receipt:
    return Receipt(index, tuple(inclusion_proof(TREE.nodes, index, size)), SIGNED[size], extra)


@pytest.mark.parametrize("size", SIGNED)
def test_every_entry_gets_a_receipt_that_verifies(size: int) -> None:
    for index in {0, 1, size // 2, size - 1} & {*range(size)}:
        raw = receipt(index, size).to_bytes()
        assert parse(raw) == receipt(index, size)
        assert received(raw, TREE.leaves[index], [LOG.key]) == index
        assert received(raw, TREE.leaves[index], [NEXT.key, STRANGER.key]) == index


def test_a_receipt_has_the_lines_of_the_format() -> None:
    lines = receipt(1, 2, b"extra").to_bytes().decode().split("\n")
    assert lines[:3] == ["c2sp.org/tlog-proof@v1", "extra ZXh0cmE=", "index 1"]
    assert lines[3:6] == [b64(leaf_hash(TREE.leaves[0])), "", ORIGIN]


def test_extra_data_is_carried_and_shows_nothing() -> None:
    raw = receipt(5, 77, b"\0any").to_bytes()
    assert parse(raw).extra == b"\0any"
    assert received(raw, TREE.leaves[5], [LOG.key]) == 5


def test_a_receipt_is_of_one_entry_and_signed_by_the_log() -> None:
    raw = receipt(5, 77).to_bytes()
    assert received(raw, TREE.leaves[6], [LOG.key]) is None
    assert received(raw, TREE.leaves[5] + b"\n", [LOG.key]) is None
    assert received(raw, TREE.leaves[5], [STRANGER.key]) is None
    with pytest.raises(NoteRefused, match="does not lead from this entry at index 5"):
        verify(raw, leaf_hash(TREE.leaves[6]), [LOG.key], ORIGIN)


GOOD = receipt(5, 77).to_bytes()


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        GOOD.replace(b"@v1", b"@v2"),
        GOOD.replace(b"index 5", b"index 05"),
        GOOD.replace(b"index 5", b"index -5"),
        GOOD.replace(b"index 5", b"index  5"),
        GOOD.replace(b"index 5\n", b""),
        GOOD.replace(b"index 5\n", b"index 5\nindex 5\n"),
        GOOD.replace(b"index", b"extra \nindex"),
        GOOD.replace(b"index", b"extra !\nindex"),
        GOOD.replace(b"index", b"extra " + b64(bytes(MAX_EXTRA + 1)).encode() + b"\nindex"),
        GOOD.replace(b"index", b"extra AAAA\nextra AAAA\nindex"),
        GOOD.replace(b"\n", b"\r\n"),
        GOOD.replace(b"\n\n", b"\n", 1),
        GOOD.replace(b"\n\n", b"\n\n\n", 1),
        GOOD.replace(b"\n\n", b"\n" + b64(bytes(32)).encode() * 100 + b"\n\n", 1),
        GOOD.replace(b"\n\n", b"\n" + (b64(bytes(32)).encode() + b"\n") * 70 + b"\n", 1),
        GOOD.replace(b"=\n\n", b"\n\n", 1),
        GOOD.replace(b"=\n", b" \n", 1),
        GOOD + b"\n",
        GOOD[:-1],
        b"\n" + GOOD,
    ],
)
def test_what_is_not_spelled_as_the_format_says_is_refused(raw: bytes) -> None:
    assert received(raw, TREE.leaves[5], [LOG.key]) is None
    with pytest.raises((Malformed, NoteRefused)):
        verify(raw, leaf_hash(TREE.leaves[5]), [LOG.key], ORIGIN)


@settings(max_examples=500, deadline=None)
@given(st.data())
def test_no_damaged_receipt_shows_anything_new(data: st.DataObject) -> None:
    size = data.draw(st.sampled_from([*SIGNED]))
    index = data.draw(st.integers(0, size - 1))
    good = receipt(index, size)
    proof = data.draw(bent(list(good.proof)))
    raw = data.draw(damaged(Receipt(index, tuple(proof), good.checkpoint).to_bytes()))
    found = received(raw, TREE.leaves[index], [LOG.key, NEXT.key])
    assert found in (None, index)
    if found is not None:
        assert list(parse(raw).proof) == list(good.proof)
