"""Proofs of one log as they are given out: to the checkpoint of now, or at any size that the log once had."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from shared.kit.audit.notary import Signed
from shared.kit.audit.tree import consistency_proof, inclusion_proofs, root_at
from shared.kit.audit.witness import Unsigned, Witness
from shared.kit.log.model import EventLog

MAX_POSITIONS: Final = 100  # that are proven at once


class NotInTheLog(Exception):
    """The log has never been as large as what was asked about; `size` is how large it is."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


class Included(NamedTuple):
    """That leaves are in the tree of `size` leaves with this root: hash and proof of each, in the order asked for.

    `checkpoint` is the note that signs this size, None where the last one signs another, or none can be had.
    """

    size: int
    root: bytes
    leaf_hashes: list[bytes]
    proofs: list[list[bytes]]
    checkpoint: bytes | None


class Continued(NamedTuple):
    """That the tree of `to` leaves continues the one of `since`; `checkpoint` as in `Included`, of `to`."""

    to: int
    proof: list[bytes]
    checkpoint: bytes | None


class Proofs:
    """Proves what a log has committed. Calls block; all raise `LogUnavailable`, and `LookupError` of a damaged log."""

    def __init__(self, log: EventLog, witness: Witness) -> None:
        self._log, self._witness = log, witness

    def included(self, positions: Sequence[int], size: int | None) -> Included:
        """Return the proofs of these positions (from 1) at `size`; None: at that of the checkpoint of now.

        Raises:
            NotInTheLog: a position is above the size, or the size above the log's.
            Unsigned: without `size`, and there is no checkpoint.
        """
        size, signed = self._at(size)
        if max(positions) > size:
            raise NotInTheLog(size)
        nodes, indices = self._witness.nodes, [position - 1 for position in positions]
        leaves = list(nodes.read([(0, index) for index in indices]))
        root = signed.checkpoint.root if signed else root_at(nodes, size)
        return Included(size, root, leaves, inclusion_proofs(nodes, indices, size), signed and signed.note)

    def continued(self, since: int, to: int | None) -> Continued:
        """Return the proof that the tree of `to` leaves begins with the first `since`; None: to the checkpoint of now.

        Raises:
            NotInTheLog: `since` is above `to`, or `to` above the log's size.
            Unsigned: without `to`, and there is no checkpoint.
        """
        to, signed = self._at(to)
        if since > to:
            raise NotInTheLog(to)
        return Continued(to, consistency_proof(self._witness.nodes, since, to), signed and signed.note)

    def receipt(self, position: int) -> bytes:
        """Return a receipt of a position (from 1), to the checkpoint of now.

        Raises:
            NotInTheLog: the position is above the log's size.
            Unsigned: there is no checkpoint.
        """
        size, signed = self._at(None)
        if signed is None or position > size:
            raise NotInTheLog(size)
        return self._witness.proven([position], signed)[0].to_bytes()

    def _at(self, size: int | None) -> tuple[int, Signed | None]:
        """Return the size that is meant, and the checkpoint of that size where there is one."""
        if size is None:
            signed = self._witness.checkpoint()
            return signed.checkpoint.size, signed
        head = self._log.head().position
        if size > head:
            raise NotInTheLog(head)
        if size < head:
            return size, None
        try:
            signed = self._witness.checkpoint()
        except Unsigned:
            return size, None
        return size, signed if signed.checkpoint.size == size else None
