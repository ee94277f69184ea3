"""Checkpoints: what a log says of its tree, as the text of a signed note.

Source: c2sp.org/tlog-checkpoint. Origin is the log's name, and the name of the keys that sign for it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from shared.kit.audit import note
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed, decode_hash, decode_number, encode64


class OtherOrigin(note.NoteRefused):
    """The checkpoint is well signed, but speaks of another log or is signed for another."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The root of a log's tree at a size; `extensions` are lines that are signed too and mean nothing here."""

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the lines to be signed; what `parse` refuses is not of a checkpoint."""
        lines = (self.origin, str(self.size), encode64(self.root), *self.extensions)
        return "".join(f"{line}\n" for line in lines)


def parse(text: str) -> Checkpoint:
    """Return the checkpoint that this text of a note spells.

    Raises:
        Malformed: fewer than three lines, an empty one, or one that is not spelled as `Checkpoint.text` does it.
    """
    *lines, rest = text.split("\n")
    if rest or len(lines) < 3 or not all(lines):
        raise Malformed("a checkpoint is origin, size, root and extensions, each a line that is not empty")
    origin, size, root, *extensions = lines
    return Checkpoint(origin, decode_number(size), decode_hash(root), tuple(extensions))


def sign(checkpoint: Checkpoint, signers: Sequence[note.Signs]) -> bytes:
    """Return the note of a checkpoint.

    Raises:
        Malformed: it would not be read back as this checkpoint; or see `note.sign`.
    """
    text = checkpoint.text()
    if parse(text) != checkpoint:
        raise Malformed("a checkpoint's lines hold no newline and are not empty")
    return note.sign(text, signers)


def open_checkpoint(raw: bytes, keys: Sequence[VerifierKey], origin: str) -> Checkpoint:
    """Return the checkpoint of a note that is of the log of this name and signed by a key of that name.

    Raises:
        Malformed: see `note.parse` and `parse`.
        OtherOrigin: it is of another log, or none of those who signed bears the log's name.
        NoteRefused: see `note.open_note`.
    """
    text, signed = note.open_note(raw, keys)
    checkpoint = parse(text)
    if checkpoint.origin != origin:
        raise OtherOrigin(f"the checkpoint is of {checkpoint.origin}, not of {origin}")
    if all(key.name != origin for key in signed):
        raise OtherOrigin(f"none of those who signed bears the name {origin}")
    return checkpoint
