"""Evidence content: what goes in comes out, nothing else does, and nothing half-done stays."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.cases.casekey import CaseKey, SealBroken
from services.cases.chunks import CHUNK_BYTES, HEADER_BYTES, TAG_BYTES
from services.cases.evidence import ContentMissing, EvidenceStore, StoreUnavailable
from services.cases.upload import ContentTooLong, Upload

KEY = CaseKey("case-1", bytes(range(32)))
PNG = b"\x89PNG\r\n\x1a\n"
SIZES = [1, 17, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 5]


@contextmanager
def closing(store: EvidenceStore, key: CaseKey, evidence_id: str, limit_bytes: int) -> Iterator[Upload]:
    """Begin an upload, and discard it in the end."""
    upload = Upload(store, key, evidence_id, limit_bytes)
    try:
        yield upload
    finally:
        upload.discard()


def put(store: EvidenceStore, content: bytes, name: str = "e-1", piece: int = 5000, key: CaseKey = KEY) -> bool:
    """Upload and publish a content in pieces of this size; return what publishing said."""
    with closing(store, key, name, len(content)) as upload:
        for start in range(0, len(content), piece):
            upload.write(content[start : start + piece])
        return upload.publish(upload.complete())


def only_file(folder: Path) -> Path:
    """Return the one content in the store."""
    (file,) = (path for path in (folder / "content").rglob("*") if path.is_file())
    return file


@pytest.mark.parametrize("size", SIZES)
def test_a_content_of_any_size_comes_back_as_it_was(tmp_path: Path, size: int) -> None:
    store, content = EvidenceStore(tmp_path), os.urandom(size)
    assert put(store, content)
    assert b"".join(store.read(KEY, "e-1")) == content
    assert content[:64] not in only_file(tmp_path).read_bytes() or size < 16
    assert list((tmp_path / "uploads").iterdir()) == []


def test_what_arrived_is_measured_digested_and_recognised(tmp_path: Path) -> None:
    store, content = EvidenceStore(tmp_path), PNG + bytes(100_000)
    with closing(store, KEY, "e-1", 200_000) as upload:
        for start in range(0, len(content), 3):
            upload.write(content[start : start + 3])
        received = upload.complete()
        assert upload.publish(received)
    expected = KEY.content_digest()
    expected.update(content)
    assert (received.size_bytes, received.digest, received.media_type) == (
        len(content),
        expected.hexdigest(),
        "image/png",
    )
    assert store.digest(KEY, "e-1") == received.digest


def sealed(chunk: int) -> slice:
    """Return where a chunk, from 0, lies in a sealed content."""
    start = HEADER_BYTES + chunk * (CHUNK_BYTES + TAG_BYTES)
    return slice(start, start + CHUNK_BYTES + TAG_BYTES)


TAMPERED: dict[str, Callable[[bytes], bytes]] = {
    "one bit turned": lambda raw: raw[:100] + bytes([raw[100] ^ 1]) + raw[101:],
    "the last chunk cut off": lambda raw: raw[: sealed(2).start],
    "the middle chunk left out": lambda raw: raw[: sealed(1).start] + raw[sealed(2)],
    "two chunks exchanged": lambda raw: raw[:HEADER_BYTES] + raw[sealed(1)] + raw[sealed(0)] + raw[sealed(2)],
    "a chunk repeated": lambda raw: raw[: sealed(1).start] + raw[sealed(0)] + raw[sealed(1).start :],
    "one byte cut off": lambda raw: raw[:-1],
    "one byte added": lambda raw: raw + b"\0",
    "the header cut short": lambda raw: raw[:10],
    "nothing left": lambda raw: raw[:0],
    "another format": lambda raw: b"PLAIN\n" + raw[6:],
}


@pytest.mark.parametrize("change", TAMPERED)
def test_a_content_that_was_tampered_with_is_refused(tmp_path: Path, change: str) -> None:
    store = EvidenceStore(tmp_path)
    put(store, os.urandom(2 * CHUNK_BYTES + 100))
    file = only_file(tmp_path)
    file.write_bytes(TAMPERED[change](file.read_bytes()))
    with pytest.raises(SealBroken):
        list(store.read(KEY, "e-1"))


def test_a_content_is_bound_to_its_case_and_its_name(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    put(store, b"call list")
    file = only_file(tmp_path)
    file.rename(file.with_name("e-2"))
    with pytest.raises(SealBroken):
        list(store.read(KEY, "e-2"))
    file.with_name("e-2").rename(file)
    with pytest.raises(SealBroken):
        list(store.read(CaseKey("case-1", bytes(32)), "e-1"))


def test_what_is_in_place_is_never_overwritten(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    assert put(store, b"the first")
    assert not put(store, b"the second")
    assert put(store, b"the first")
    assert b"".join(store.read(KEY, "e-1")) == b"the first"
    assert list((tmp_path / "uploads").iterdir()) == []


def test_an_upload_longer_than_announced_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    with closing(store, KEY, "e-1", 10) as upload, pytest.raises(ContentTooLong):
        upload.write(b"x" * 11)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []
    with pytest.raises(ContentMissing):
        store.read(KEY, "e-1")


def test_an_upload_that_breaks_off_leaves_nothing(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    with closing(store, KEY, "e-1", 1_000_000) as upload:
        upload.write(os.urandom(600_000))
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_the_sweep_removes_what_a_crash_left_and_only_that(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    for name in ("cited", "orphan", "young"):
        put(store, name.encode(), name)
    for left in ("old#1", "new#1"):
        (tmp_path / "uploads" / left).write_bytes(b"half")
    now = 1_000_000.0
    for path in (tmp_path / "uploads" / "old#1", *(tmp_path / "content" / "case-1").iterdir()):
        os.utime(path, (now - 100, now - 100))
    for path in (tmp_path / "uploads" / "new#1", tmp_path / "content" / "case-1" / "young"):
        os.utime(path, (now + 100, now + 100))
    assert store.sweep(now, lambda case, piece: (case, piece) == ("case-1", "cited")) == 2
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == ["cited", "new#1", "young"]


def test_a_forgotten_case_loses_its_contents_and_its_uploads_and_no_other_does(tmp_path: Path) -> None:
    store, other = EvidenceStore(tmp_path), CaseKey("case-10", bytes(32))
    for name in ("e-1", "e-2"):
        put(store, b"call list", name)
        put(store, b"call list", name, key=other)
    long = os.urandom(6 * CHUNK_BYTES)
    with closing(store, KEY, "e-3", len(long)) as mine, closing(store, other, "e-3", len(long)) as theirs:
        mine.write(long)
        theirs.write(long)
        assert len(list((tmp_path / "uploads").glob("case-1.*"))) == 1
        store.forget("case-1")
        store.forget("case-1")
        assert list((tmp_path / "uploads").glob("case-1.*")) == []
        assert theirs.publish(theirs.complete())
    assert [path.name for path in (tmp_path / "content").iterdir()] == ["case-10"]
    assert b"".join(store.read(other, "e-3")) == long
    assert b"".join(store.read(other, "e-1")) == b"call list"


def test_two_forget_a_case_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given somebody who removes the folder of a case when it is to be listed, then it is gone, and that is all."""
    store, folder = EvidenceStore(tmp_path), tmp_path / "content" / "case-1"
    put(store, b"call list")

    def losing(look: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def lost(path: Any) -> Any:
            if path in (folder, str(folder)):
                shutil.rmtree(folder, ignore_errors=True)
            return look(path)

        return lost

    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, losing(getattr(os, name)))
    store.forget("case-1")
    assert not folder.exists()


def test_a_store_that_is_gone_says_so(tmp_path: Path) -> None:
    store = EvidenceStore(tmp_path)
    with closing(store, KEY, "e-1", 10) as upload:
        upload.write(b"x")
        received = upload.complete()
        (next((tmp_path / "uploads").iterdir())).unlink()
        with pytest.raises(StoreUnavailable) as told:
            upload.publish(received)
    assert str(tmp_path) not in str(told.value)
