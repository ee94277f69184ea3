"""What would one more violation bring, and when does what there is lapse? Source: contracts, issue item 7."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Final, Literal

from services.ledger.domain.course import course_of
from services.ledger.domain.events import StandingName
from services.ledger.domain.facts import Entry, Fact
from services.ledger.domain.knowledge import learn, learn_all
from services.ledger.domain.standing import Standing, standing_in
from shared.rulebook.model import Grade, Timeline

MAX_CHANGES: Final = 200
SUPPOSED: Final = "forecast"  # the id of the entry that is supposed


@dataclass(frozen=True, slots=True)
class ComingChange:
    """From `at` on, points and standing are these, by the clock alone."""

    at: datetime
    points: Mapping[str, int]
    standing: StandingName


@dataclass(frozen=True, slots=True)
class Forecast:
    """The grade supposed (None: none), the standing with it at the instant asked about, and what time will change.

    `changes` are in order and at most `MAX_CHANGES`; `complete` says whether they go on until nothing changes.
    """

    grade: Grade | None
    standing: Standing
    changes: tuple[ComingChange, ...]
    complete: bool


def forecast(
    seller: str, facts: Sequence[Fact], timeline: Timeline, at: datetime, add: Literal["ordinary", "severe"] | None
) -> Forecast:
    """Return the standing at `at` with one more violation from `at` on, and the changes that follow it.

    `facts` stand in order of cases position. What is supposed is the grade with the most points that the version in
    force at `at` has for the track (the first by code among equals); nothing, where `add` is None or it has none.
    What is supposed has no position: `last_entry_position` is that of the last real fact.
    """
    known = learn_all(timeline, facts)
    last_position = known.last_position
    grade = _gravest(timeline, at, add) if add is not None else None
    if grade is not None:
        position = facts[-1].position + 1 if facts else 1
        recorded_at = max([at, *(fact.recorded_at for fact in facts[-1:])])
        entry = Entry(SUPPOSED, position, grade.track, grade.code, grade.points, at, recorded_at, grade.direct)
        known = learn(known, entry)
    course = course_of(known)
    coming = list(islice(course.changes(at), MAX_CHANGES + 1))
    changes = tuple(ComingChange(change.at, change.after.points, change.after.standing) for change in coming)
    return Forecast(
        grade=grade,
        standing=replace(standing_in(seller, course, at), last_entry_position=last_position),
        changes=changes[:MAX_CHANGES],
        complete=len(changes) <= MAX_CHANGES,
    )


def _gravest(timeline: Timeline, at: datetime, track: str) -> Grade | None:
    version = timeline.at(at)
    grades = [grade for grade in version.grades.values() if grade.track == track] if version is not None else []
    return min(grades, key=lambda grade: (-grade.points, grade.code), default=None)
