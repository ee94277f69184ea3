"""Runs worked examples of due instants and of the appeal clock."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from services.cases.domain.deadlines import appeal_closes, evidence_due, first_handling_due, resolution_due
from shared.rulebook.loader import shipped, shipped_calendars
from shared.rulebook.model import ZONE, Deadline, Deadlines

ABOUT: Final = frozenset({"about", "comment", "name", "note", "notes", "source", "why"})  # for people
STARTS: Final[Mapping[str, tuple[str, Callable[..., Deadline]]]] = {
    "evidence_due": ("received", evidence_due),
    "first_handling_due": ("filed", first_handling_due),
    "resolution_due": ("filed", resolution_due),
}


def instant(text: str) -> datetime:
    """Return the instant of an RFC 3339 text.

    Raises:
        ValueError: it has no offset, so it names no instant.
    """
    read = datetime.fromisoformat(text)
    if read.tzinfo is None:
        raise ValueError(f"{text} has no offset")
    return read


def rules_at(at: datetime) -> Deadlines:
    """Return the deadlines of the default rulebook at an instant.

    Raises:
        LookupError: no version was in force.
    """
    version = shipped("seed").at(at)
    if version is None:
        raise LookupError(f"no rulebook version at {at.isoformat()}")
    return version.deadlines


def counted(filed: datetime, due: datetime) -> list[str]:
    """Return the working days that a deadline from `filed` (exclusive) to `due` (exclusive) counts, as dates."""
    day, last = filed.astimezone(ZONE).date() + timedelta(days=1), due.astimezone(ZONE).date()
    days: list[date] = [day + timedelta(days=n) for n in range((last - day).days)]
    return [day.isoformat() for day in days if shipped_calendars().working_day(day).works]


def difference(name: str, expected: object, got: object) -> list[str]:
    """Return the one line that says how they differ, or nothing."""
    return [] if expected == got else [f"{name} is {got}, expected {expected}"]


def run_deadline_vector(vector: Mapping[str, Any]) -> list[str]:
    """Return what differs between a deadline example and the code; every field that it gives is compared.

    An example may give one start alone; then only the deadlines that run from it are known.
    """
    starts = {start: instant(vector[start]) for start in ("filed", "received") if start in vector}
    rules, calendars = rules_at(min(starts.values())), shipped_calendars()
    due = {name: count(rules, calendars, starts[start]) for name, (start, count) in STARTS.items() if start in starts}
    differences: list[str] = []
    for name, expected in vector.items():
        if name in due:
            got = due[name].due.astimezone(ZONE)
            differences += difference(name, instant(expected), got)
        elif name == "working_days_counted":
            differences += difference(name, expected, counted(starts["filed"], due["resolution_due"].due))
        elif name == "provisional":
            differences += compare_provisional(expected, due)
        elif name == "evidence":
            differences += compare_evidence(expected, due["evidence_due"].due)
        elif name not in ABOUT | starts.keys():
            differences.append(f"nothing knows the field {name}")
    return differences


def compare_provisional(expected: object, due: Mapping[str, Deadline]) -> list[str]:
    """Return where estimates differ from what is expected: of any deadline, or by deadline where it names them."""
    if isinstance(expected, Mapping):
        return [line for name in expected for line in difference(name, expected[name], due[name].provisional)]
    return difference("provisional", expected, any(deadline.provisional for deadline in due.values()))


def compare_evidence(expected: Sequence[Mapping[str, Any]], due: datetime) -> list[str]:
    """Return whose timeliness differs, by the half-open window that ends at `due`."""
    differences: list[str] = []
    for piece in expected:
        timeliness = "in_time" if instant(piece["received"]) < due else "late"
        differences += difference(f"evidence of {piece['received']}", piece["timeliness"], timeliness)
    return differences


def run_appeal_vector(vector: Mapping[str, Any]) -> list[str]:
    """Return what differs between an appeal-clock example and the code: when the window closes, holds taken out."""
    unknown = vector.keys() - ABOUT - {"notice", "filed", "returned", "holds", "closes"}
    notice = instant(vector["notice"])
    told = vector.get("holds") or ([vector] if "filed" in vector else [])
    holds = [(instant(hold["filed"]), instant(hold["returned"]) if hold.get("returned") else None) for hold in told]
    closes = appeal_closes(rules_at(notice), notice, holds)
    expected = None if vector["closes"] is None else instant(vector["closes"])
    return [
        *(f"nothing knows the field {name}" for name in sorted(unknown)),
        *difference("closes", expected, closes and closes.astimezone(ZONE)),
    ]
