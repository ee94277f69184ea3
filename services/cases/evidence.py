"""Evidence content: streamed in, sealed under the case key, put in its place once and for all, streamed back out.

An upload is a file under `uploads/` until it is complete and on disk; publishing moves it to `content/<case>/<id>`,
where nothing is ever overwritten. The store is obstore's, which does not fsync: files and folders are synced here.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import obstore
from obstore.exceptions import AlreadyExistsError, BaseError, NotFoundError
from obstore.store import LocalStore

from services.cases.casekey import CaseKey
from services.cases.chunks import CHUNK_BYTES, unseal
from shared.kit.ids import uuid7
from shared.kit.placing import sync

UPLOADS: Final = "uploads"
CONTENT: Final = "content"


class StoreUnavailable(Exception):
    """The evidence store cannot be written or read now: full or gone. The caller may try again."""


class ContentMissing(Exception):
    """There is no content under this name."""


class EvidenceStore:
    """Sealed contents in one folder. Calls block; all are safe from several threads."""

    def __init__(self, folder: Path) -> None:
        """Open the store, making its folders at the first start."""
        for name in (UPLOADS, CONTENT):
            (folder / name).mkdir(parents=True, exist_ok=True)
        sync(folder)
        self._folder, self._objects = folder, LocalStore(folder)

    def start(self, case_id: str) -> "Draft":
        """Return a new file of a case under `uploads/`, open for writing."""
        return Draft(self, f"{UPLOADS}/{case_id}.{uuid7()}")

    def publish(self, draft: str, case_id: str, evidence_id: str) -> bool:
        """Put a finished draft in its place, durably; return False where that place is taken, and leave it alone.

        Raises:
            StoreUnavailable: see there.
        """
        target = _content(case_id, evidence_id)
        with told():
            try:
                obstore.rename(self._objects, draft, target, overwrite=False)
            except AlreadyExistsError:
                return False
            for folder in (self.path(target).parent, self._folder / CONTENT, self._folder / UPLOADS):
                sync(folder)
        return True

    def read(self, key: CaseKey, evidence_id: str) -> Iterator[bytes]:
        """Yield the plain content in order, chunk by chunk, each authenticated.

        Raises:
            ContentMissing: at once, if there is none.
            SealBroken, StoreUnavailable: while reading; see there.
        """
        with told():
            try:
                found = obstore.get(self._objects, _content(key.case_id, evidence_id))
            except (NotFoundError, FileNotFoundError):
                raise ContentMissing from None
        return unseal(key, evidence_id, _pieces(found.stream(min_chunk_size=CHUNK_BYTES)))

    def digest(self, key: CaseKey, evidence_id: str) -> str:
        """Return the keyed digest of the content that is in place; raises as `read` does."""
        digest = key.content_digest()
        for piece in self.read(key, evidence_id):
            digest.update(piece)
        return digest.hexdigest()

    def forget(self, case_id: str) -> None:
        """Remove every content and every upload of a case, durably. Idempotent.

        Raises:
            StoreUnavailable: see there; or a content came in meanwhile.
        """
        contents, uploads = self._folder / CONTENT / case_id, self._folder / UPLOADS
        with told():
            for file in uploads.glob(f"{case_id}.*"):
                file.unlink(missing_ok=True)
            with suppress(FileNotFoundError):  # there is none, or somebody else has removed it meanwhile
                for file in contents.iterdir():
                    file.unlink(missing_ok=True)
                sync(contents)
                contents.rmdir()
            for folder in (self._folder / CONTENT, uploads):
                sync(folder)

    def sweep(self, before_s: float, cited: Callable[[str, str], bool]) -> int:
        """Remove what a crash left: uploads and uncited contents last written before this (Unix seconds); count them.

        `cited(case_id, evidence_id)` says whether the log holds the evidence. Raises `StoreUnavailable`.
        """
        with told():
            left = [file for file in (self._folder / UPLOADS).iterdir() if _older(file, before_s)]
            for folder in (self._folder / CONTENT).iterdir():
                old = [file for file in folder.iterdir() if _older(file, before_s)]
                left += [file for file in old if not cited(folder.name, file.name)]
            for file in left:
                file.unlink(missing_ok=True)
        return len(left)

    def path(self, name: str) -> Path:
        """Return where an object lies."""
        return self._folder / name

    @property
    def objects(self) -> LocalStore:
        """The object store itself."""
        return self._objects


class Draft:
    """A file being written under `uploads/`; gone with `discard` unless it was published before."""

    def __init__(self, store: EvidenceStore, name: str) -> None:
        self.name, self._store = name, store
        with told():
            self._writer = obstore.open_writer(store.objects, name, buffer_size=4 * CHUNK_BYTES)

    def write(self, sealed: bytes) -> None:
        """Append; raises `StoreUnavailable`."""
        with told():
            self._writer.write(sealed)

    def finish(self) -> None:
        """Return when all that was written is on disk, name included; raises `StoreUnavailable`."""
        with told():
            self._writer.close()
            path = self._store.path(self.name)
            with path.open("rb") as file:
                os.fsync(file.fileno())
            sync(path.parent)

    def discard(self) -> None:
        """Remove what is there of it; where the store is away that is left to the sweep. Idempotent."""
        with suppress(BaseError, OSError):
            if not self._writer.closed():
                self._writer.close()
            self._store.path(self.name).unlink(missing_ok=True)


@contextmanager
def told() -> Iterator[None]:
    """Turn errors of the store and the file system into ours, whose messages hold no names."""
    try:
        yield
    except (BaseError, OSError) as error:
        raise StoreUnavailable(type(error).__name__) from None


def _content(case_id: str, evidence_id: str) -> str:
    return f"{CONTENT}/{case_id}/{evidence_id}"


def _pieces(stream: Iterable[bytes]) -> Iterator[bytes]:
    with told():
        yield from stream


def _older(file: Path, before_s: float) -> bool:
    try:
        return file.is_file() and file.stat().st_mtime < before_s
    except FileNotFoundError:
        return False
