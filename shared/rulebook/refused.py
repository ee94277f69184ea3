"""Why a rulebook is not published, and the files of JSON that publishing reads."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

MAX_FILE: Final = 4 << 20  # bytes


class PublicationRefused(ValueError):
    """The candidate cannot be published. `reasons` says all that would have to be true."""

    def __init__(self, reasons: Sequence[str]) -> None:
        super().__init__("\n".join(reasons))
        self.reasons = tuple(reasons)


def read_json(file: Path) -> Any:
    """Return what a file of JSON says.

    Raises:
        PublicationRefused: it is too long, or no JSON in UTF-8.
        OSError: it cannot be read.
    """
    with file.open("rb") as opened:
        raw = opened.read(MAX_FILE + 1)
    if len(raw) > MAX_FILE:
        raise PublicationRefused([f"{file} has to be at most {MAX_FILE} bytes long"])
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        raise PublicationRefused([f"{file} has to be JSON in UTF-8"]) from None
