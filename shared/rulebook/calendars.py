"""Reads the working-day calendars: one file per year as published; a year's highest version is the one that counts.

Source: the yearly holiday notices of the State Council (放假安排), make-up working days (调休上班日) included.
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from shared.rulebook.digest import canonical, pin
from shared.rulebook.model import Calendars, CalendarYear
from shared.rulebook.problems import Problem, RulebookError
from shared.rulebook.reading import read
from shared.rulebook.schema import Code, Part, Wording

_ID: Final = re.compile(r"CN-(?P<year>[0-9]{4})(?:\.(?P<version>[2-9]|[1-9][0-9]))?")


class HolidayPart(Part):
    """A run of days off, both ends inclusive, weekend days within it included."""

    name: Code
    first: date
    last: date


class CalendarPart(Part):
    """One year's file. `id` is CN-<year>; an amended year is CN-<year>.2, and so on."""

    id: str
    year: Annotated[int, Field(ge=1949, le=9998)]
    provenance: Wording
    holidays: Annotated[list[HolidayPart], Field(min_length=1, max_length=50)]
    make_up: Annotated[list[date], Field(max_length=50)]


def load_calendars(folder: Path) -> Calendars:
    """Return the years of every `calendar-*.toml` in `folder`, each in its highest version.

    Raises:
        RulebookError: a file is not a calendar, or two files claim the same id.
    """
    highest: dict[int, tuple[int, CalendarYear]] = {}
    for year, version in load_years(folder):
        if year.year not in highest or highest[year.year][0] < version:
            highest[year.year] = (version, year)
    return Calendars({number: year for number, (_, year) in sorted(highest.items())})


def load_years(folder: Path) -> Iterator[tuple[CalendarYear, int]]:
    """Yield the calendar of every `calendar-*.toml` in `folder` with its version, those that are superseded too.

    Raises:
        RulebookError: as for `load_calendars`.
    """
    taken: dict[str, Path] = {}
    for file in sorted(folder.glob("calendar-*.toml")):
        year, version = load_year(file)
        if (other := taken.setdefault(year.ref.id, file)) != file:
            raise RulebookError(str(file), [Problem("id", f"must not repeat that of {other.name}")])
        yield year, version


def load_year(file: Path) -> tuple[CalendarYear, int]:
    """Return the calendar of one file and which version of its year it is, from 1.

    Raises:
        RulebookError: the file is not a calendar; it names every fault found.
    """
    part = read(file, CalendarPart)
    named = _ID.fullmatch(part.id)
    problems = list(_problems(part))
    if named is None or int(named["year"]) != part.year:
        problems.insert(0, Problem("id", f"must be CN-{part.year}, or CN-{part.year}.2 and on where it is amended"))
    if named is None or problems:
        raise RulebookError(str(file), problems)
    holidays = frozenset(day for run in part.holidays for day in _days(run))
    said = canonical(part)
    year = CalendarYear(pin(part.id, said), part.year, holidays, frozenset(part.make_up), said)
    return year, int(named["version"] or 1)


def _problems(part: CalendarPart) -> Iterator[Problem]:
    for index, run in enumerate(part.holidays):
        if run.last < run.first:
            yield Problem(f"holidays[{index}].last", "must not be before first")
        elif not (_of(part.year, run.first) and _of(part.year, run.last)):
            yield Problem(f"holidays[{index}]", f"must lie in {part.year} or on 29 to 31 December before")
    for index, (before, after) in enumerate(pairwise(part.holidays), start=1):
        if after.first <= before.last:
            yield Problem(f"holidays[{index}].first", f"must be after {before.last}, the end of the run before")
    for index, day in enumerate(part.make_up):
        if day in part.make_up[:index]:
            yield Problem(f"make_up[{index}]", f"must not repeat {day}")
        if day.weekday() < 5:
            yield Problem(f"make_up[{index}]", f"must be a weekend day; {day} is worked anyway")
        if not _of(part.year, day):
            yield Problem(f"make_up[{index}]", f"must lie in {part.year} or on 29 to 31 December before")
        if any(run.first <= day <= run.last for run in part.holidays):
            yield Problem(f"make_up[{index}]", f"must not be a holiday; {day} is both")


def _of(year: int, day: date) -> bool:
    """A notice speaks of its year, and of the days before it that a New Year's holiday may take in."""
    return date(year - 1, 12, 29) <= day <= date(year, 12, 31)


def _days(run: HolidayPart) -> Iterator[date]:
    return (run.first + timedelta(days=index) for index in range((run.last - run.first).days + 1))
