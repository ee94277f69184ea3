"""The fields of a row, read strictly: text as CSV has it, or the types that NDJSON and Parquet have."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, get_args

from shared.kit.fields import is_identifier, parse_instant
from shared.kit.strict_json import JsonRefused, strict_json
from shared.rulebook.model import RulebookVersion, Sanction, Timeline
from shared.rulebook.schema import MAX_HOURS, Measure

MAX_POINTS: Final = 1000
MAX_DIRECT: Final = 10
MEASURES: Final = frozenset(get_args(Measure))
TRACKS: Final = ("ordinary", "severe")


class Fault(ValueError):
    """A field is not what it would have to be; the text says what that is."""


def instant_of(value: object, now: datetime) -> datetime:
    """Return an instant with offset, in the years 2000 to 2099 and not later than `now`, in UTC."""
    try:
        read = parse_instant(value)
    except ValueError:
        raise Fault("effective_at would have to be RFC 3339 with offset, 2000 to 2099") from None
    if read > now:
        raise Fault("effective_at would have to lie in the past")
    return read


def version_at(instant: datetime, timeline: Timeline) -> RulebookVersion:
    """Return the rulebook version in force at an instant."""
    version = timeline.at(instant)
    if version is None:
        raise Fault("effective_at would have to lie in a time for which the rulebook has a version")
    return version


def points_of(value: object, *, with_direct: bool) -> int:
    """Return whole points from 0 to `MAX_POINTS`; 0 only with a direct sanction."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 8:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_POINTS:
        raise Fault(f"points would have to be a whole number from 0 to {MAX_POINTS}")
    if value == 0 and not with_direct:
        raise Fault("points would have to be 1 or more, or a direct sanction given")
    return value


def identifier_of(name: str, value: object) -> str:
    """Return an identifier: letters, digits and . _ : - , at most 64, beginning with a letter or digit."""
    if not isinstance(value, str) or not is_identifier(value):
        raise Fault(f"{name} would have to be 1 to 64 letters, digits or . _ : -")
    return value


def track_of(value: object, version: RulebookVersion) -> str:
    """Return a track that this service decides on and that the version knows."""
    if not isinstance(value, str) or value not in TRACKS or value not in version.tracks:
        known = [track for track in TRACKS if track in version.tracks]
        raise Fault(f"track would have to be one of: {', '.join(known)}")
    return value


def direct_of(value: object) -> tuple[Sanction, ...]:
    """Return direct sanctions: none for an empty field, else a list of hours and measures (in CSV, as JSON)."""
    if value is None or value in ("", [], ()):
        return ()
    if isinstance(value, str):
        try:
            value = strict_json(value.encode("utf-8", "surrogatepass"))
        except JsonRefused:
            raise Fault("direct would have to be JSON in CSV") from None
    if not isinstance(value, list) or len(value) > MAX_DIRECT:
        raise Fault(f"direct would have to be a list of at most {MAX_DIRECT} sanctions")
    return tuple(_sanction(each) for each in value)


def _sanction(value: Any) -> Sanction:
    if not isinstance(value, Mapping) or set(value) != {"hours", "measures"}:
        raise Fault("each direct sanction would have to have hours and measures")
    hours, measures = value["hours"], value["measures"]
    if isinstance(hours, bool) or not isinstance(hours, int) or not 1 <= hours <= MAX_HOURS:
        raise Fault(f"hours would have to be a whole number from 1 to {MAX_HOURS}")
    named = isinstance(measures, list) and all(isinstance(each, str) and each in MEASURES for each in measures)
    if not named or not measures:
        raise Fault(f"measures would have to be among: {', '.join(sorted(MEASURES))}")
    return Sanction(hours, tuple(measures))
