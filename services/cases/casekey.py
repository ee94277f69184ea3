"""What the key of one case can do: keyed digests that events may carry, and sealed texts that only the vault holds."""

import hashlib
import hmac
import os
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from services.cases.masterkey import KEY_BYTES, NONCE_BYTES

Purpose: TypeAlias = Literal["narrative", "contact", "statement", "reason", "number", "appeal"]

SALT_BYTES: Final = 16


class SealBroken(Exception):
    """A ciphertext is not what was sealed under this case and name: changed, cut short, or moved from elsewhere."""


@dataclass(frozen=True, slots=True)
class CaseKey:
    """The data key of one case. Purposes are kept apart by keys derived from it, so that none serves two ends."""

    case_id: str
    secret: bytes = field(repr=False)

    def digest(self, purpose: Purpose, text: str) -> str:
        """Return the HMAC-SHA-256 of the text, 64 hexadecimal digits: comparable within the case, nowhere else."""
        return hmac.new(self.derived("digest"), f"{purpose}\0{text}".encode(), hashlib.sha256).hexdigest()

    def content_digest(self) -> hmac.HMAC:
        """Return a running HMAC-SHA-256 for the content of a file, to be fed as it streams by."""
        return hmac.new(self.derived("content digest"), digestmod=hashlib.sha256)

    def seal(self, digest: str, text: str) -> bytes:
        """Return the text encrypted, bound to this case and to its digest."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.derived("text")).encrypt(nonce, text.encode(), self._bound_to(digest))

    def open(self, digest: str, sealed: bytes) -> str:
        """Return the text that was sealed for this digest.

        Raises:
            SealBroken: see there.
        """
        cipher = AESGCM(self.derived("text"))
        try:
            return cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], self._bound_to(digest)).decode()
        except InvalidTag:
            raise SealBroken("a text of the vault is damaged") from None

    def derived(self, use: str, salt: bytes = b"") -> bytes:
        """Return the key for one use, from HKDF-SHA-256 (RFC 5869). With a fresh salt it is a key used once."""
        return HKDF(SHA256(), KEY_BYTES, salt=salt or None, info=f"demerit case\0{use}".encode()).derive(self.secret)

    def _bound_to(self, digest: str) -> bytes:
        return f"{self.case_id}\0{digest}".encode()
