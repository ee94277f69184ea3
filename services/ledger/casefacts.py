"""What a feed delivers to an account: one fact of the cases log, read as a command, and what cannot be read."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

import msgspec

from services.ledger.domain.commands import FactCommand


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A known fact whose data does not keep its contract: its account is quarantined for this reason."""

    reason: str


Asked: TypeAlias = FactCommand | Unreadable


class CaseFact(msgspec.Struct, frozen=True):
    """One event of the cases log that counts: whose account, which case, where it stands, what it asks for.

    `state` is the event's bytes, kept for the case that it has to wait.
    """

    id: str
    seller: str
    case: str
    position: int
    recorded_at: datetime
    command: Asked
    state: bytes


class FollowerAlarm(Exception):
    """The cases log says what this ledger must not pass over: following stops here until somebody has looked.

    `code` is stable, `position` the cases position that was met (0: the page as a whole).
    """

    def __init__(self, code: str, position: int, detail: str) -> None:
        super().__init__(f"{code} at cases position {position}: {detail}")
        self.code, self.position, self.detail = code, position, detail


class Unpublishable(ValueError):
    """What came of a fact cannot be written as an event: too long, or not ASCII."""
