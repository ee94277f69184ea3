"""Turns rulebook files into the values that domains use. What a version says is pinned; when it ends is not.

A version ends where the next begins, so appending one leaves the digests of the published ones as they were.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from shared.rulebook.calendars import load_calendars
from shared.rulebook.checks import problems_of
from shared.rulebook.digest import canonical, pin
from shared.rulebook.model import (
    Calendars,
    Deadlines,
    Grade,
    Ground,
    Ladder,
    Node,
    RulebookVersion,
    Sanction,
    Timeline,
    Track,
    YearEnd,
)
from shared.rulebook.problems import Problem, RulebookError
from shared.rulebook.reading import parse, read
from shared.rulebook.schema import GradePart, GroundPart, TimelinePart, TrackPart, VersionPart

__all__ = [
    "Problem",
    "RulebookError",
    "load_calendars",
    "load_timeline",
    "parse_timeline",
    "shipped",
    "shipped_calendars",
]

DATA: Final = Path(__file__).with_name("data")


def load_timeline(path: Path) -> Timeline:
    """Return the timeline of a rulebook file, its versions in order, each until the next one's first instant.

    Raises:
        RulebookError: the file is not a sound rulebook; it names every fault found with its path in the file.
    """
    return _timeline(read(path, TimelinePart), str(path))


def parse_timeline(text: str, name: str) -> Timeline:
    """Return the timeline of the text of a rulebook file, which messages call `name`.

    Raises:
        RulebookError: as for `load_timeline`.
    """
    return _timeline(parse(text, name, TimelinePart), name)


def _timeline(part: TimelinePart, name: str) -> Timeline:
    if problems := problems_of(part):
        raise RulebookError(name, problems)
    starts = [version.effective_from.astimezone(UTC) for version in part.versions]
    last = part.versions[-1].effective_until
    ends = [*starts[1:], None if last is None else last.astimezone(UTC)]
    return Timeline(part.name, tuple(_version(*each) for each in zip(part.versions, starts, ends, strict=True)))


def shipped(name: str) -> Timeline:
    """Return a timeline that comes with the product: "seed" (the default of everything) or "taobao".

    Raises:
        RulebookError: there is none of this name.
    """
    return load_timeline(DATA / f"{name}.toml")


def shipped_calendars() -> Calendars:
    """Return the published years that come with the product."""
    return load_calendars(DATA)


def _version(part: VersionPart, starts: datetime, ends: datetime | None) -> RulebookVersion:
    said = canonical(part, outside={"effective_until"})
    return RulebookVersion(
        ref=pin(part.id, said),
        announced_at=None if part.announced_at is None else part.announced_at.astimezone(UTC),
        effective_from=starts,
        effective_until=ends,
        basis=part.basis,
        tracks={name: _track(name, track) for name, track in part.tracks.items()},
        grades={code: _grade(code, grade) for code, grade in part.grades.items()},
        factors=tuple(part.factors),
        deadlines=Deadlines(**part.deadlines.model_dump()),
        grounds={ground.code: _ground(ground) for ground in part.grounds},
        dismissal_contestable=part.dismissal_contestable,
        provenance=part.provenance.model_dump(),
        said=said,
    )


def _track(name: str, part: TrackPart) -> Track:
    nodes = tuple(Node(node.at, Sanction(node.hours, tuple(node.measures))) for node in part.ladder.nodes)
    bands = tuple(YearEnd(band.measure, band.at_least, band.carry) for band in part.year_end)
    return Track(name, Ladder(part.ladder.composition, nodes, part.ladder.every), bands)


def _grade(code: str, part: GradePart) -> Grade:
    direct = tuple(Sanction(each.hours, tuple(each.measures)) for each in part.direct)
    return Grade(code, part.track, part.points, tuple(part.permitted_by), part.approvals, direct)


def _ground(part: GroundPart) -> Ground:
    return Ground(
        code=part.code,
        void=part.void,
        found_subjects=tuple(part.found_subjects),
        claim=part.claim,
        verified=tuple(part.verified),
        unless_verified=tuple(part.unless_verified),
    )
