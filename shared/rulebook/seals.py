"""The seal of a simulation's report: a note signed by the ledger's log key, over the hash of all else that it says."""

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any, Final

from shared.kit.audit.note import NoteRefused, open_note
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed, encode64

FORMAT: Final = "demerit-simulation/1"  # of a report, and the first line of its seal: never a log's name


def canonical(content: Any) -> bytes:
    """Return the one spelling of this content: JSON in ASCII, names sorted, no blanks."""
    return json.dumps(content, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode("ascii")


def sealing(report: Mapping[str, Any], origin: str) -> str:
    """Return what the ledger whose log has this name signs: format, name, and SHA-256 of the report without its seal.

    The report is as JSON has it: instants are texts.
    """
    rest = {name: value for name, value in report.items() if name != "seal"}
    return f"{FORMAT}\n{origin}\n{encode64(sha256(canonical(rest)).digest())}\n"


def unsealed(report: Mapping[str, Any], seal: str | None, keys: Sequence[VerifierKey]) -> str | None:
    """Return what a report would have to be for its seal to hold; None: one of these keys sealed just this."""
    if seal is None:
        return "sealed by the ledger: ask for it again once the ledger can sign"
    try:
        text, signers = open_note(seal.encode("utf-8", "surrogatepass"), keys)
    except (Malformed, NoteRefused) as refused:
        return f"sealed by a key that is given: {refused}"
    if text not in [sealing(report, key.name) for key in signers]:
        return "what was sealed, to the letter: it was altered, or the seal is of something else"
    return None
