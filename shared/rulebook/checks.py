"""What must hold in a rulebook beyond the shape of its file: within a version, and along the timeline."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

from shared.rulebook.model import ZONE
from shared.rulebook.problems import Problem
from shared.rulebook.schema import (
    GradePart,
    GroundPart,
    LadderPart,
    NodePart,
    TimelinePart,
    TrackPart,
    VersionPart,
    YearEndPart,
)

# From here on a change of rules must be announced ahead. Source: Order 116, notice of changed platform rules.
NOTICE_SINCE: Final = datetime(2026, 2, 1, tzinfo=ZONE)
NOTICE: Final = timedelta(days=7)
NOTICE_IF_MAJOR: Final = timedelta(days=15)

FREQUENT_CONTACT: Final = "frequent_contact"

# How the case procedure decides on the tracks it knows: one officer for an ordinary violation, two for a severe.
OFFICERS: Final = {"ordinary": 1, "severe": 2}


def problems_of(timeline: TimelinePart) -> list[Problem]:
    """Return every breach, in file order; empty where the timeline is sound."""
    found = list(_repeated("versions", [version.id for version in timeline.versions], ".id"))
    for index, version in enumerate(timeline.versions):
        found += _version(f"versions[{index}]", version)
    for index, (before, after) in enumerate(pairwise(timeline.versions)):
        found += _succession(index, before, after)
    return found


def _version(path: str, version: VersionPart) -> Iterator[Problem]:
    yield from _announcement(path, version)
    yield from _repeated(f"{path}.factors", version.factors)
    for name, track in version.tracks.items():
        yield from _track(f"{path}.tracks.{name}", track)
    for code, grade in version.grades.items():
        yield from _grade(f"{path}.grades.{code}", grade, version)
    deadlines = version.deadlines
    if deadlines.resolution_working_days < deadlines.first_handling_working_days:
        where = f"{path}.deadlines.resolution_working_days"
        yield Problem(where, "must not be before the first handling is due")
    yield from _grounds(f"{path}.grounds", version.grounds)


def _announcement(path: str, version: VersionPart) -> Iterator[Problem]:
    where, announced, starts = f"{path}.effective_from", version.announced_at, version.effective_from
    if announced is None:
        if starts >= NOTICE_SINCE + NOTICE:
            yield Problem(f"{path}.announced_at", "must be known for a version in force from February 2026 on")
    elif announced < NOTICE_SINCE:
        if starts < announced:
            yield Problem(where, "must not be before announced_at: a rule does not reach back")
    elif starts < announced + (notice := NOTICE_IF_MAJOR if version.major else NOTICE):
        major = "a major change" if version.major else "a change"
        yield Problem(
            where, f"must be at least {notice.days} days after announced_at, as {major} of 2026 and later must"
        )
    if version.effective_until is not None and version.effective_until <= starts:
        yield Problem(f"{path}.effective_until", "must be after effective_from")


def _succession(index: int, before: VersionPart, after: VersionPart) -> Iterator[Problem]:
    until, starts = before.effective_until, after.effective_from
    if starts <= before.effective_from:
        where = f"versions[{index + 1}].effective_from"
        yield Problem(where, f"must be after the one of {before.id}: versions stand in order, each replacing the last")
    elif until is not None and until != starts:
        fault = "leaves a gap before" if until < starts else "overlaps"
        yield Problem(
            f"versions[{index}].effective_until", f"{fault} {after.id}: it must be the instant that one starts"
        )


def _track(path: str, track: TrackPart) -> Iterator[Problem]:
    ladder = track.ladder
    for index, (lower, higher) in enumerate(pairwise(ladder.nodes), start=1):
        if higher.at <= lower.at:
            yield Problem(f"{path}.ladder.nodes[{index}].at", f"must be above {lower.at}, the node before")
    if ladder.every and len(ladder.nodes) != 1:
        yield Problem(f"{path}.ladder.nodes", "must be one node where `every` repeats it")
    for index, node in enumerate(ladder.nodes):
        yield from _node(f"{path}.ladder.nodes[{index}]", node, ladder, last=index == len(ladder.nodes) - 1)
    yield from _year_end(f"{path}.year_end", track.year_end)


def _year_end(path: str, bands: Sequence[YearEndPart]) -> Iterator[Problem]:
    for index, band in enumerate(bands):
        # The total is never below the year's new points, so an earlier band on it also takes what this one would.
        taken = [other.at_least for other in bands[:index] if other.measure in (band.measure, "total")]
        if taken and band.at_least >= min(taken):
            yield Problem(f"{path}[{index}].at_least", f"must be below {min(taken)}, or an earlier band takes it all")
        if band.carry is not None and band.carry > band.at_least:
            yield Problem(f"{path}[{index}].carry", f"must be at most {band.at_least}: a year end adds no points")


def _node(path: str, node: NodePart, ladder: LadderPart, *, last: bool) -> Iterator[Problem]:
    yield from _repeated(f"{path}.measures", node.measures)
    if (node.hours is None) != ("account_sealed" in node.measures):
        yield Problem(f"{path}.hours", 'must be "indefinite" for account_sealed, and for nothing else')
    elif node.hours is None and not (last and ladder.composition == "heaviest" and not ladder.every):
        yield Problem(f"{path}.hours", "may be indefinite at the last node of a `heaviest` ladder alone")


def _grade(path: str, grade: GradePart, version: VersionPart) -> Iterator[Problem]:
    if grade.track not in version.tracks:
        yield Problem(f"{path}.track", f"must be a track of this version: {', '.join(version.tracks)}")
    known = (FREQUENT_CONTACT, *version.factors)
    for index, fact in enumerate(grade.permitted_by):
        if fact not in known:
            yield Problem(f"{path}.permitted_by[{index}]", f"must be {FREQUENT_CONTACT} or a factor of this version")
    yield from _repeated(f"{path}.permitted_by", grade.permitted_by)
    if grade.points == 0 and not (grade.direct and grade.track == "ordinary"):
        yield Problem(f"{path}.points", "may be 0 with a direct sanction on the ordinary track alone")
    if grade.track in OFFICERS and grade.approvals != OFFICERS[grade.track]:
        yield Problem(f"{path}.approvals", f"must be {OFFICERS[grade.track]}: so many officers decide {grade.track}")
    for index, direct in enumerate(grade.direct):
        yield from _repeated(f"{path}.direct[{index}].measures", direct.measures)
        if "account_sealed" in direct.measures:
            yield Problem(f"{path}.direct[{index}].measures", "must not seal: only points do")


def _grounds(path: str, grounds: Sequence[GroundPart]) -> Iterator[Problem]:
    yield from _repeated(path, [ground.code for ground in grounds], ".code")
    applying = [index for index, ground in enumerate(grounds) if not ground.void]
    for index in applying[:-1]:
        if not _conditional(grounds[index]):
            yield Problem(f"{path}[{index}]", "must have a condition, or no later ground is ever reached")
    if not applying or _conditional(grounds[applying[-1]]):
        yield Problem(path, "must end in a ground without conditions, so that a case can always be decided")


def _conditional(ground: GroundPart) -> bool:
    return bool(ground.found_subjects or ground.claim or ground.verified or ground.unless_verified)


def _repeated(path: str, values: Iterable[Hashable], key: str = "") -> Iterator[Problem]:
    seen: set[Hashable] = set()
    for index, value in enumerate(values):
        if value in seen:
            yield Problem(f"{path}[{index}]{key}", f"must not repeat {value}")
        seen.add(value)
