"""A follower takes the next checkpoint only of the same log, signed, and shown to continue the last one."""

import pytest

from shared.kit.audit.checkpoint import Checkpoint, sign
from shared.kit.audit.seen import Alarm, Seen, accept
from shared.kit.audit.tree import consistency_proof
from tests.support.audit import ORIGIN, Tree, tree_of
from tests.support.audit_fuzz import LOG, NEXT, ROOT, STRANGER

TREE = tree_of(300)
SPLIT = Tree((*TREE.leaves[:40], b"changed", *TREE.leaves[41:]), ())


def seen_at(size: int) -> Seen:
    first = accept(None, TREE.checkpoint(size, LOG), (), [LOG.key], ORIGIN)
    assert isinstance(first, Seen)
    return first


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 9), (1, 300), (77, 77), (77, 78), (256, 300)])
def test_a_log_that_grew_is_followed(old: int, new: int) -> None:
    note = TREE.checkpoint(new, LOG, NEXT)
    after = accept(seen_at(old), note, consistency_proof(TREE.nodes, old, new), [NEXT.key], ORIGIN)
    assert after == Seen(Checkpoint(ORIGIN, new, TREE.root(new)), note)


@pytest.mark.parametrize(
    ("note", "reason"),
    [
        (TREE.checkpoint(76, LOG), "rolled_back"),
        (TREE.checkpoint(0, LOG), "rolled_back"),
        (SPLIT.checkpoint(77, LOG), "split"),
        (SPLIT.checkpoint(90, LOG), "split"),
        (TREE.checkpoint(90, STRANGER), "bad_signature"),
        (TREE.checkpoint(90, LOG).replace(b"90", b"91"), "bad_signature"),
        (sign(Checkpoint("urn:uuid:0", 90, ROOT), [LOG]), "other_origin"),
        (TREE.checkpoint(90, LOG)[:-1], "malformed"),
        (b"", "malformed"),
    ],
)
def test_any_other_checkpoint_is_an_alarm(note: bytes, reason: str) -> None:
    after = accept(seen_at(77), note, consistency_proof(TREE.nodes, 77, 90), [LOG.key], ORIGIN)
    assert isinstance(after, Alarm)
    assert after.reason == reason
    assert after.message


def test_without_the_proof_a_larger_log_is_taken_for_split() -> None:
    after = accept(seen_at(77), TREE.checkpoint(90, LOG), (), [LOG.key], ORIGIN)
    assert isinstance(after, Alarm)
    assert after.reason == "split"


def test_the_first_checkpoint_is_taken_on_its_signature_alone() -> None:
    refused = accept(None, TREE.checkpoint(90, STRANGER), (), [LOG.key], ORIGIN)
    assert isinstance(refused, Alarm)
    assert refused.reason == "bad_signature"
