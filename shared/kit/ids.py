"""Identifiers made in the application, so that they come in with the command."""

import os
import time
from uuid import UUID


def uuid7() -> str:
    """Return a new UUID version 7 as 36 lower-case characters: 48 bits of Unix milliseconds, then 74 random bits.

    Source: RFC 9562, section 5.7. Sorts by time of making to the millisecond; within one it is random.
    """
    raw = bytearray((time.time_ns() // 1_000_000).to_bytes(6, "big") + os.urandom(10))
    raw[6] = 0x70 | (raw[6] & 0x0F)
    raw[8] = 0x80 | (raw[8] & 0x3F)
    return str(UUID(bytes=bytes(raw)))
