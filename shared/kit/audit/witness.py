"""Signs what a log has committed and proves it, for all who ask; what cannot be signed now keeps nobody waiting.

A write is on disk before it is signed. So a signer that refuses or is away fails no write: its receipt is left out, the
health check says why, and the witness tries again of itself, once a second. Nor is a slow signer asked by anybody
else for a while.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from threading import Event, Lock
from typing import Any, Final, Literal, NamedTuple, TypeAlias

import structlog

from shared.kit.audit.keyfolder import KeysUnusable
from shared.kit.audit.lastsigned import LastSignedUnreadable, TurnTaken
from shared.kit.audit.notary import Extent, Notary, Signed, SigningRefused
from shared.kit.audit.receipt import Receipt
from shared.kit.audit.signer import SignerUnavailable
from shared.kit.audit.tree import Nodes, StoredNodes, inclusion_proofs, root_at
from shared.kit.audit.vkey import VerifierKey
from shared.kit.log.merkle import root
from shared.kit.log.model import EventLog, LogUnavailable

EVERY_S: Final = 1.0  # between two looks at what has to be signed, made durable or tried again
WAIT_S: Final = 1.0  # longest that a receipt waits for others who sign
SLOW_S: Final = 0.5  # longest that signers take, or a failure, that are not slow
REST_S: Final = 10.0  # after that, in which no write waits for them again

Code: TypeAlias = Literal["signing_refused", "signer_unavailable", "not_primary"]

_log: Final = structlog.get_logger(__name__)


class Trouble(NamedTuple):
    """Why nothing is signed: refused, until the database is another one; not to be had now; or this is only a copy."""

    code: Code
    reason: str


class Unsigned(Exception):
    """There is no checkpoint now."""

    def __init__(self, trouble: Trouble) -> None:
        super().__init__(trouble.reason)
        self.trouble = trouble


class Witness:
    """Checkpoints, receipts and nodes of one log. All calls may block; safe from threads."""

    def __init__(
        self,
        log: EventLog,
        notary: Notary,
        known: Callable[[], Sequence[VerifierKey]],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`known` tells all keys that the log ever signed with, oldest first."""
        self._log, self._notary, self._known, self._clock = log, notary, known, clock
        self._slow_until: float | None = None
        self.nodes: Nodes = StoredNodes(log.nodes)
        self.left_out = 0  # receipts that could not be given
        self._signed: Signed | None = None
        self._trouble: Trouble | None = None
        self._signing = Lock()

    def checkpoint(self) -> Signed:
        """Return the signed checkpoint of all that is committed.

        Raises:
            Unsigned: it cannot be signed; the reason stands until the witness itself has tried again.
        """
        with self._signing:
            if self._trouble:
                raise Unsigned(self._trouble)
            self._demand_primary()
            return self._sign()

    def known(self) -> Sequence[VerifierKey]:
        """Return every key that ever signed for the log, oldest first.

        Raises:
            Unsigned: the keys cannot be told.
        """
        try:
            return self._known()
        except KeysUnusable as damaged:
            raise Unsigned(Trouble("signing_refused", str(damaged))) from None
        except OSError as failed:
            raise Unsigned(Trouble("signer_unavailable", f"{type(failed).__name__}: {failed}")) from None

    def attest(self, text: str) -> bytes:
        """Return the signed note of a text that is no checkpoint; see `Notary.attest`.

        Raises:
            Unsigned: the log itself cannot be signed now, or who signs cannot be asked.
        """
        trouble = self._trouble
        if trouble is not None:
            raise Unsigned(trouble)
        try:
            return self._notary.attest(text)
        except SignerUnavailable as failed:
            raise Unsigned(Trouble("signer_unavailable", str(failed))) from None

    def receipts(self, positions: Sequence[int]) -> list[str | None]:
        """Return a receipt for each committed position, all to one checkpoint; None for all where that cannot be."""
        if not positions:
            return []
        try:
            signed = self._covering(max(positions))
            return [one.to_bytes().decode() for one in self.proven(positions, signed)]
        except (Unsigned, LogUnavailable, LookupError):
            self.left_out += len(positions)
            return [None] * len(positions)

    def proven(self, positions: Sequence[int], signed: Signed) -> list[Receipt]:
        """Return the receipts of positions that a checkpoint covers.

        Raises:
            LookupError, LogUnavailable: the log does not have the nodes, or cannot give them.
        """
        indices = [position - 1 for position in positions]
        proofs = inclusion_proofs(self.nodes, indices, signed.checkpoint.size)
        return [Receipt(index, tuple(proof), signed.note) for index, proof in zip(indices, proofs, strict=True)]

    def look(self) -> None:
        """Sign what is committed, also where that could not be before, and make durable what was signed."""
        with suppress(Unsigned), self._signing:  # `check` tells it
            self._demand_primary()
            self._sign()
        try:
            self._notary.flush()
        except (OSError, TurnTaken) as failed:
            _log.warning("signed_not_flushed", reason=type(failed).__name__)

    def keep_up(self, stop: Event) -> None:
        """Look at once and then once a second, until `stop` is set; and once more then."""
        while not stop.is_set():
            self.look()
            stop.wait(EVERY_S)
        self.look()

    def check(self) -> tuple[bool, Mapping[str, Any]]:
        """Return whether the log continues what was signed, and up to where it is signed; a code where it is not all.

        A copy of the log has nothing to sign, and is well. So is a log whose signer is away: nothing waits for it.
        """
        signed, trouble = self._signed, self._trouble
        size = signed.checkpoint.size if signed else 0
        well = signed is not None if trouble is None else trouble.code != "signing_refused"
        code = trouble.code if trouble else "signer_unavailable" if self._slow() else None
        return well, {"signed": size, **({"reason": code} if code else {})}

    def _covering(self, position: int) -> Signed:
        """Return a checkpoint that has the position in it: the last one, or one that is signed now."""
        signed, trouble = self._signed, self._trouble
        if trouble is None and signed and signed.checkpoint.size >= position:
            return signed
        if trouble := trouble or self._slow():
            raise Unsigned(trouble)
        if not self._signing.acquire(timeout=WAIT_S):
            raise Unsigned(Trouble("signer_unavailable", "who is signing would have to come to an end"))
        try:
            signed = self._signed
            if self._trouble:
                raise Unsigned(self._trouble)
            if signed and signed.checkpoint.size >= position:
                return signed
            if slow := self._slow():
                raise Unsigned(slow)
            return self._sign()
        finally:
            self._signing.release()

    def _slow(self) -> Trouble | None:
        """Return why no write waits for the signers now, or None."""
        until = self._slow_until
        if until is None or self._clock() >= until:
            return None
        return Trouble("signer_unavailable", f"who signs would have to take less than {SLOW_S} s")

    def _rest_after(self, seconds: float) -> None:
        if seconds > SLOW_S:
            _log.warning("signer_slow", seconds=round(seconds, 3))
            self._slow_until = self._clock() + REST_S

    def _demand_primary(self) -> None:
        """A copy may show what its primary, once lost, will not have kept. Who has just written need not ask."""
        try:
            if self._log.is_primary():
                return
        except LogUnavailable:
            return  # signing meets it again, and tells
        self._trouble = Trouble("not_primary", "the log would have to be read where it is written")
        raise Unsigned(self._trouble)

    def _sign(self) -> Signed:
        """Sign what is committed, as the one who has the lock, and remember what came of it."""
        began = self._clock()
        try:
            signed = self._notary.sign(self._grown, self._root_at)
        except (SigningRefused, LastSignedUnreadable, KeysUnusable, LookupError) as refused:
            trouble = Trouble("signing_refused", str(refused))
        except (SignerUnavailable, TurnTaken, LogUnavailable, OSError) as failed:
            trouble = Trouble("signer_unavailable", f"{type(failed).__name__}: {failed}")
        else:
            self._signed, self._trouble = signed, None
            self._rest_after(self._notary.asked_s)
            return signed
        self._rest_after(self._clock() - began)
        if trouble != self._trouble:
            _log.error(trouble.code, reason=trouble.reason)
        self._trouble = trouble
        raise Unsigned(trouble)

    def _grown(self) -> Extent:
        head = self._log.head()
        return Extent(head.position, root(head.frontier))

    def _root_at(self, size: int) -> bytes:
        return root_at(self.nodes, size)
