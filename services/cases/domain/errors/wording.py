"""How refusals write instants and lists."""

from collections.abc import Iterable
from datetime import UTC, datetime


def instant(at: datetime) -> str:
    """Return the instant as RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def listed(codes: Iterable[str]) -> str:
    """Return the codes as a list to read, "none" for an empty one."""
    return ", ".join(codes) or "none"
