"""The names and texts of keys: verifier keys, which are public, and signing keys, as other tools write them too.

Source: c2sp.org/signed-note (verifier keys); golang.org/x/mod/sumdb/note (signing keys). Ed25519 alone.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from shared.kit.audit.wire import Malformed, decode64, encode64

ED25519: Final = b"\x01"  # the type of a signature, before the key's bytes
KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
MAX_VKEY: Final = 1024  # characters of a key's text
# No space of Unicode, no plus, no control character.
_NAME: Final = re.compile(r"[^\x00-\x20+\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ud800-\udfff]+")
_KEY_ID: Final = re.compile(r"[0-9a-f]{8}", re.ASCII)


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under a name: `id` is what a signature names it by, together with the name."""

    name: str
    public: bytes

    def __post_init__(self) -> None:
        if not is_name(self.name) or len(self.public) != KEY_BYTES:
            raise Malformed("a key's name holds no space, plus or control character, and an Ed25519 key 32 bytes")

    @property
    def id(self) -> int:
        """The key's short identifier, 32 bits: no proof of anything."""
        digest = sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()
        return int.from_bytes(digest[:4], "big")

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Return whether this key signed the message."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except InvalidSignature:
            return False
        return True

    def __str__(self) -> str:
        """Return the key as text: name, id in hex, and type and key in base64, joined by `+`."""
        return f"{self.name}+{self.id:08x}+{encode64(ED25519 + self.public)}"


def parse_vkey(text: str) -> VerifierKey:
    """Return the verifier key that this text spells.

    Raises:
        Malformed: it is no Ed25519 key, or its id is not that of its name and key.
    """
    name, key_id, content = _parts(text)
    key = VerifierKey(name, content)
    if f"{key.id:08x}" != key_id:
        raise Malformed("a verifier key's id is the beginning of the hash of its name and key")
    return key


def given_vkeys(texts: Iterable[str]) -> list[VerifierKey]:
    """Return the verifier keys that the texts of an option spell, one a line each, in their order; no key twice.

    Raises:
        Malformed: a line is none; it is named by its number, from 1 through all texts.
    """
    keys = dict[VerifierKey, None]()
    for number, line in enumerate((line for text in texts for line in text.split("\n")), 1):
        try:
            keys[parse_vkey(line)] = None
        except Malformed as malformed:
            raise Malformed(f"line {number} would have to be a verifier key: {malformed}") from None
    return list(keys)


def spell_skey(name: str, private: Ed25519PrivateKey) -> str:
    """Return the secret text of a signing key: `PRIVATE+KEY+`, then as a verifier key with the seed for the key."""
    key = VerifierKey(name, private.public_key().public_bytes_raw())
    return f"PRIVATE+KEY+{name}+{key.id:08x}+{encode64(ED25519 + private.private_bytes_raw())}"


def parse_skey(text: str) -> tuple[VerifierKey, Ed25519PrivateKey]:
    """Return the two halves of the signing key that this text spells.

    Raises:
        Malformed: it is none; the text is not repeated.
    """
    prefix = "PRIVATE+KEY+"
    if not text.startswith(prefix):
        raise Malformed(f"a signing key begins with {prefix}")
    name, key_id, seed = _parts(text.removeprefix(prefix))
    private = Ed25519PrivateKey.from_private_bytes(seed)
    key = VerifierKey(name, private.public_key().public_bytes_raw())
    if f"{key.id:08x}" != key_id:
        raise Malformed("a signing key's id is the beginning of the hash of its name and public key")
    return key, private


def is_name(text: str) -> bool:
    """Return whether a key may be named so."""
    return _NAME.fullmatch(text) is not None


def _parts(text: str) -> tuple[str, str, bytes]:
    parts = text.split("+", 2)
    if len(text) > MAX_VKEY or len(parts) != 3 or not is_name(parts[0]) or not _KEY_ID.fullmatch(parts[1]):
        raise Malformed("a key is a name, eight lowercase hex digits and base64, joined by +")
    content = decode64(parts[2])
    if content[:1] != ED25519 or len(content) != 1 + KEY_BYTES:
        raise Malformed("a key is of type 1, Ed25519, and has 32 bytes")
    return parts[0], parts[1], content[1:]
