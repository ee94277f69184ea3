"""Calendar years of the rulebook's zone: points clear at their boundaries. Source: domain rules §4, R1, R2."""

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

from shared.rulebook.model import ZONE, Timeline

LAST_YEAR: Final = 9998  # the last year whose end is an instant that can be written down
_END: Final = datetime(LAST_YEAR, 12, 31, tzinfo=UTC)


@lru_cache(maxsize=1024)
def year_start(year: int) -> datetime:
    """Return 1 January 00:00 in Shanghai of `year` (1 to 9999), as a UTC instant: the first one of the year."""
    return datetime(year, 1, 1, tzinfo=ZONE).astimezone(UTC)


def year_of(instant: datetime) -> int:
    """Return the Shanghai year in which `instant` lies; the last moments that can be written count to 9998."""
    return LAST_YEAR if instant >= _END else instant.astimezone(ZONE).year


def last_boundary(timeline: Timeline) -> datetime | None:
    """Return the last instant at which another version, or none, comes into force; None for an empty timeline."""
    return timeline.boundaries[-1] if timeline.boundaries else None
