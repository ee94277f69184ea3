"""Runs worked examples of ledger histories: facts in, standings at two clocks out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from services.ledger.domain.facts import Fact
from services.ledger.domain.standing import Standing, standing_at, timeline_of
from shared.rulebook.loader import shipped
from shared.rulebook.model import Timeline
from tools.vectors_deadlines import ABOUT, instant
from tools.vectors_facts import facts_of

CLOCKS: Final = {"as_of", "known_at", "known_position", "rulebook"}
INSTANTS: Final = {"start", "end", "lifted_at", "restricted_until", "next_change_at", "valid_from", "valid_until"}
PLAIN: Final = {"standing", "restricted_until", "next_change_at", "valid_from", "valid_until", "last_entry_position"}


def run_ledger_vector(vector: Mapping[str, Any], timeline: Timeline | None = None) -> list[str]:
    """Return what differs between a ledger example and the code, under the default rulebook if none is given."""
    book = shipped("seed") if timeline is None else timeline
    known = ABOUT | {"entries", "reversals", "stays", "queries"}
    differences = [f"nothing knows the field {field}" for field in vector if field not in known]
    facts = facts_of(vector)
    for number, query in enumerate(vector["queries"], 1):
        answer = ask(facts, query, book)
        differences += [f"query {number}: {difference}" for difference in compare(query, answer)]
    return differences


def asked(query: Mapping[str, Any], timeline: Timeline) -> tuple[Timeline, datetime, datetime | None, int | None]:
    """Return what a query asks: rulebook, `as_of`, `known_at`, `known_position`; `known_at` defaults to `as_of`."""
    as_of = instant(query["as_of"])
    position = query.get("known_position")
    known_at = as_of if position is None else None
    if query.get("known_at") is not None:
        known_at = instant(query["known_at"])
    if query.get("rulebook") is not None:
        timeline = _named(query["rulebook"])
    return timeline, as_of, known_at, position


def ask(facts: Sequence[Fact], query: Mapping[str, Any], timeline: Timeline) -> Standing:
    """Return the code's answer to a query."""
    book, as_of, known_at, position = asked(query, timeline)
    return standing_at("seller", facts, book, as_of=as_of, known_at=known_at, known_position=position)


def compare(query: Mapping[str, Any], answer: Standing) -> Iterator[str]:
    """Yield what differs between a query's expectations and the answer; every field that it gives is compared."""
    for field, expected in query.items():
        if field in ABOUT | CLOCKS:
            continue
        if field == "points":
            got = {track: answer.points.get(track, 0) for track in expected}
            if got != expected:
                yield f"points are {got}, expected {expected}"
        elif field == "not_standing":
            if answer.standing == expected:
                yield f"standing is {expected}"
        elif field == "sanctions":
            yield from compare_rows(expected, [_told(answer, index) for index in range(len(answer.sanctions))])
        elif field == "restrictions":
            if sorted(expected) != sorted(answer.restrictions):
                yield f"restrictions are {sorted(answer.restrictions)}, expected {sorted(expected)}"
        elif field in PLAIN:
            got = getattr(answer, field)
            if got != _wanted(field, expected):
                yield f"{field} is {got}, expected {expected}"
        else:
            yield f"nothing knows the field {field}"


def compare_rows(expected: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what differs between the rows expected and got, in any order; only the fields given are compared."""
    fits = [[index for index, row in enumerate(got) if _fits(wanted, row)] for wanted in expected]
    taken: dict[int, int] = {}
    for number, wanted in enumerate(expected):
        if not _assign(number, fits, taken, set()):
            yield f"no sanction like {dict(wanted)} among {[dict(row) for row in got]}"
    if len(got) > len(expected):
        yield f"{len(got)} sanctions, expected {len(expected)}: {[dict(row) for row in got]}"


def _assign(number: int, fits: Sequence[Sequence[int]], taken: dict[int, int], tried: set[int]) -> bool:
    """Give the expected row a fitting one of its own, moving others if need be (augmenting paths)."""
    for index in fits[number]:
        if index not in tried:
            tried.add(index)
            if index not in taken or _assign(taken[index], fits, taken, tried):
                taken[index] = number
                return True
    return False


def _fits(wanted: Mapping[str, Any], row: Mapping[str, Any]) -> bool:
    return all(field in row and row[field] == _wanted(field, value) for field, value in wanted.items())


def _wanted(field: str, value: Any) -> Any:
    if field in INSTANTS and value is not None:
        return instant(value)
    return sorted(value) if field == "measures" else value


def _told(answer: Standing, index: int) -> dict[str, Any]:
    row = answer.sanctions[index]
    return {
        "node": row.node,
        "track": row.track,
        "by": row.entry,
        "entry": row.entry,
        "measures": sorted(row.measures),
        "start": row.start,
        "end": row.end,
        "state": row.state,
        "lifted_at": row.lifted_at,
    }


def _named(version_id: str) -> Timeline:
    """Return the shipped version of this id as the one that always holds.

    Raises:
        LookupError: no shipped rulebook has it.
    """
    for name in ("seed", "taobao"):
        version = shipped(name).named(version_id)
        if version is not None:
            return timeline_of(version)
    raise LookupError(f"no rulebook version {version_id}")
