"""What a file really is, by its first bytes and an allow-list, whatever it is called. Unknown is unknown: None."""

from collections.abc import Callable
from typing import Final

HEAD_BYTES: Final = 512

_MARKUP: Final = (b"<!doctype", b"<html", b"<script", b"<svg", b"<?xml", b"<head", b"<body", b"<iframe")
_WHITE: Final = frozenset(b"\t\n\r\f ")
_CONTROL: Final = frozenset(range(32)) - _WHITE | {127}
_MP4_BRANDS: Final = (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV")

_SIGNATURES: Final[tuple[tuple[str, Callable[[bytes], bool]], ...]] = (
    ("image/png", lambda head: head.startswith(b"\x89PNG\r\n\x1a\n")),
    ("image/jpeg", lambda head: head.startswith(b"\xff\xd8\xff")),
    ("image/webp", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WEBP"),
    ("application/pdf", lambda head: head.startswith(b"%PDF-")),
    ("audio/wav", lambda head: head[:4] == b"RIFF" and head[8:12] == b"WAVE"),
    ("audio/mpeg", lambda head: head.startswith(b"ID3") or _mpeg_frame(head)),
    ("video/mp4", lambda head: head[4:8] == b"ftyp" and head[8:12] in _MP4_BRANDS),
)


def sniff(head: bytes) -> str | None:
    """Return the media type of content that begins with `head` (up to `HEAD_BYTES` bytes), None where none fits.

    Text has no signature: it is text/plain if no control character is in it, it decodes as UTF-8 or GB 18030, and it
    does not begin like markup that a browser would run.
    """
    for media_type, begins in _SIGNATURES:
        if begins(head):
            return media_type
    return "text/plain" if _is_text(head[:HEAD_BYTES]) else None


def _mpeg_frame(head: bytes) -> bool:
    """An MPEG audio frame: eleven bits set, layer III, and neither of the reserved versions, rates and frequencies."""
    if len(head) < 3 or head[0] != 0xFF or head[1] & 0xE6 != 0xE2 or head[1] & 0x18 == 0x08:
        return False
    return head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3


def _is_text(head: bytes) -> bool:
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip(bytes(_WHITE)).lower()
    if not begins or begins.startswith(_MARKUP) or not _CONTROL.isdisjoint(head):
        return False
    return _decodes(head, "utf-8", 3) or _decodes(head, "gb18030", 3)


def _decodes(head: bytes, encoding: str, longest: int) -> bool:
    """Whether the head is text in this encoding, its last character perhaps cut in two."""
    for cut in range(longest + 1):
        if cut and len(head) < HEAD_BYTES:
            return False
        try:
            head[: len(head) - cut].decode(encoding)
        except UnicodeDecodeError:
            continue
        return True
    return False
