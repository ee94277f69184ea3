"""Signed notes: text, and under it the signatures of one or more keys.

Source: c2sp.org/signed-note; where that leaves a choice, golang.org/x/mod/sumdb/note. Base64 has one spelling here.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from shared.kit.audit.vkey import VerifierKey, is_name
from shared.kit.audit.wire import Malformed, decode64, encode64

MAX_NOTE_BYTES: Final = 1_000_000
MAX_SIGNATURES: Final = 100
_CONTROL: Final = re.compile(rb"[\x00-\x09\x0b-\x1f]")


class NoteRefused(Exception):
    """The note is well formed, but those who were to sign it did not, or not this text."""


class Signs(Protocol):
    """What signs: a key's public half, and its hand."""

    @property
    def key(self) -> VerifierKey:
        """The public half."""

    def sign(self, message: bytes) -> bytes:
        """Return the signature of the message, 64 bytes."""


@dataclass(frozen=True, slots=True)
class Signature:
    """One line under a note: who is said to have signed, and the bytes."""

    name: str
    key_id: int
    content: bytes


@dataclass(frozen=True, slots=True)
class Note:
    """A text that ends in a newline, and signatures. What `parse` returns is not verified."""

    text: str
    signatures: tuple[Signature, ...]


def sign(text: str, signers: Iterable[Signs]) -> bytes:
    """Return the note of this text, signed by all, in their order.

    Raises:
        Malformed: the text is none of a note, nobody or too many are to sign it, or two under one name and id.
    """
    message = text.encode("utf-8", "surrogatepass")
    lines = []
    for signer in signers:
        content = signer.key.id.to_bytes(4, "big") + signer.sign(message)
        lines.append(f"— {signer.key.name} {encode64(content)}\n")
    raw = message + b"\n" + "".join(lines).encode()
    note = parse(raw)
    if note.text != text or len({(one.name, one.key_id) for one in note.signatures}) != len(lines):
        raise Malformed("a note's text ends in a newline, and each of its signatures is of another key")
    return raw


def parse(raw: bytes) -> Note:
    """Return the text and the signatures of a note, nothing verified.

    Raises:
        Malformed: it is not UTF-8, holds a control character, has no line of signature behind its last blank line, or
            is larger than the limits.
    """
    if len(raw) > MAX_NOTE_BYTES or _CONTROL.search(raw):
        raise Malformed(f"a note has at most {MAX_NOTE_BYTES} bytes and no control character but newlines")
    try:
        whole = raw.decode()
    except UnicodeDecodeError:
        raise Malformed("a note is UTF-8") from None
    text, blank, below = whole.rpartition("\n\n")
    if not blank or not below.endswith("\n"):
        raise Malformed("a note is text, a blank line, and lines of signature, each ended by a newline")
    lines = below[:-1].split("\n")
    if len(lines) > MAX_SIGNATURES:
        raise Malformed(f"a note has at most {MAX_SIGNATURES} signatures")
    return Note(text + "\n", tuple(_signature(line) for line in lines))


def _signature(line: str) -> Signature:
    dash, _, rest = line.partition(" ")
    name, _, content64 = rest.partition(" ")
    if dash != "—" or not is_name(name):
        raise Malformed("a line of signature is an em dash, a key's name and base64, with one space between")
    content = decode64(content64)
    if len(content) < 5:
        raise Malformed("a signature is the four bytes of a key id and at least one more")
    return Signature(name, int.from_bytes(content[:4], "big"), content[4:])


def open_note(raw: bytes, keys: Sequence[VerifierKey]) -> tuple[str, tuple[VerifierKey, ...]]:
    """Return the text of a note and those of the keys that signed it, at least one, in the order of their lines.

    Signatures of other keys are ignored, also where name or id alone is known; of one key's, all but the first.

    Raises:
        Malformed: see `parse`.
        NoteRefused: a known key's signature is not of this text; none of the keys signed; or one line could be of
            two of the keys, which have name and id in common.
    """
    note = parse(raw)
    message, signed = note.text.encode(), dict[VerifierKey, None]()
    for one in note.signatures:
        known = [key for key in keys if (key.name, key.id) == (one.name, one.key_id)]
        if len(known) > 1:
            raise NoteRefused(f"two of the keys given are {one.name}+{one.key_id:08x}")
        for key in known:
            if key in signed:
                continue
            if not key.verifies(one.content, message):
                raise NoteRefused(f"the signature of {key.name}+{key.id:08x} is not of this text")
            signed[key] = None
    if not signed:
        raise NoteRefused("none of the keys given signed this")
    return note.text, tuple(signed)
