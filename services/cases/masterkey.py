"""The key that wraps every other key of the vault: a file outside the database, made at the first start, mode 0600.

Who has the database without this file has nothing to read; who loses the file loses the vault.
"""

import json
import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.kit.ids import uuid7
from shared.kit.placing import place

KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12


class VaultLocked(Exception):
    """The vault cannot be opened with what is there: the key file is missing, damaged or another one."""


@dataclass(frozen=True, slots=True)
class MasterKey:
    """The key-encryption key: its public id, and its secret, which no representation shows."""

    id: str
    secret: bytes = field(repr=False)

    def wrap(self, name: str, key: bytes) -> bytes:
        """Return `key` encrypted under this one, bound to its `name`."""
        nonce = os.urandom(NONCE_BYTES)
        return nonce + AESGCM(self.secret).encrypt(nonce, key, self._bound_to(name))

    def unwrap(self, name: str, wrapped: bytes) -> bytes:
        """Return the key that `wrap` was given under that name.

        Raises:
            VaultLocked: it was wrapped under another key or name, or was changed.
        """
        try:
            return AESGCM(self.secret).decrypt(wrapped[:NONCE_BYTES], wrapped[NONCE_BYTES:], self._bound_to(name))
        except InvalidTag:
            raise VaultLocked("a key of the vault cannot be unwrapped with this master key") from None

    def _bound_to(self, name: str) -> bytes:
        return f"demerit vault key\0{self.id}\0{name}".encode()


def ensure_master_key(path: Path, *, may_make: Callable[[], bool]) -> MasterKey:
    """Return the key in the file, making it first where it is missing and `may_make()` says so.

    Idempotent, also among processes that start at once: the first file that is complete on disk stays.

    Raises:
        VaultLocked: the file holds no key, or is missing where a key was in use already.
    """
    if not path.exists():
        if not may_make():
            raise VaultLocked("the vault holds data, and the key file that opens it is missing")
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileExistsError):
            fresh = {"id": uuid7(), "key": os.urandom(KEY_BYTES).hex()}
            place(path, json.dumps(fresh).encode("ascii"), replace=False)
    try:
        content = json.loads(path.read_text("ascii"))
        key = MasterKey(str(content["id"]), bytes.fromhex(content["key"]))
    except (ValueError, KeyError, TypeError):
        raise VaultLocked("the vault's key file holds no key") from None
    if len(key.secret) != KEY_BYTES:
        raise VaultLocked(f"the vault's key has {KEY_BYTES} bytes")
    return key
