"""Every byte of a checkpoint and of a receipt counts: one that is changed, left out or added is found by both readers.

What the formats leave open shows nothing: lines of signature by keys that are not given, and a receipt's extra data.
"""

from collections.abc import Callable, Iterator

import pytest

from shared.kit.audit.receipt import Receipt
from shared.kit.audit.tree import inclusion_proof
from tests.support.audit import opened, received, tree_of
from tests.support.audit_fuzz import LOG, NEXT, WITNESS
from tools import verify_audit

TREE = tree_of(77)
PROOF = tuple(inclusion_proof(TREE.nodes, 5, 77))
CHECKPOINT = TREE.checkpoint(77, LOG)
RECEIPT = Receipt(5, PROOF, CHECKPOINT).to_bytes()
ADDED = (b"\n", b"\r", b" ", b"\0", b"=", b"A", b"0", b"+", b"\xef\xbb\xbf", b"\xc2\xa0")


def edits(raw: bytes) -> Iterator[bytes]:
    """Yield the file with each byte changed in two of its bits, left out, with others put before it, and cut off."""
    for at in range(len(raw)):
        for bit in (1, 32):
            yield raw[:at] + bytes([raw[at] ^ bit]) + raw[at + 1 :]
        yield raw[:at] + raw[at + 1 :]
        yield raw[:at]
    for at in range(len(raw) + 1):
        for byte in ADDED:
            yield raw[:at] + byte + raw[at:]


def checkpoint(raw: bytes) -> object:
    """Return what a checkpoint shows."""
    return opened(raw, [LOG.key])


def receipt(raw: bytes) -> object:
    """Return what a receipt shows of its event."""
    return received(raw, TREE.leaves[5], [LOG.key])


@pytest.mark.parametrize(("raw", "shows"), [(CHECKPOINT, checkpoint), (RECEIPT, receipt)])
def test_any_other_byte_is_refused(raw: bytes, shows: Callable[[bytes], object]) -> None:
    """But for one that is put before another of its kind, and makes the same file."""
    assert shows(raw) is not None
    assert [bent for bent in edits(raw) if bent != raw and shows(bent) is not None] == []


def test_the_verifier_says_why() -> None:
    keys = [verify_audit.read_key(str(LOG.key))]
    for raw in {*edits(RECEIPT)} - {RECEIPT}:
        with pytest.raises(verify_audit.Refused, match=r"[a-z]"):
            verify_audit.verify_receipt(raw, TREE.leaves[5], keys, LOG.key.name)


def test_what_a_stranger_signed_may_be_anything_and_shows_nothing() -> None:
    """A checkpoint with several signatures shows what the key that is given signed, whatever the others are."""
    both = TREE.checkpoint(77, LOG, WITNESS)
    shown = opened(CHECKPOINT, [LOG.key])
    taken = [raw for raw in edits(both) if opened(raw, [LOG.key]) is not None]
    assert len(taken) > 10
    assert {opened(raw, [LOG.key]) for raw in taken} == {shown}
    text = both[: both.index(b"\n\n")]
    assert [raw for raw in taken if not raw.startswith(text + b"\n\n")] == []


def test_a_line_of_a_key_that_is_given_is_true_or_refuses_the_note() -> None:
    """Of two keys that sign together, too: what is taken bears a true signature of one, and none that is false."""
    both = TREE.checkpoint(77, LOG, NEXT)
    shown = opened(both, [LOG.key, NEXT.key])
    assert {opened(raw, [LOG.key, NEXT.key]) for raw in edits(both)} == {None, shown}
