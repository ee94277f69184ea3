"""Whose checkpoints of another log count: who signs beside a trusted key is trusted too."""

from collections.abc import Sequence
from typing import Protocol

from shared.kit.audit.note import NoteRefused, open_note, parse
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed


class Watched(Protocol):
    """The log that is looked at: `TreeClient`, or anything that keeps its promises."""

    def checkpoint(self) -> bytes:
        """Return the note of the checkpoint of now."""
        ...

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the hashes that are to show that the tree of `new` leaves begins with `old`."""
        ...

    def keys(self) -> list[VerifierKey]:
        """Return the keys that the log says it ever signed with."""
        ...


def joined(note: bytes, keys: Sequence[VerifierKey], log: Watched, origin: str) -> tuple[VerifierKey, ...]:
    """Return the keys trusted, and those that signed this note, which one of them signed, too."""
    known = {(key.name, key.id) for key in keys}
    strange = {(one.name, one.key_id) for one in parse(note).signatures if one.name == origin} - known
    told = log.keys() if strange else []
    offered = [key for key in told if (key.name, key.id) in strange]
    return (*keys, *who_signed(note, offered, origin))


def who_signed(note: bytes, offered: Sequence[VerifierKey], origin: str) -> tuple[VerifierKey, ...]:
    """Return those of the keys offered that bear the log's name and did sign the note."""
    return tuple(key for key in offered if key.name == origin and _did_sign(note, key))


def _did_sign(note: bytes, key: VerifierKey) -> bool:
    try:
        open_note(note, [key])
    except (Malformed, NoteRefused):
        return False
    return True
