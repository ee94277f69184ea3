"""Where a seller stands: a pure function of the facts, the rulebook and two clocks. Source: R1, domain rules §6.

`as_of` is the effective clock (when it counts), `known_at` or `known_position` the recorded one (when it was known).
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from operator import attrgetter
from typing import Final

from services.ledger.domain.answer import Held, SanctionRow, Standing, TrackStanding
from services.ledger.domain.course import Course, Look, course_of
from services.ledger.domain.facts import Entry, Fact
from services.ledger.domain.knowledge import learn_all
from services.ledger.domain.ladders import ladder_at, next_node
from services.ledger.domain.lines import Line, State
from services.ledger.domain.measures import closed
from services.ledger.domain.points import coming_years
from services.ledger.domain.years import year_start
from shared.rulebook.model import RulebookVersion, Timeline

__all__ = [
    "Held",
    "SanctionRow",
    "Standing",
    "TrackStanding",
    "held_in",
    "known_by",
    "standing_at",
    "standing_in",
    "timeline_of",
]

_recorded_at: Final = attrgetter("recorded_at")
_position: Final = attrgetter("position")


def standing_at(
    seller: str,
    facts: Sequence[Fact],
    timeline: Timeline,
    *,
    as_of: datetime,
    known_at: datetime | None = None,
    known_position: int | None = None,
) -> Standing:
    """Return the standing at `as_of` by the facts known at `known_at` (inclusive) and up to `known_position`.

    `facts` stand in order of cases position. Either recorded clock left out means: everything given.
    """
    known = learn_all(timeline, known_by(facts, known_at, known_position))
    return standing_in(seller, course_of(known), as_of)


def known_by(facts: Sequence[Fact], known_at: datetime | None, known_position: int | None) -> Sequence[Fact]:
    """Return the facts recorded at or before `known_at` and standing at or before `known_position`, in order.

    They are the first ones: recorded time never falls while positions rise.
    """
    count = len(facts) if known_at is None else bisect_right(facts, known_at, key=_recorded_at)
    if known_position is not None:
        count = min(count, bisect_right(facts, known_position, key=_position))
    return facts[:count]


def standing_in(seller: str, course: Course, as_of: datetime) -> Standing:
    """Return the standing of `seller` at `as_of` on this course; cheap to ask a course again and again."""
    look = course.look(as_of)
    tracks = _tracks(course, look, as_of)
    valid_from, valid_until = _validity(course, as_of, look, tracks)
    change = next(course.changes(as_of), None)
    held = held_in(course, as_of)
    return Standing(
        seller=seller,
        standing=held.standing,
        points=held.points,
        tracks=tracks,
        sanctions=held.sanctions,
        restrictions=held.restrictions,
        restricted_until=_restricted_until(course, look, as_of),
        next_change_at=change.at if change is not None else None,
        valid_from=valid_from,
        valid_until=valid_until,
        last_entry_position=held.last_entry_position,
        unknown_before=held.unknown_before,
    )


def held_in(course: Course, as_of: datetime) -> Held:
    """Return what holds at `as_of` on this course: no rulebook that is published later changes it."""
    look = course.look(as_of)
    shown = [(line, state) for line, state in zip(course.lines, look.states, strict=True) if state is not None]
    in_force = [line.row for line, state in shown if state == "in_force"]
    return Held(
        standing=look.standing,
        points=look.points,
        sanctions=tuple([_row(line, state, as_of) for line, state in shown]),
        restrictions=tuple(sorted(closed(measure for row in in_force for measure in row.measures))),
        last_entry_position=course.known.last_position,
        unknown_before=unknown_before(course.known.entries.values()),
    )


def unknown_before(entries: Iterable[Entry]) -> datetime | None:
    """Return the instant before which nothing is known: from where on the imports are complete; None without any."""
    return min((entry.imported.complete_from for entry in entries if entry.imported is not None), default=None)


def timeline_of(version: RulebookVersion) -> Timeline:
    """Return the timeline in which this one version has always been in force and always will be."""
    always = replace(version, effective_from=datetime.min.replace(tzinfo=UTC), effective_until=None)
    return Timeline(version.id, (always,))


def _tracks(course: Course, look: Look, as_of: datetime) -> dict[str, TrackStanding]:
    return {name: _track(course, name, points, as_of) for name, points in look.points.items()}


def _track(course: Course, name: str, points: int, as_of: datetime) -> TrackStanding:
    timeline = course.known.timeline
    ladder = ladder_at(timeline, name, as_of)
    node = next_node(ladder, points) if ladder is not None else None
    coming = coming_years(course.tally(name, as_of), name, timeline) if points else ()
    return TrackStanding(
        points=points,
        next_node=node.at if node is not None else None,
        next_node_brings=node.sanction if node is not None else None,
        clears_at=next((year_start(tally.year) for tally in coming if tally.total != points), None),
        survives_clearing=bool(coming and coming[0].total),
    )


def _validity(
    course: Course, as_of: datetime, look: Look, tracks: Mapping[str, TrackStanding]
) -> tuple[datetime | None, datetime | None]:
    """Return from when (inclusive) until when (exclusive) the answer is the same, its outlook on tracks included."""
    marks, number = course.marks, course.stretch(as_of)

    def same(instant: datetime) -> bool:
        other = course.look(instant)
        return other.points == look.points and not other.differs(look) and _tracks(course, other, instant) == tracks

    start = number
    while start > 1 and same(marks[start - 2]):
        start -= 1
    until = next((mark for mark in marks[number:] if not same(mark)), None)
    return (marks[start - 1] if start else None), until


def _row(line: Line, state: State, as_of: datetime) -> SanctionRow:
    row = line.row
    end = None if row.sealing and row.end is not None and as_of < row.end else row.end
    return SanctionRow(row.node, line.entry.track, line.entry.id, row.measures, row.start, end, state, row.lifted_at)


def _restricted_until(course: Course, look: Look, as_of: datetime) -> datetime | None:
    if look.standing == "sealed" or "in_force" not in look.states:
        return None
    running = [
        line.row
        for line, state in zip(course.lines, look.states, strict=True)
        if state not in (None, "vacated", "stayed")
    ]
    instant = as_of
    while covering := [row.end for row in running if row.covers(instant)]:
        ends = [end for end in covering if end is not None]
        if len(ends) < len(covering):
            return None
        instant = max(ends)
    return instant
