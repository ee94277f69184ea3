"""Runs worked examples of ledger histories: facts in, standings at two clocks out."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from services.ledger.domain.facts import Entry, Fact, Reversal, ReversalKind
from services.ledger.domain.standing import Standing, standing_at, timeline_of
from shared.rulebook.loader import shipped
from shared.rulebook.model import Sanction, Timeline
from tools.vectors_deadlines import instant

ABOUT: Final = {"name", "note", "why"}
CLOCKS: Final = {"as_of", "known_at", "known_position", "rulebook"}
INSTANTS: Final = {"start", "end", "lifted_at", "restricted_until", "next_change_at", "valid_from", "valid_until"}
PLAIN: Final = {"standing", "restricted_until", "next_change_at", "valid_from", "valid_until", "last_entry_position"}


def run_ledger_vector(vector: Mapping[str, Any], timeline: Timeline | None = None) -> list[str]:
    """Return what differs between a ledger example and the code, under the default rulebook if none is given."""
    book = shipped("seed") if timeline is None else timeline
    known = ABOUT | {"entries", "reversals", "queries"}
    differences = [f"nothing knows the field {field}" for field in vector if field not in known]
    facts = facts_of(vector)
    for number, query in enumerate(vector["queries"], 1):
        answer = ask(facts, query, book)
        differences += [f"query {number}: {difference}" for difference in compare(query, answer)]
    return differences


def facts_of(vector: Mapping[str, Any]) -> list[Fact]:
    """Return the facts of an example in order of recorded time, with the positions a log would give them.

    A regrade stands immediately behind the reversal of what it replaces, at the same position.
    """
    told = [(entry.recorded_at, entry) for entry in map(_entry, vector.get("entries", ()))]
    regraded = {entry.regrades: entry.recorded_at for _, entry in told if entry.regrades is not None}
    undoings = [_reversal(reversal, regraded) for reversal in vector.get("reversals", ())]
    ordered: list[Fact] = [entry for _, entry in sorted(told, key=lambda pair: pair[0])]
    for undoing in sorted(undoings, key=lambda reversal: reversal.recorded_at):
        ordered.insert(_place(ordered, undoing), undoing)
    return list(_positioned(ordered))


def ask(facts: Sequence[Fact], query: Mapping[str, Any], timeline: Timeline) -> Standing:
    """Return the code's answer to a query; in examples `known_at` defaults to `as_of`."""
    as_of = instant(query["as_of"])
    position = query.get("known_position")
    known_at = as_of if position is None else None
    if query.get("known_at") is not None:
        known_at = instant(query["known_at"])
    if query.get("rulebook") is not None:
        timeline = _named(query["rulebook"])
    return standing_at("seller", facts, timeline, as_of=as_of, known_at=known_at, known_position=position)


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


def _entry(told: Mapping[str, Any]) -> Entry:
    effective_at = instant(told["effective_at"])
    direct = tuple(Sanction(row["hours"], tuple(row.get("measures", ()))) for row in told.get("direct", ()))
    return Entry(
        id=told["id"],
        position=0,
        track=told["track"],
        grade=told.get("grade", ""),
        points=told["points"],
        effective_at=effective_at,
        recorded_at=instant(told["recorded_at"]) if told.get("recorded_at") else effective_at,
        direct=direct,
        regrades=told.get("regrades"),
    )


def _reversal(told: Mapping[str, Any], regraded: Mapping[str, datetime]) -> Reversal:
    entry, recorded_at = told["entry"], instant(told["recorded_at"])
    kind: ReversalKind = "regraded" if regraded.get(entry) == recorded_at else "reversed"
    return Reversal(f"reversal of {entry}", 0, entry, kind, recorded_at)


def _place(facts: Sequence[Fact], reversal: Reversal) -> int:
    """Return where a reversal stands: before the regrade it belongs to, else behind all recorded by its instant."""
    for index, fact in enumerate(facts):
        if _belongs(fact, reversal):
            return index
    return sum(1 for fact in facts if fact.recorded_at <= reversal.recorded_at)


def _belongs(fact: Fact, reversal: Fact | None) -> bool:
    """Return whether `fact` is the regrade that goes with `reversal`."""
    if not isinstance(fact, Entry) or not isinstance(reversal, Reversal) or reversal.kind != "regraded":
        return False
    return fact.regrades == reversal.entry and fact.recorded_at == reversal.recorded_at


def _positioned(facts: Sequence[Fact]) -> Iterator[Fact]:
    position = 0
    for last, fact in zip([None, *facts], facts, strict=False):
        position += 0 if _belongs(fact, last) else 1
        yield replace(fact, position=position)


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
