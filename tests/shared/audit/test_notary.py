"""A log signs what continues the last that it signed, whatever was done to its database, and nothing else."""

from pathlib import Path

import pytest

from shared.kit.audit.checkpoint import Checkpoint, sign
from shared.kit.audit.lastsigned import LastSigned, LastSignedUnreadable
from shared.kit.audit.notary import Extent, Notary, SigningRefused
from shared.kit.audit.signer import SignerUnavailable, SocketSigner
from shared.kit.audit.tree import root_at
from tests.support.audit import ORIGIN, Tree, opened, tree_of
from tests.support.audit_fuzz import LOG, NEXT, ROOT, STRANGER

TREE = tree_of(300)


def notary(path: Path, *, signers: tuple[object, ...] = (LOG,)) -> Notary:
    return Notary(ORIGIN, signers, lambda: [LOG.key, NEXT.key], LastSigned(path))  # type: ignore[arg-type]  # signers of any kind


def sign_at(who: Notary, size: int) -> bytes:
    return who.sign(lambda: Extent(size, TREE.root(size)), lambda old: root_at(TREE.nodes, old)).note


def test_a_growing_log_is_signed_at_every_size(tmp_path: Path) -> None:
    who = notary(tmp_path / "last-signed")
    for size in (0, 1, 2, 50, 50, 300):
        assert opened(sign_at(who, size), [LOG.key]) == Checkpoint(ORIGIN, size, TREE.root(size))


def test_the_same_tree_is_given_the_same_note_without_signing_again(tmp_path: Path) -> None:
    who = notary(tmp_path / "last-signed")
    first = sign_at(who, 50)
    written = (tmp_path / "last-signed").stat().st_mtime_ns
    assert sign_at(who, 50) == first
    assert (tmp_path / "last-signed").stat().st_mtime_ns == written


def test_an_older_copy_of_the_database_is_not_signed(tmp_path: Path) -> None:
    sign_at(notary(tmp_path / "last-signed"), 50)
    restored = notary(tmp_path / "last-signed")
    with pytest.raises(SigningRefused, match="50 leaves were signed, the log has 49") as refused:
        sign_at(restored, 49)
    assert refused.value.reason == "smaller"
    sign_at(restored, 50)
    sign_at(restored, 51)


@pytest.mark.parametrize("size", [50, 51])
def test_a_database_with_another_past_is_not_signed(tmp_path: Path, size: int) -> None:
    sign_at(notary(tmp_path / "last-signed"), 50)
    other = Tree((*TREE.leaves[:40], b"changed", *TREE.leaves[41:]), ())
    with pytest.raises(SigningRefused, match="first 50 leaves are not those") as refused:
        notary(tmp_path / "last-signed").sign(lambda: Extent(size, other.root(size)), other.root)
    assert refused.value.reason == "inconsistent"
    assert opened((tmp_path / "last-signed").read_bytes(), [LOG.key]) == Checkpoint(ORIGIN, 50, TREE.root(50))


def test_what_is_given_out_is_kept_before(tmp_path: Path) -> None:
    path = tmp_path / "last-signed"
    who = notary(path)
    note = sign_at(who, 50)
    assert path.read_bytes() == note
    path.unlink()
    path.mkdir()
    with pytest.raises(OSError, match="irectory"):
        sign_at(who, 51)


def test_a_new_key_signs_the_same_tree_anew(tmp_path: Path) -> None:
    sign_at(notary(tmp_path / "last-signed"), 50)
    note = sign_at(notary(tmp_path / "last-signed", signers=(LOG, NEXT)), 50)
    assert opened(note, [NEXT.key]) == opened(note, [LOG.key]) == Checkpoint(ORIGIN, 50, TREE.root(50))
    assert opened(sign_at(notary(tmp_path / "last-signed", signers=(NEXT,)), 50), [NEXT.key]) is not None


def test_nothing_is_kept_where_nobody_signed(tmp_path: Path) -> None:
    with pytest.raises(SignerUnavailable):
        sign_at(notary(tmp_path / "last-signed", signers=(SocketSigner(LOG.key, tmp_path / "nobody"),)), 50)
    assert LastSigned(tmp_path / "last-signed").load([LOG.key], ORIGIN) is None


def test_the_durable_file_follows_when_flushed(tmp_path: Path) -> None:
    last = LastSigned(tmp_path / "last-signed")
    notes = [TREE.checkpoint(size, LOG) for size in (10, 20, 30)]
    durable = tmp_path / "last-signed.durable"
    for note in notes:
        last.keep(note)
    assert durable.read_bytes() == notes[0]
    assert last.flush() is True
    assert durable.read_bytes() == notes[2]
    assert last.flush() is False


@pytest.mark.parametrize(
    ("recent", "durable", "size"),
    [
        (None, None, None),
        (TREE.checkpoint(20, LOG), TREE.checkpoint(10, LOG), 20),
        (TREE.checkpoint(10, LOG), TREE.checkpoint(20, LOG), 20),
        (b"", TREE.checkpoint(10, LOG), 10),
        (TREE.checkpoint(20, LOG)[:70], TREE.checkpoint(10, LOG), 10),
        (None, TREE.checkpoint(10, LOG), 10),
        (TREE.checkpoint(20, LOG), None, 20),
    ],
)
def test_after_a_loss_of_power_the_larger_one_counts(
    tmp_path: Path, recent: bytes | None, durable: bytes | None, size: int | None
) -> None:
    for name, content in (("last-signed", recent), ("last-signed.durable", durable)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    read = LastSigned(tmp_path / "last-signed").load([LOG.key], ORIGIN)
    assert (read and read.size) == size


@pytest.mark.parametrize(
    ("recent", "durable"),
    [
        (b"", None),
        (None, b""),
        (TREE.checkpoint(20, LOG), b"noise"),
        (TREE.checkpoint(20, STRANGER), None),
        (sign(Checkpoint("urn:uuid:0", 5, ROOT), [LOG]), None),
    ],
)
def test_what_no_loss_of_power_explains_stops_the_signing(
    tmp_path: Path, recent: bytes | None, durable: bytes | None
) -> None:
    for name, content in (("last-signed", recent), ("last-signed.durable", durable)):
        if content is not None:
            (tmp_path / name).write_bytes(content)
    with pytest.raises(LastSignedUnreadable, match="last-signed"):
        notary(tmp_path / "last-signed")
