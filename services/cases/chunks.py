"""Sealed content: a stream encrypted piece by piece, so that neither side ever holds it whole.

Each chunk is authenticated with its number and with whether it is the last, under a key used for this content alone:
a chunk changed, moved, repeated or left out, and a content cut short, are found. Source: the STREAM construction of
Hoang, Reyhanitabar, Rogaway and Vizár (2015), over AES-256-GCM.
"""

import os
from collections.abc import Iterable, Iterator
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from services.cases.casekey import SALT_BYTES, CaseKey, SealBroken

MAGIC: Final = b"DMRT1\n"
CHUNK_BYTES: Final = 64 * 1024
TAG_BYTES: Final = 16
HEADER_BYTES: Final = len(MAGIC) + SALT_BYTES

_LAST: Final = 1


class Sealer:
    """Encrypts one content: `header`, then what `seal` returns for each piece, then what `finish` returns."""

    def __init__(self, key: CaseKey, name: str) -> None:
        salt = os.urandom(SALT_BYTES)
        self.header = MAGIC + salt
        self._cipher, self._bound_to = _cipher(key, name, salt), _bound_to(key, name)
        self._waiting, self._number = bytearray(), 0

    def seal(self, piece: bytes) -> bytes:
        """Return the sealed chunks that this piece completes; at most a chunk's worth is kept back."""
        self._waiting += piece
        sealed = bytearray()
        while len(self._waiting) > CHUNK_BYTES:
            sealed += self._next(bytes(self._waiting[:CHUNK_BYTES]), last=0)
            del self._waiting[:CHUNK_BYTES]
        return bytes(sealed)

    def finish(self) -> bytes:
        """Return the last sealed chunk. Nothing can be sealed after it."""
        return self._next(bytes(self._waiting), last=_LAST)

    def _next(self, plain: bytes, *, last: int) -> bytes:
        self._number += 1
        return self._cipher.encrypt(_nonce(self._number, last), plain, self._bound_to)


def unseal(key: CaseKey, name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the plain chunks of a sealed content, each only after it was authenticated.

    Raises:
        SealBroken: the content is not, or not wholly, what was sealed under this case and name. What was yielded
            before it is genuine but incomplete.
    """
    waiting, number = bytearray(), 0
    cipher: AESGCM | None = None
    bound_to = _bound_to(key, name)
    for piece in pieces:
        waiting += piece
        if cipher is None:
            if len(waiting) < HEADER_BYTES:
                continue
            cipher = _cipher(key, name, _salt(bytes(waiting[:HEADER_BYTES])))
            del waiting[:HEADER_BYTES]
        while len(waiting) > CHUNK_BYTES + TAG_BYTES:
            number += 1
            yield _open(cipher, number, 0, bytes(waiting[: CHUNK_BYTES + TAG_BYTES]), bound_to)
            del waiting[: CHUNK_BYTES + TAG_BYTES]
    if cipher is None:
        raise SealBroken("a sealed content is cut short")
    yield _open(cipher, number + 1, _LAST, bytes(waiting), bound_to)


def _cipher(key: CaseKey, name: str, salt: bytes) -> AESGCM:
    return AESGCM(key.derived(f"content\0{name}", salt))


def _bound_to(key: CaseKey, name: str) -> bytes:
    return f"{key.case_id}\0{name}".encode()


def _salt(header: bytes) -> bytes:
    if not header.startswith(MAGIC):
        raise SealBroken("a sealed content does not begin like one")
    return header[len(MAGIC) :]


def _nonce(number: int, last: int) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])


def _open(cipher: AESGCM, number: int, last: int, sealed: bytes, bound_to: bytes) -> bytes:
    try:
        return cipher.decrypt(_nonce(number, last), sealed, bound_to)
    except (InvalidTag, ValueError):
        raise SealBroken(f"chunk {number} of a sealed content is damaged, or the content is cut short") from None
