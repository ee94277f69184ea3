"""The course of an account over time, for one state of knowledge: what holds at each instant, and when it changes.

Everything in it is constant between two marks, so each stretch is looked at once, when it is first asked for.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final, NamedTuple

from services.ledger.domain.events import StandingName
from services.ledger.domain.knowledge import Knowledge
from services.ledger.domain.lines import Line, State, lines_of
from services.ledger.domain.measures import closes_shop
from services.ledger.domain.points import Tally, coming_years, into_year
from services.ledger.domain.spans import Span, covered
from services.ledger.domain.years import year_of, year_start

FOREVER: Final = datetime.max.replace(tzinfo=UTC)


class Look(NamedTuple):
    """What holds at an instant: points of every track, standing, and the state of each line (None: not yet there)."""

    points: dict[str, int]
    standing: StandingName
    states: tuple[State | None, ...]

    def differs(self, other: "Look") -> bool:
        """Return whether points, standing, or a sanction's state or presence differ; a track without points is none."""
        return self.states != other.states or self.standing != other.standing or _some(self) != _some(other)


class Change(NamedTuple):
    """At `at`, points, standing or sanctions change by the clock alone, from what held just before."""

    at: datetime
    before: Look
    after: Look


@dataclass(frozen=True, slots=True)
class Course:
    """The looks of one state of knowledge, over all time. `marks` are the instants at which something may change."""

    known: Knowledge
    lines: tuple[Line, ...]
    seals: tuple[Span, ...]
    marks: tuple[datetime, ...]
    seen: dict[int, Look] = field(default_factory=dict, compare=False, repr=False)

    def stretch(self, instant: datetime) -> int:
        """Return the number of the stretch in which `instant` lies: from mark `n - 1` (inclusive) to mark `n`."""
        return bisect_right(self.marks, instant)

    def look(self, instant: datetime) -> Look:
        """Return what holds at `instant`."""
        number = self.stretch(instant)
        look = self.seen.get(number)
        if look is None:
            look = self.seen[number] = self._look(self.marks[number - 1] if number else instant)
        return look

    def changes(self, after: datetime, until: datetime = FOREVER) -> Iterator[Change]:
        """Yield every change later than `after`, at or before `until`, in order of time."""
        first = self.stretch(after)
        for number in range(first, self.stretch(until)):
            mark = self.marks[number]
            last, look = self.look(after if number == first else self.marks[number - 1]), self.look(mark)
            if look.differs(last):
                yield Change(mark, last, look)

    def points(self, instant: datetime) -> dict[str, int]:
        """Return the points of every track at `instant`: those of the version in force, then others there are.

        Where none is in force, the first version says which tracks there are: nobody's answer lacks one.
        """
        timeline = self.known.timeline
        version = timeline.at(instant) or next(iter(timeline.versions), None)
        points = dict.fromkeys(version.tracks, 0) if version is not None else {}
        for name in sorted(self.known.tracks):
            points[name] = self.tally(name, instant).total
        return points

    def tally(self, track: str, instant: datetime) -> Tally:
        """Return the points of a track at `instant`: of unreversed entries effective by then, cleared at year ends."""
        known = self.known.tracks.get(track)
        holdings = known.holdings if known is not None else ()
        counted = len(holdings)
        while counted and holdings[counted - 1].entry.effective_at > instant:
            counted -= 1
        if not counted:
            return Tally(year_of(instant), 0, 0)
        last = holdings[counted - 1].tally
        if instant < year_start(last.year + 1):
            return last
        return into_year(last, year_of(instant), track, self.known.timeline)

    def sealed(self, instant: datetime) -> bool:
        """Return whether a seal stands at `instant` and is not stayed."""
        return covered(self.seals, instant)

    def _look(self, instant: datetime) -> Look:
        points = self.points(instant)
        states = tuple([line.state(instant) for line in self.lines])
        return Look(points, self._standing(instant, points, states), states)

    def _standing(self, instant: datetime, points: dict[str, int], states: tuple[State | None, ...]) -> StandingName:
        if self.seals and self.sealed(instant):
            return "sealed"
        if "in_force" not in states:
            return "watch" if any(points.values()) else "good"
        in_force = [line.row for line, state in zip(self.lines, states, strict=True) if state == "in_force"]
        return "shop_closed" if any(closes_shop(row.measures) for row in in_force) else "restricted"


def course_of(known: Knowledge) -> Course:
    """Return the course of what is known."""
    lines = lines_of(known)
    return Course(known, lines, known.seals(), tuple(sorted(_marks(known, lines))))


def _marks(known: Knowledge, lines: tuple[Line, ...]) -> set[datetime]:
    """Return every effective instant, start and end, of stays too, and all year ends that may change points."""
    marks = {entry.effective_at for entry in known.entries.values()}.union(known.timeline.boundaries)
    for line in lines:
        marks.add(line.row.start)
        if line.row.end is not None:
            marks.add(line.row.end)
    for stay in (span for stays in known.stays.values() for span in stays):
        marks.update(instant for instant in stay if instant is not None)
    for name, track in known.tracks.items():
        if track.holdings:
            first, last = track.holdings[0].tally, track.holdings[-1].tally
            marks.update(map(year_start, range(first.year + 1, last.year + 1)))
            marks.update([year_start(tally.year) for tally in coming_years(last, name, known.timeline)])
    return marks


def _some(look: Look) -> dict[str, int]:
    return {track: points for track, points in look.points.items() if points}
