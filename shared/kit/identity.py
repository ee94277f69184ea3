"""Who is asking: what a verified token says, and the roles that `make token` knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Principal:
    """A verified caller. `sub` is opaque and enters events; `seller_id` and `complainant_id` bind a seller or buyer."""

    issuer: str
    sub: str
    scopes: frozenset[str]
    seller_id: str | None = None
    complainant_id: str | None = None


ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "complainant": ("complaints:file",),
    "intake": ("complaints:file",),
    "seller": ("complaints:respond", "standing:read:self"),
    "officer": ("cases:handle", "cases:decide", "cases:confirm", "standing:read"),
    "reviewer": ("appeals:review", "standing:read"),
    "supervisor": ("cases:handle", "cases:supervise", "standing:read"),
    "service": ("standing:read", "feed:read"),
    "follower": ("feed:read",),
    "auditor": ("audit:read", "feed:read", "standing:read"),
    "analyst": ("rulebook:simulate", "standing:read"),
    "monitor": ("metrics:read",),
    "importer": ("import",),
    "admin": ("admin", "cases:handle", "standing:read", "feed:read", "metrics:read"),
}
