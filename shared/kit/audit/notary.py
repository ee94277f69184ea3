"""Signs checkpoints of one log, and refuses what contradicts the last one.

Source: c2sp.org/tlog-checkpoint: a log must not sign a checkpoint that is inconsistent with any that it signed.
"""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import Literal, TypeAlias

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


class Notary:
    """Signs for the log of one name. Safe from threads; one process at a time signs for a log."""

    def __init__(
        self, origin: str, signers: Sequence[Signs], known: Sequence[VerifierKey], last_signed: LastSigned
    ) -> None:
        """`known` are all keys that the log ever signed with.

        Raises:
            LastSignedUnreadable: see `LastSigned.load`.
        """
        self._origin, self._signers, self._last_signed = origin, tuple(signers), last_signed
        self._last = last_signed.load([*known, *(one.key for one in signers if one.key not in known)], origin)
        self._note: bytes | None = None
        self._lock = Lock()

    def sign(self, size: int, root: bytes, root_at: Callable[[int], bytes]) -> bytes:
        """Return the signed checkpoint of a tree that is committed; the same again for the same tree.

        `root_at` computes, from the stored nodes, the root that the tree had at a smaller size.

        Raises:
            SigningRefused: the tree is smaller than the one signed last, or does not begin with it.
            SignerUnavailable: see `SocketSigner`; nothing was signed.
        """
        checkpoint = Checkpoint(self._origin, size, root)
        with self._lock:
            if self._note is not None and checkpoint == self._last:
                return self._note
            self._refuse(checkpoint, root_at)
            note = sign(checkpoint, self._signers)
            self._last_signed.keep(note)
            self._last, self._note = checkpoint, note
            return note

    def _refuse(self, checkpoint: Checkpoint, root_at: Callable[[int], bytes]) -> None:
        last = self._last
        if last is None:
            return
        if checkpoint.size < last.size:
            raise SigningRefused("smaller", f"{last.size} leaves were signed, the log has {checkpoint.size}")
        then = checkpoint.root if checkpoint.size == last.size else root_at(last.size)
        if then != last.root:
            raise SigningRefused("inconsistent", f"the first {last.size} leaves are not those that were signed")
