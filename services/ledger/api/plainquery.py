"""The query of a standing, read without the framework where nothing about it is in doubt."""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from services.ledger.rendering import NOTHING_ASKED, Asked
from shared.kit.fields import parse_instant

MAX_QUERY: Final = 300  # bytes: room for every parameter with all its characters escaped

_position: Final = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


def plainly_asked(query: bytes) -> Asked | None:
    """Return the clocks that a query string names, or None: the route has to look at it, and refuse it perhaps."""
    if not query:
        return NOTHING_ASKED
    if len(query) > MAX_QUERY:
        return None
    try:
        given = parse_qsl(query.decode("ascii"), keep_blank_values=True, strict_parsing=True)
        named = {name: _READ[name](value) for name, value in given}
    except (KeyError, ValueError):
        return None
    return Asked(**named) if len(named) == len(given) else None


def _number(value: str) -> int:
    if not _position.fullmatch(value):
        raise ValueError("not written as a number is")
    return int(value)


_READ: Final[Mapping[str, Callable[[str], Any]]] = {
    "as_of": parse_instant,
    "known_at": parse_instant,
    "known_position": _number,
}
