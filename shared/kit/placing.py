"""Small files that are there whole or not at all."""

import os
from pathlib import Path

from shared.kit.ids import uuid7


def place(path: Path, content: bytes, *, mode: int = 0o600, durable: bool = True, replace: bool = True) -> None:
    """Put a file in the place of what stood there; readers see the one or the other.

    Durable: when this returns it survives a loss of power. If not, a loss of power may leave either one, or a torn one.
    Without `replace`, what stands there stays.

    Raises:
        FileExistsError: something stands there that is not to be replaced.
    """
    draft = path.with_name(f".{path.name}.{uuid7()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        if replace:
            draft.replace(path)
        else:
            path.hardlink_to(draft)
    finally:
        draft.unlink(missing_ok=True)
    if durable:
        sync(path.parent)


def sync(path: Path) -> None:
    """Return when a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
