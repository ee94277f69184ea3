"""What reading or folding values raises that somebody has changed: none of it ends a verification."""

from typing import Final

import msgspec

UNREADABLE: Final = (
    ArithmeticError,  # instants beyond the years of a calendar
    AssertionError,
    AttributeError,
    LookupError,
    RecursionError,  # lists in lists without end
    TypeError,
    ValueError,
    msgspec.MsgspecError,
)
