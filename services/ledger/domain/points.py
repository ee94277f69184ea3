"""Points of one track through the years: what is carried into a year and what comes new in it. Source: R1, R2, R13.

No job clears anything: a total is computed from the entries whenever it is asked for.
"""

from functools import lru_cache
from typing import NamedTuple

from services.ledger.domain.years import LAST_YEAR, last_boundary, year_start
from shared.rulebook.model import Timeline


class Tally(NamedTuple):
    """Points of a track at some moment of a Shanghai year: carried into it, and new in it. Never negative."""

    year: int
    carried: int
    new: int

    @property
    def total(self) -> int:
        """The points that count: carried and new ones together."""
        return self.carried + self.new

    def plus(self, points: int) -> "Tally":
        """Return the tally with `points` more, new ones."""
        return Tally(self.year, self.carried, self.new + points)


def cleared(tally: Tally, track: str, timeline: Timeline) -> Tally:
    """Return the tally of the year after: what the year-end rule (清零) of that 1 January leaves of this one.

    Where no version is in force then, or it does not know the track, nothing is carried.
    """
    following = tally.year + 1
    version = timeline.at(year_start(following))
    rules = version.tracks.get(track) if version is not None else None
    for band in rules.year_end if rules is not None else ():
        if (tally.total if band.measure == "total" else tally.new) >= band.at_least:
            return Tally(following, tally.total if band.carry is None else band.carry, 0)
    return Tally(following, 0, 0)


def into_year(tally: Tally, year: int, track: str, timeline: Timeline) -> Tally:
    """Return the tally as it stands in `year`, nothing having come new since; itself for its own year."""
    while tally.year < year:
        tally = cleared(tally, track, timeline)
    return tally


@lru_cache(maxsize=1024)
def coming_years(tally: Tally, track: str, timeline: Timeline) -> tuple[Tally, ...]:
    """Return the tallies of the following years, nothing coming new, for as long as they may still change.

    Ends with the year from which on every later one is equal: the same points, and no other version to come.
    """
    boundary = last_boundary(timeline)
    years: list[Tally] = []
    while tally.year < LAST_YEAR:
        following = cleared(tally, track, timeline)
        years.append(following)
        steady = following.total == tally.total and tally.new == 0
        if steady and (boundary is None or year_start(following.year) >= boundary):
            break
        tally = following
    return tuple(years)
