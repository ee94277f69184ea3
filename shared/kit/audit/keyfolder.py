"""A log's signing keys as files of one folder: made at the first start, several at a time while one follows another.

`<id>.key` holds a key that signs, for its owner's eyes only; `verifier-keys` lists every key that ever did, oldest
first, for whoever verifies what was signed with one that is retired by now.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from shared.kit.audit.note import Signs
from shared.kit.audit.signer import LocalSigner
from shared.kit.audit.vkey import VerifierKey, parse_skey, parse_vkey, spell_skey
from shared.kit.audit.wire import Malformed
from shared.kit.placing import place, sync

KNOWN_FILE: Final = "verifier-keys"
LOCK_FILE: Final = ".lock"


class KeysUnusable(Exception):
    """The folder's keys cannot be used as they are; the message says what would have to be true."""


class KeyFolder:
    """The keys of the log of one name. Safe among processes that start at once."""

    def __init__(self, folder: Path, name: str) -> None:
        """Nothing is read or made yet."""
        self._folder, self._name = folder, name

    @staticmethod
    def name_in(folder: Path) -> str | None:
        """Return the name of the keys in a folder, None where there are none.

        Raises:
            KeysUnusable: the list of keys is damaged.
        """
        keys = _listed(folder)
        return keys[0].name if keys else None

    def open(self, *elsewhere: Signs) -> list[Signs]:
        """Return what signs, oldest first: the keys here, and those that somebody else holds, `elsewhere`. Idempotent.

        At the first start there is a key here, made now, unless another one is held elsewhere.

        Raises:
            KeysUnusable: a key can be read or written by others, is of another name or damaged, or all are gone.
        """
        with self._locked():
            signers: list[Signs] = [*self._signers(), *elsewhere]
            self._of_this_name("the key held elsewhere", [one.key for one in elsewhere])
            if not signers and not self.known():
                signers = [self._make()]
            if not signers:
                raise KeysUnusable(f"{self._folder} holds no key of those in {KNOWN_FILE}: put one back")
            self._list([signer.key for signer in signers])
            order = {key: at for at, key in enumerate(self.known())}
        return sorted(signers, key=lambda signer: order[signer.key])

    def known(self) -> list[VerifierKey]:
        """Return every key that ever signed, oldest first; empty before the first start.

        Raises:
            KeysUnusable: the list is damaged or holds keys of another name.
        """
        keys = _listed(self._folder)
        self._of_this_name(self._folder / KNOWN_FILE, keys)
        return keys

    def rotate(self, *elsewhere: Signs) -> VerifierKey:
        """Make one more key, which signs beside those that are there from the next `open` on; return its public half.

        Raises:
            KeysUnusable: see `open`.
        """
        self.open(*elsewhere)
        with self._locked():
            made = self._make().key
            self._list([made])
        return made

    def retire(self, key_id: int, *elsewhere: Signs) -> None:
        """Delete a key: it signs no more from the next `open` on, and stays known for ever.

        Raises:
            KeysUnusable: it does not sign, or it is the only one that does: rotate first.
        """
        if len(self.open(*elsewhere)) == 1 or not self._path(key_id).exists():
            raise KeysUnusable("the key to retire lies here and is one of at least two that sign: rotate first")
        with self._locked():
            self._path(key_id).unlink()
            sync(self._folder)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._folder / LOCK_FILE, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX)
            yield
        finally:
            os.close(descriptor)

    def _path(self, key_id: int) -> Path:
        return self._folder / f"{key_id:08x}.key"

    def _make(self) -> LocalSigner:
        private = Ed25519PrivateKey.generate()
        key = VerifierKey(self._name, private.public_key().public_bytes_raw())
        place(self._path(key.id), f"{spell_skey(self._name, private)}\n".encode())
        return LocalSigner(key, private)

    def _signers(self) -> list[LocalSigner]:
        return [self._signer(path) for path in sorted(self._folder.glob("*.key"))]

    def _signer(self, path: Path) -> LocalSigner:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise KeysUnusable(f"{path} is for its owner alone: chmod 600")
        try:
            key, private = parse_skey(path.read_text("utf-8").removesuffix("\n"))
        except (Malformed, UnicodeDecodeError) as damaged:
            raise KeysUnusable(f"{path} is one signing key: {damaged}") from None
        self._of_this_name(path, [key])
        return LocalSigner(key, private)

    def _of_this_name(self, path: Path | str, keys: list[VerifierKey]) -> None:
        for key in keys:
            if key.name != self._name:
                raise KeysUnusable(f"{path} is of {key.name}; the keys of this log are named {self._name}")

    def _list(self, keys: list[VerifierKey]) -> None:
        """List keys that are not listed yet: a key signs only after that."""
        known = self.known()
        if new := [key for key in keys if key not in known]:
            lines = "".join(f"{key}\n" for key in known + new)
            place(self._folder / KNOWN_FILE, lines.encode(), mode=0o644)


def _listed(folder: Path) -> list[VerifierKey]:
    path = folder / KNOWN_FILE
    try:
        return [parse_vkey(line) for line in path.read_text("utf-8").splitlines()] if path.exists() else []
    except ValueError as damaged:
        raise KeysUnusable(f"{path} is one verifier key a line: {damaged}") from None
