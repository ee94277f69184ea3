"""The file of differences: one line of JSON each, the first so many of them, and the digest of what is kept."""

import hashlib
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import msgspec

from services.ledger.simulating.comparing import Line

MAX_LINES: Final = 200_000  # kept; beyond them differences are counted and no longer told

_encode: Final = msgspec.json.Encoder().encode


class Differences:
    """Writes the differences as they are found. `told` counts all, `kept` those in the file."""

    def __init__(self, file: Path) -> None:
        self._file = file.open("wb")
        self._digest = hashlib.sha256()
        self.told = self.kept = 0

    def add(self, lines: Iterable[Line]) -> None:
        """Take in some more.

        Raises:
            OSError: the file cannot be written.
        """
        for line in lines:
            self.told += 1
            if self.kept < MAX_LINES:
                written = _encode(line) + b"\n"
                self._file.write(written)
                self._digest.update(written)
                self.kept += 1

    def summary(self) -> dict[str, Any]:
        """Return how many there are, how many are kept, and the SHA-256 of the file."""
        return {"told": self.told, "kept": self.kept, "digest": self._digest.hexdigest()}

    def __enter__(self) -> Self:
        """Return the differences; leaving closes the file."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._file.close()
