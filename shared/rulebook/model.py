"""The rulebook and the calendar as values. Standard library only, so that domains may use it; loading is apart."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final, Literal, TypeAlias
from zoneinfo import ZoneInfo

ZONE: Final = ZoneInfo("Asia/Shanghai")

Composition: TypeAlias = Literal["consecutive", "heaviest"]
Basis: TypeAlias = Literal["conduct_at", "order_paid_at"]


@dataclass(frozen=True, slots=True)
class Ref:
    """A pinned piece of versioned data: its id and the SHA-256 of its canonical form, 64 hexadecimal digits."""

    id: str
    digest: str


@dataclass(frozen=True, slots=True)
class Sanction:
    """节点处理. What a node or a grade brings: `hours` from its start (None: indefinite, the seal) and measures."""

    hours: int | None
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """节点. One step of a ladder: reached when the track's points reach `at`."""

    at: int
    sanction: Sanction


@dataclass(frozen=True, slots=True)
class Ladder:
    """The steps of a track, rising. With `every`, the one node repeats at each multiple of its `at`, without end."""

    composition: Composition
    nodes: tuple[Node, ...]
    every: bool = False


@dataclass(frozen=True, slots=True)
class YearEnd:
    """One band of a year-end rule; the first band met decides, none met carries 0.

    `measure` is compared with `at_least`: "total" is carry-in plus the year's points, "new" the year's points alone.
    `carry` is the carry-in of the next year; None carries the total unchanged.
    """

    measure: Literal["total", "new"]
    at_least: int
    carry: int | None


@dataclass(frozen=True, slots=True)
class Track:
    """一般违规, 严重违规. Where points go: a ladder, and what a year end (1 January 00:00 in the zone) leaves."""

    name: str
    ladder: Ladder
    year_end: tuple[YearEnd, ...]


@dataclass(frozen=True, slots=True)
class Grade:
    """情节. How grave the facts are, and what that brings. Not a track: `track` says where the points go.

    `permitted_by` names the verified facts of which at least one is needed (`frequent_contact` or factors);
    `approvals` is how many officers it takes; `direct` are sanctions of the grade itself, beside the ladders.
    """

    code: str
    track: str
    points: int
    permitted_by: tuple[str, ...]
    approvals: int
    direct: tuple[Sanction, ...] = ()


@dataclass(frozen=True, slots=True)
class Deadlines:
    """How long each side has: calendar days, working days, hours."""

    evidence_days: int
    evidence_rolls_off_holidays: bool
    first_handling_working_days: int
    resolution_working_days: int
    appeal_hours: int


@dataclass(frozen=True, slots=True)
class Ground:
    """A dismissal ground that this version knows. `void` grounds are named only to say that they do not apply.

    It holds where every stated condition does: what the matter was found to be, what the respondent claims, the
    findings that must be verified true, and those that must not be (unknown is not verified). The first ground of a
    version that holds is the one that is open; one without conditions always holds.
    """

    code: str
    void: bool = False
    found_subjects: tuple[str, ...] = ()
    claim: str | None = None
    verified: tuple[str, ...] = ()
    unless_verified: tuple[str, ...] = ()


@dataclass(frozen=True)
class RulebookVersion:
    """One version: in force from `effective_from` (inclusive) until the next one's (exclusive).

    `announced_at` is None where it is unknown. `provenance` says for each part where it is known from.
    `grounds` stand in the order in which they are tried. `said` is the canonical form that `ref` pins.
    """

    ref: Ref
    announced_at: datetime | None
    effective_from: datetime
    effective_until: datetime | None
    basis: Basis
    tracks: Mapping[str, Track]
    grades: Mapping[str, Grade]
    factors: tuple[str, ...]
    deadlines: Deadlines
    grounds: Mapping[str, Ground]
    dismissal_contestable: bool
    provenance: Mapping[str, str]
    said: str = field(default="", compare=False, repr=False)

    @property
    def id(self) -> str:
        """The version's name, such as TB-2012."""
        return self.ref.id


@dataclass(frozen=True)
class Timeline:
    """A rulebook: versions in order of `effective_from`, without overlap; at most the last is open-ended."""

    name: str
    versions: tuple[RulebookVersion, ...]

    def __hash__(self) -> int:
        return hash((self.name, self.boundaries))  # versions hold mappings, which have no hash

    @cached_property
    def boundaries(self) -> tuple[datetime, ...]:
        """Every instant at which another version, or none, comes into force, in order, each once."""
        instants = {version.effective_from for version in self.versions}
        instants.update(version.effective_until for version in self.versions if version.effective_until is not None)
        return tuple(sorted(instants))

    def at(self, instant: datetime) -> RulebookVersion | None:
        """Return the version in force at `instant`, or None before the first and after a closed last one."""
        for version in reversed(self.versions):
            if version.effective_from <= instant:
                ended = version.effective_until is not None and version.effective_until <= instant
                return None if ended else version
        return None

    def named(self, version_id: str) -> RulebookVersion | None:
        """Return the version of this id, or None."""
        return next((version for version in self.versions if version.id == version_id), None)


@dataclass(frozen=True)
class CalendarYear:
    """Holidays and make-up working days (调休上班日) of one year as published. `said` is the form that `ref` pins.

    `holidays` are days off (weekend days inside a holiday range included); `make_up` are weekend days that are worked.
    A year's notice may reach into the last days of the year before: those days stand in `holidays`/`make_up` too.
    """

    ref: Ref
    year: int
    holidays: frozenset[date]
    make_up: frozenset[date]
    said: str = field(default="", compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """What a calendar says of one day: is it worked, is that an estimate, and which published years were asked."""

    works: bool
    provisional: bool
    calendars: tuple[Ref, ...] = ()


@dataclass(frozen=True)
class Calendars:
    """The published years, by year. Everything outside them is an estimate, and said to be one."""

    years: Mapping[int, CalendarYear]

    def working_day(self, day: date) -> WorkingDay:
        """Return whether `day` is worked (工作日): by the published years where they name it, else Monday to Friday.

        Provisional where the day's year is unpublished, and on 29 to 31 December while the next year is, because
        its notice may still reach back to them. Where two years name a day, the later notice is right.
        """
        asked = [day.year + 1, day.year] if (day.month, day.day) >= (12, 29) else [day.year]
        published = [self.years[year] for year in asked if year in self.years]
        naming = next((year for year in published if day in year.holidays or day in year.make_up), None)
        return WorkingDay(
            works=day.weekday() < 5 if naming is None else day in naming.make_up,
            provisional=len(published) < len(asked),
            calendars=tuple(year.ref for year in reversed(published)),
        )


@dataclass(frozen=True, slots=True)
class Deadline:
    """A due instant (exclusive: at it, it is late), whether it rests on an estimate, and the calendars it used."""

    due: datetime
    provisional: bool
    calendars: tuple[Ref, ...] = ()
