"""Receipts: what shows, without asking anybody, that an entry stands at its place in a log.

Source: c2sp.org/tlog-proof@v1. The extra line is carried, never trusted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from shared.kit.audit.checkpoint import Checkpoint, open_checkpoint
from shared.kit.audit.note import MAX_NOTE_BYTES, NoteRefused
from shared.kit.audit.proof import includes
from shared.kit.audit.vkey import VerifierKey
from shared.kit.audit.wire import Malformed, decode64, decode_number, decode_proof, encode64, encode_proof

FIRST_LINE: Final = "c2sp.org/tlog-proof@v1"
MAX_EXTRA: Final = 4096  # bytes of the extra data
MAX_RECEIPT_BYTES: Final = MAX_NOTE_BYTES + 16_384


@dataclass(frozen=True, slots=True)
class Receipt:
    """An entry's index (from 0: its position less one), its proof of inclusion, and the checkpoint that it leads to."""

    index: int
    proof: tuple[bytes, ...]
    checkpoint: bytes
    extra: bytes = b""

    def to_bytes(self) -> bytes:
        """Return the receipt as it is given out, UTF-8."""
        extra = f"extra {encode64(self.extra)}\n" if self.extra else ""
        head = f"{FIRST_LINE}\n{extra}index {self.index}\n{encode_proof(self.proof)}\n"
        return head.encode() + self.checkpoint


def parse(raw: bytes) -> Receipt:
    """Return the parts of a receipt; its checkpoint is any bytes, and nothing is verified.

    Raises:
        Malformed: it is not as `Receipt.to_bytes` writes it.
    """
    head, blank, checkpoint = raw.partition(b"\n\n")
    if len(raw) > MAX_RECEIPT_BYTES or not blank or not head.isascii():
        raise Malformed("a receipt is lines of ASCII, a blank line and a checkpoint")
    first, *lines = head.decode("ascii").split("\n")
    if first != FIRST_LINE:
        raise Malformed(f"a receipt's first line is {FIRST_LINE}")
    extra = _extra(lines.pop(0)) if lines and lines[0].startswith("extra ") else b""
    if not lines or not lines[0].startswith("index "):
        raise Malformed("a receipt names the entry's index before its proof")
    index = decode_number(lines[0].removeprefix("index "))
    proof = decode_proof("".join(f"{line}\n" for line in lines[1:]))
    return Receipt(index, tuple(proof), checkpoint, extra)


def _extra(line: str) -> bytes:
    extra = decode64(line.removeprefix("extra "))
    if not 1 <= len(extra) <= MAX_EXTRA:
        raise Malformed(f"extra data has 1 to {MAX_EXTRA} bytes; without any there is no such line")
    return extra


def verify(raw: bytes, leaf_hash: bytes, keys: Sequence[VerifierKey], origin: str) -> tuple[int, Checkpoint]:
    """Return the index at which the entry with this leaf hash stands, and the signed checkpoint that says so.

    Raises:
        Malformed: see `parse`.
        NoteRefused: the checkpoint is not signed for this log (see `open_checkpoint`), or the proof does not lead
            from this entry to it.
    """
    receipt = parse(raw)
    checkpoint = open_checkpoint(receipt.checkpoint, keys, origin)
    if not includes(checkpoint.root, checkpoint.size, receipt.index, leaf_hash, receipt.proof):
        raise NoteRefused(f"the proof does not lead from this entry at index {receipt.index} to the signed root")
    return receipt.index, checkpoint
