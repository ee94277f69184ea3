"""One process per log: a lock on a file beside the database, which the system takes back when the process dies."""

import fcntl
import os
from pathlib import Path

from shared.kit.log.model import LogInUse


class LockFile:
    """The lock on `path`, held from making it to `release` (or the end of the process, however it ends).

    The file stays: removing it could give two processes a lock each, one on the old file and one on the new.

    Raises:
        LogInUse: somebody holds it, in this process or another.
        OSError: the file cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._descriptor, 20, 0).decode("ascii", "replace").strip()
            self.release()
            raise LogInUse(f"{path} is locked by process {holder or 'unknown'}: a log has one writer") from None
        os.ftruncate(self._descriptor, 0)
        os.pwrite(self._descriptor, str(os.getpid()).encode(), 0)

    def release(self) -> None:
        """Give the lock back. Idempotent."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def held(path: Path) -> bool:
    """Return whether somebody holds the lock on `path`, in this process or another; without the file nobody does."""
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)  # shared: two who look do not see each other
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
