"""What a log signed last, kept outside its database: a database that was put back to an older state meets it here.

Two files: the recent one is written over with every checkpoint, without waiting for the disk (to put a new file in its
place would make some file systems wait); the durable one follows when `flush` is called. A kill loses nothing, a loss
of power what was not flushed. Neither is ever ahead of the log, since only what is committed is signed.
"""

import errno
import fcntl
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Event
from typing import Final

from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.note import NoteRefused
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed
from shared.kit.placing import place

TURN_S: Final = 1.0  # longest wait for another process that signs
LOOK_EVERY_S: Final = 0.001


class LastSignedUnreadable(Exception):
    """What was signed last is there, but damaged, of another log or signed by none of the keys known."""


class TurnTaken(Exception):
    """Another process of this host is signing, and does not come to an end."""


class LastSigned:
    """The last checkpoint that was signed, as a note. Threads of one process, and processes of one host, take turns."""

    def __init__(self, path: Path) -> None:
        """`path` is the recent file; the durable one stands beside it, with `.durable` behind its name."""
        self._recent, self._durable = path, path.with_name(f"{path.name}.durable")
        self._met: bytes | None = None
        self._unflushed = False

    @contextmanager
    def turn(self, wait_s: float = TURN_S) -> Iterator[None]:
        """Keep every other process from signing until the block ends.

        Raises:
            TurnTaken: one has not ended within `wait_s` seconds.
        """
        with _locked(self._beside("turn"), wait_s):
            yield

    def moved(self) -> bool:
        """Return whether another process has kept a checkpoint since this one loaded or kept its last. In our turn."""
        return self._content() != self._met

    def load(self, keys: Sequence[VerifierKey], origin: str) -> Checkpoint | None:
        """Return the larger of the two checkpoints kept, or None if nothing was ever signed. In our turn.

        Raises:
            LastSignedUnreadable: neither file is a checkpoint of this log; or the durable one, which no loss of power
                tears, is there and is none.
        """
        self._met = self._content()
        kept = {self._durable: self._durable.read_bytes() if self._durable.exists() else None, self._recent: self._met}
        notes = {path: note for path, note in kept.items() if note is not None}
        read = []
        for path, note in notes.items():
            try:
                read.append(open_checkpoint(note, keys, origin))
            except (Malformed, NoteRefused) as refused:
                if path == self._durable or self._durable not in notes:
                    raise LastSignedUnreadable(f"{path}: {refused}") from None
        return max(read, key=lambda checkpoint: checkpoint.size, default=None)

    def keep(self, note: bytes) -> None:
        """Keep a checkpoint before it is given out. The first one is kept durably at once. In our turn."""
        _write_over(self._recent, note)
        self._met, self._unflushed = note, True
        if not self._durable.exists():
            place(self._durable, note)

    def flush(self) -> bool:
        """Make durable what was kept last, if this process kept it; return whether there was anything to do.

        To be called once a second, in nobody's turn. It keeps others from signing only while it reads.
        """
        if not self._unflushed:
            return False
        with _locked(self._beside("flush"), TURN_S):
            self._unflushed = False  # another one may be kept meanwhile
            try:
                with self.turn():
                    note = self._recent.read_bytes()
                place(self._durable, note)
            except BaseException:
                self._unflushed = True
                raise
        return True

    def _beside(self, name: str) -> Path:
        return self._recent.with_name(f".{self._recent.name}.{name}")

    def _content(self) -> bytes | None:
        try:
            return self._recent.read_bytes()
        except FileNotFoundError:
            return None


def _write_over(path: Path, content: bytes) -> None:
    """Write a file's new content over its old one: whole, unless power is lost, or half of a shorter one by a kill."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        longer = os.fstat(descriptor).st_size > len(content)
        if os.pwrite(descriptor, content, 0) < len(content):
            raise OSError(errno.ENOSPC, "the checkpoint does not fit on the disk")
        if longer:
            os.ftruncate(descriptor, len(content))
    finally:
        os.close(descriptor)


@contextmanager
def _locked(path: Path, wait_s: float) -> Iterator[None]:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        until = time.monotonic() + wait_s
        while not _took(descriptor):
            if time.monotonic() >= until:
                raise TurnTaken("another process would have to come to an end of signing")
            Event().wait(LOOK_EVERY_S)
        yield
    finally:
        os.close(descriptor)


def _took(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
