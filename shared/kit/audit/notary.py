"""Signs checkpoints of one log, and refuses what contradicts the last one.

Source: c2sp.org/tlog-checkpoint: a log must not sign a checkpoint that is inconsistent with any that it signed.
"""

import time
from collections.abc import Callable, Sequence
from threading import Lock
from typing import Literal, NamedTuple, TypeAlias

from shared.kit.audit import note
from shared.kit.audit.checkpoint import Checkpoint, sign
from shared.kit.audit.lastsigned import LastSigned
from shared.kit.audit.note import Signs
from shared.kit.audit.vkey import VerifierKey

Reason: TypeAlias = Literal["smaller", "inconsistent"]


class SigningRefused(Exception):
    """The tree does not continue the one that was signed last: the database is an older copy, or was changed."""

    def __init__(self, reason: Reason, message: str) -> None:
        """`reason` is for programs: `smaller` or `inconsistent`."""
        super().__init__(message)
        self.reason: Reason = reason


class Extent(NamedTuple):
    """How far a tree has grown: its leaves, and its root."""

    size: int
    root: bytes


class Signed(NamedTuple):
    """A checkpoint, and the note with which it was signed."""

    checkpoint: Checkpoint
    note: bytes


class Notary:
    """Signs for the log of one name. Safe from threads; processes of one host sign in turns.

    `asked_s` says for how many seconds the last call of `sign` that returned had asked the signers, 0 if it had not.
    """

    def __init__(
        self,
        origin: str,
        signers: Sequence[Signs],
        known: Callable[[], Sequence[VerifierKey]],
        last_signed: LastSigned,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`known` tells all keys that the log ever signed with, also in another process meanwhile.

        Raises:
            LastSignedUnreadable, TurnTaken: see `LastSigned`.
        """
        self._origin, self._signers, self._known, self._last_signed = origin, tuple(signers), known, last_signed
        self._clock, self.asked_s = clock, 0.0
        self._note: bytes | None = None
        with last_signed.turn():
            self._last = self._load()
        self._lock = Lock()

    def sign(self, grown: Callable[[], Extent], root_at: Callable[[int], bytes]) -> Signed:
        """Return the signed checkpoint of the tree that is committed; the same again for the same tree.

        `grown` tells how far it has grown, and is asked when it is this process's turn: so nobody has signed more.
        `root_at` computes, from the stored nodes, the root that the tree had at a smaller size.

        Raises:
            SigningRefused: the tree is smaller than the one signed last, or does not begin with it.
            SignerUnavailable: see `SocketSigner`; nothing was signed.
            LastSignedUnreadable, TurnTaken: see `LastSigned`.
            KeysUnusable: the keys known cannot be told; see `KeyFolder.known`.
            OSError: what is signed cannot be kept.
        """
        with self._lock, self._last_signed.turn():
            if self._last_signed.moved():
                self._last, self._note = self._load(), None
            checkpoint = Checkpoint(self._origin, *grown())
            if self._note is not None and checkpoint == self._last:
                self.asked_s = 0.0
                return Signed(checkpoint, self._note)
            self._refuse(checkpoint, root_at)
            began = self._clock()
            signed = sign(checkpoint, self._signers)
            self.asked_s = self._clock() - began
            self._last_signed.keep(signed)
            self._last, self._note = checkpoint, signed
            return Signed(checkpoint, signed)

    def attest(self, text: str) -> bytes:
        """Return the signed note of a text that is no checkpoint: its first line is not the log's name.

        Raises:
            ValueError: it could be taken for a checkpoint.
            SignerUnavailable: see `SocketSigner`; nothing was signed.
            Malformed: see `note.sign`.
        """
        if text.partition("\n")[0] == self._origin:
            raise ValueError("what is signed beside checkpoints does not begin as they do")
        return note.sign(text, self._signers)

    def flush(self) -> None:
        """Make durable what was signed last. To be called once a second; raises `OSError` and `TurnTaken`."""
        self._last_signed.flush()

    def _load(self) -> Checkpoint | None:
        known = self._known()
        keys = [*known, *(one.key for one in self._signers if one.key not in known)]
        return self._last_signed.load(keys, self._origin)

    def _refuse(self, checkpoint: Checkpoint, root_at: Callable[[int], bytes]) -> None:
        last = self._last
        if last is None:
            return
        if checkpoint.size < last.size:
            raise SigningRefused("smaller", f"{last.size} leaves were signed, the log has {checkpoint.size}")
        then = checkpoint.root if checkpoint.size == last.size else root_at(last.size)
        if then != last.root:
            raise SigningRefused("inconsistent", f"the first {last.size} leaves are not those that were signed")
