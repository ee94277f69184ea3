"""Small files that are there whole or not at all."""

import os
from pathlib import Path

from shared.kit.ids import uuid7


def place(path: Path, content: bytes, *, mode: int = 0o600, durable: bool = True) -> None:
    """Put a file in the place of what stood there; readers see the one or the other.

    Durable: when this returns it survives a loss of power. If not, a loss of power may leave either one, or a torn one.
    """
    draft = path.with_name(f".{path.name}.{uuid7()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            if durable:
                os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    if durable:
        sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make durable which files a folder holds."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
