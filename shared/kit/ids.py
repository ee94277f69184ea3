"""Identifiers made in the application, so that they come in with the command."""

import os
import time


def uuid7() -> str:
    """Return a new UUID version 7 as 36 lower-case characters: 48 bits of Unix milliseconds, then 74 random bits.

    Source: RFC 9562, section 5.7. Sorts by time of making to the millisecond; within one it is random.
    """
    random = int.from_bytes(os.urandom(10), "big") & 0x0FFF_3FFF_FFFF_FFFF_FFFF
    digits = f"{time.time_ns() // 1_000_000 << 80 | 0x7000_8000_0000_0000_0000 | random:032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
