"""Numbers and hashes as the audit formats write them: one spelling each, every other is refused."""

import base64
import binascii
import re
from collections.abc import Sequence
from typing import Final

from shared.kit.audit.tree import MAX_SIZE
from shared.kit.log.merkle import HASH_BYTES

MAX_PROOF: Final = 64  # hashes: one a level, and one more where a consistency proof begins inside the old tree
_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


class Malformed(ValueError):
    """The bytes are not what they are said to be; the message says what would have to be true."""


def encode64(content: bytes) -> str:
    """Return standard base64 with padding. Source: RFC 4648, section 4."""
    return base64.b64encode(content).decode("ascii")


def decode64(text: str) -> bytes:
    """Return what this standard base64 spells.

    Raises:
        Malformed: another alphabet, blanks, wrong padding, or bits behind the end: not how `encode64` spells it.
    """
    try:
        content = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error):
        content = None
    if content is None or encode64(content) != text:
        raise Malformed("base64 is of the standard alphabet, padded, with no bits set behind its end")
    return content


def decode_hash(text: str) -> bytes:
    """Return the 32 bytes of a hash in base64; raises `Malformed` where it is anything else."""
    content = decode64(text)
    if len(content) != HASH_BYTES:
        raise Malformed(f"a hash has {HASH_BYTES} bytes")
    return content


def decode_number(text: str) -> int:
    """Return the number that these decimal digits spell, 0 to `MAX_SIZE`; raises `Malformed` for any other text."""
    if not _DECIMAL.fullmatch(text) or int(text) > MAX_SIZE:
        raise Malformed("a size or index is decimal digits without leading zeros, at most 2^63 - 1")
    return int(text)


def encode_proof(proof: Sequence[bytes]) -> str:
    """Return the hashes of a proof in base64, one a line, each line ended; empty for none."""
    return "".join(f"{encode64(one)}\n" for one in proof)


def decode_proof(text: str) -> list[bytes]:
    """Return the hashes of a proof; raises `Malformed` unless it is as `encode_proof` writes it."""
    *lines, rest = text.split("\n")
    if rest or len(lines) > MAX_PROOF:
        raise Malformed(f"a proof is at most {MAX_PROOF} lines, each ended by a newline")
    return [decode_hash(line) for line in lines]
