"""What of two logs a replay keeps for its second pass."""

from datetime import datetime
from typing import Final, NamedTuple

from services.ledger.replay.scanning import PIECE, Spooled

NO_END: Final = 2**62


class Until(NamedTuple):
    """What of the cases log counts, both inclusive: up to a position, recorded up to an instant (None: to its head)."""

    position: int = NO_END
    recorded_at: datetime | None = None

    def holds(self, event: Spooled) -> bool:
        """Return whether a fact counts."""
        early = self.recorded_at is None or event.recorded_at <= self.recorded_at
        return event.position <= self.position and early


class Keeping(NamedTuple):
    """Whose events are kept (None: everybody's), of how many entries a digest is, and how many events are a piece.

    A piece is a power of two.
    """

    seller: str | None
    window: int
    piece: int = PIECE
