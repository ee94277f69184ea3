"""Seals a report: the ledger says with its log key that it made it, and that nothing of it was changed since."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from shared.rulebook.seals import sealing


def sealed(report: Mapping[str, Any], origin: str, attest: Callable[[str], bytes]) -> dict[str, Any]:
    """Return the report with its seal. `origin` is the log's name; `attest` makes a signed note of a text.

    Raises:
        Unsigned: see `Witness.attest`.
    """
    said = msgspec.json.decode(msgspec.json.encode(report))  # as its reader has it: instants are texts
    return {**report, "seal": attest(sealing(said, origin)).decode()}
