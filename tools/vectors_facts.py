"""Reads the facts of a worked ledger example, in the order and with the positions that a log would give them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from services.ledger.domain.facts import Entry, Fact, Reversal, ReversalKind, Stay, StayLift
from shared.rulebook.model import Sanction
from tools.vectors_deadlines import instant


def facts_of(vector: Mapping[str, Any]) -> list[Fact]:
    """Return the facts of an example in order of recorded time, with the positions a log would give them.

    A regrade stands immediately behind the reversal of what it replaces, at the same position. At one instant a stay
    is lifted before another is given, and both come behind entries and reversals.
    """
    told = [(entry.recorded_at, entry) for entry in map(_entry, vector.get("entries", ()))]
    regraded = {entry.regrades: entry.recorded_at for _, entry in told if entry.regrades is not None}
    undoings = [_reversal(reversal, regraded) for reversal in vector.get("reversals", ())]
    ordered: list[Fact] = [entry for _, entry in sorted(told, key=lambda pair: pair[0])]
    for undoing in sorted(undoings, key=lambda reversal: reversal.recorded_at):
        ordered.insert(_place(ordered, undoing), undoing)
    stays = [fact for stay in vector.get("stays", ()) for fact in _stay(stay)]
    for fact in sorted(stays, key=lambda stay: (stay.recorded_at, isinstance(stay, Stay))):
        ordered.insert(_behind(ordered, fact.recorded_at), fact)
    return list(_positioned(ordered))


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


def _stay(told: Mapping[str, Any]) -> Iterator[Stay | StayLift]:
    entry, stayed_at = told["entry"], instant(told["recorded_at"])
    yield Stay(f"stay of {entry}", 0, entry, stayed_at)
    if told.get("lifted_at") is not None:
        lifted_at = instant(told["lifted_at"])
        if lifted_at <= stayed_at:
            raise ValueError(f"a stay of {entry} would have to be lifted after it was given")
        yield StayLift(f"lift of {entry}", 0, entry, lifted_at)


def _place(facts: Sequence[Fact], reversal: Reversal) -> int:
    """Return where a reversal stands: before the regrade it belongs to, else behind all recorded by its instant."""
    for index, fact in enumerate(facts):
        if _belongs(fact, reversal):
            return index
    return _behind(facts, reversal.recorded_at)


def _behind(facts: Sequence[Fact], recorded_at: datetime) -> int:
    """Return where a fact stands that is recorded behind all others of its instant."""
    return sum(1 for fact in facts if fact.recorded_at <= recorded_at)


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
