"""Why an answer differs between two states of knowledge: the facts between them, learned one after the other."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from services.ledger.domain.answer import SanctionRow, Standing
from services.ledger.domain.course import course_of
from services.ledger.domain.facts import Entry, Fact, Reversal, Stay
from services.ledger.domain.knowledge import Knowledge, learn, learn_all
from services.ledger.domain.standing import known_by, standing_in
from shared.rulebook.model import Timeline

MAX_STEPS: Final = 1000


@dataclass(frozen=True, slots=True)
class Clock:
    """A state of knowledge: what was recorded at or before an instant, through a position; None: no bound."""

    known_at: datetime | None
    known_position: int | None


class TooManySteps(Exception):
    """More facts lie between the two states than one answer tells."""


def differences(
    seller: str, facts: Sequence[Fact], rules: Timeline, as_of: datetime, earlier: Clock, later: Clock
) -> dict[str, Any]:
    """Return the two answers and the steps from one to the other, in the form of the contract `Differences`.

    Whichever of the two states knows less is the earlier one.

    Raises:
        TooManySteps: there are more than `MAX_STEPS`.
    """
    some, more = (known_by(facts, clock.known_at, clock.known_position) for clock in (earlier, later))
    if len(some) > len(more):
        some, more, earlier, later = more, some, later, earlier
    between = more[len(some) :]
    if len(between) > MAX_STEPS:
        raise TooManySteps
    known = learn_all(rules, some)
    first = last = _answer(seller, known, as_of)
    steps = []
    for fact in between:
        known = learn(known, fact)
        answer = _answer(seller, known, as_of)
        steps.append(_step(fact, last, answer))
        last = answer
    return {
        "seller": seller,
        "as_of": as_of,
        "earlier": _known(earlier, first),
        "later": _known(later, last),
        "steps": steps,
    }


def _answer(seller: str, known: Knowledge, as_of: datetime) -> Standing:
    return standing_in(seller, course_of(known), as_of)


def _known(clock: Clock, answer: Standing) -> dict[str, Any]:
    return {
        "known_at": clock.known_at,
        "known_position": clock.known_position,
        "standing": answer.standing,
        "points": answer.points,
        "restricted_until": answer.restricted_until,
    }


def _step(fact: Fact, before: Standing, after: Standing) -> dict[str, Any]:
    return {
        "position": fact.position,
        "recorded_at": fact.recorded_at,
        "fact": fact.id,
        "kind": _kind(fact),
        "entry": fact.id if isinstance(fact, Entry) else fact.entry,
        "points_before": before.points,
        "points_after": after.points,
        "standing_before": before.standing,
        "standing_after": after.standing,
        "restricted_until_before": before.restricted_until,
        "restricted_until_after": after.restricted_until,
        "sanctions": list(effects(before.sanctions, after.sanctions)),
    }


def _kind(fact: Fact) -> str:
    if isinstance(fact, Entry):
        return "violation" if fact.regrades is None else "regrade"
    if isinstance(fact, Reversal):
        return fact.kind
    return "stay" if isinstance(fact, Stay) else "stay_lifted"


def effects(before: Sequence[SanctionRow], after: Sequence[SanctionRow]) -> Iterable[dict[str, Any]]:
    """Yield the sanctions that two answers have not alike, as each has them; None where it has none."""
    was, now = _named(before), _named(after)
    for key in {**was, **now}:
        old, new = was.get(key), now.get(key)
        if old != new:
            effect: Literal["added", "changed", "removed"] = (
                "added" if old is None else "removed" if new is None else "changed"
            )
            yield {"effect": effect, "before": old, "after": new}


def _named(rows: Sequence[SanctionRow]) -> Mapping[tuple[str, int], SanctionRow]:
    """Rows by entry and ordinal within it, which names a sanction through all that happens to it."""
    named: dict[tuple[str, int], SanctionRow] = {}
    counted: dict[str, int] = {}
    for row in rows:
        counted[row.entry] = number = counted.get(row.entry, 0) + 1
        named[row.entry, number] = row
    return named
