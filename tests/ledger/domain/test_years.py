"""Years of the zone at their edges, and tallies over many of them."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from services.ledger.domain.points import Tally, coming_years, into_year
from services.ledger.domain.years import LAST_YEAR, last_boundary, year_of, year_start
from shared.rulebook.model import Timeline, Track, YearEnd
from tests.support.ladders import COUNTERFEIT_BOOK, SEED, default_version, shanghai, with_tracks
from tests.support.ledger_story import Story

SMALLEST = timedelta(microseconds=1)


@pytest.mark.parametrize("year", [1991, 2012, 2024, 2025, LAST_YEAR])
def test_a_year_begins_at_midnight_in_shanghai(year: int) -> None:
    """Sixteen o'clock of the day before, in UTC; one microsecond earlier it is the year before."""
    start = year_start(year)
    assert start == datetime(year - 1, 12, 31, 16, tzinfo=UTC)
    assert (year_of(start), year_of(start - SMALLEST)) == (year, year - 1)


def test_the_offset_an_instant_is_written_with_does_not_matter() -> None:
    """The same instant told from two places lies in the same year."""
    instant = datetime(2024, 12, 31, 16, 30, tzinfo=UTC)
    assert year_of(instant) == year_of(instant.astimezone(timezone(timedelta(hours=-5)))) == 2025


def test_the_edges_of_the_calendar_can_be_asked() -> None:
    """A seal of 2025 stands in the last moment that can be written; before everything there is nothing."""
    told = Story()
    told.upheld("s", "severe", 48, "2025-03-01T10:00")
    assert told.at("9999-12-31T23:59:59").standing == "sealed"
    assert told.at("1912-01-01T00:00").standing == "good"


def test_coming_years_end_where_nothing_can_change_any_more() -> None:
    """Points that are gone, points that stay, points that go a year later."""
    assert [tally.total for tally in coming_years(Tally(2025, 0, 12), "ordinary", SEED)] == [0, 0]
    assert [tally.total for tally in coming_years(Tally(2025, 0, 48), "severe", SEED)] == [48, 48]
    assert [tally.total for tally in coming_years(Tally(2025, 0, 30), "counterfeit", COUNTERFEIT_BOOK)] == [24, 0, 0]


def test_a_rule_that_never_settles_ends_with_the_calendar() -> None:
    """Carrying 24 of 48 and 48 of 24, in turn: every year differs from the one before, up to the last."""
    swinging = Track(
        "severe", default_version().tracks["severe"].ladder, (YearEnd("total", 48, 24), YearEnd("total", 24, 48))
    )
    years = list(coming_years(Tally(LAST_YEAR - 3, 0, 48), "severe", with_tracks(swinging)))
    assert [(tally.year, tally.total) for tally in years] == [(LAST_YEAR - 2, 24), (LAST_YEAR - 1, 48), (LAST_YEAR, 24)]


def test_a_tally_moves_only_forwards() -> None:
    """Into its own year it is itself."""
    tally = Tally(2025, 3, 4)
    assert into_year(tally, 2025, "ordinary", SEED) is tally
    assert into_year(tally, 2027, "ordinary", SEED) == Tally(2027, 0, 0)


def test_the_last_boundary_is_that_of_any_version() -> None:
    """The start of the last, or the end of a closed one."""
    assert last_boundary(SEED) == shanghai("2012-01-01T00:00")
    assert last_boundary(Timeline("none", ())) is None
