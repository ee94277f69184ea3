"""One past penalty as a file tells it, and what must be true of it by itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

from services.cases.domain.events import PastPenaltyImported
from services.cases.imports.fields import (
    Fault,
    direct_of,
    identifier_of,
    instant_of,
    points_of,
    track_of,
    version_at,
)
from shared.rulebook.model import RulebookVersion, Sanction, Timeline

COLUMNS: Final = ("seller", "track", "points", "effective_at", "grade", "reference", "direct")
NEEDED: Final = COLUMNS[:4]
_COLUMNS: Final = frozenset(COLUMNS)
UNGRADED: Final = "imported"  # the grade of a penalty whose file names none


class PastPenalty(NamedTuple):
    """A penalty of line `line` (from 1, the header counted) that is sound by itself, with the version of its time."""

    line: int
    seller: str
    track: str
    points: int
    effective_at: datetime
    grade: str
    reference: str
    direct: tuple[Sanction, ...]
    version: RulebookVersion


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be taken: its line and, in words, what would have to be true. The values are not repeated."""

    line: int
    reason: str


def read_penalty(line: int, row: Mapping[str, Any], timeline: Timeline, now: datetime) -> PastPenalty | BadRow:
    """Return the penalty of a row, or the first thing that is wrong with it.

    It counts from an instant that has come, on a track of the version in force then; without points it brings a
    direct sanction.
    """
    if not row.keys() <= _COLUMNS:
        return BadRow(line, f"the columns would have to be among: {', '.join(COLUMNS)}")
    try:
        effective_at = instant_of(row.get("effective_at"), now)
        version = version_at(effective_at, timeline)
        direct = direct_of(row.get("direct"))
        return PastPenalty(
            line=line,
            seller=identifier_of("seller", row.get("seller")),
            track=track_of(row.get("track"), version),
            points=points_of(row.get("points"), with_direct=bool(direct)),
            effective_at=effective_at,
            grade=identifier_of("grade", _given(row, "grade", UNGRADED)),
            reference=identifier_of("reference", _given(row, "reference", f"line-{line}")),
            direct=direct,
            version=version,
        )
    except Fault as fault:
        return BadRow(line, str(fault))


def _given(row: Mapping[str, Any], name: str, default: str) -> object:
    value = row.get(name)
    return default if value is None or value == "" else value


def fact_of(penalty: PastPenalty, import_id: str, complete_from: datetime) -> PastPenaltyImported:
    """Return the penalty as the fact that it is recorded as."""
    return PastPenaltyImported(
        import_id=import_id,
        line=penalty.line,
        reference=penalty.reference,
        track=penalty.track,
        grade=penalty.grade,
        points=penalty.points,
        direct=penalty.direct,
        effective_at=penalty.effective_at,
        complete_from=complete_from,
        rulebook=penalty.version.ref,
    )
