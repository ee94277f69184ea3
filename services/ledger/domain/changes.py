"""What a fact does to sanctions: the difference between two states of knowledge, for the event that tells of it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, TypeAlias

from services.ledger.domain.course import Course
from services.ledger.domain.events import ChangeName, SanctionChange
from services.ledger.domain.facts import Entry
from services.ledger.domain.holding import Holding, ladder_key
from services.ledger.domain.knowledge import Knowledge
from services.ledger.domain.lines import Line, State
from services.ledger.domain.rows import Row, Slot

Rows: TypeAlias = Mapping[tuple[str, Slot], tuple[Entry, Row]]
Told: TypeAlias = tuple[Entry, SanctionChange]

OTHERS_IN_ITS_WAY: Final[frozenset[State | None]] = frozenset({"moot", "queued", "absorbed", "superseded"})


def in_order(*told: Iterable[Told]) -> tuple[SanctionChange, ...]:
    """Return the changes in ladder order of their entries; those of one entry as they were told."""
    found = [one for some in told for one in some]
    found.sort(key=lambda one: ladder_key(one[0]))
    return tuple([change for _, change in found])


def moves(before: Knowledge, after: Knowledge) -> list[Told]:
    """Return the sanctions ordered, rescheduled and vacated between two states, by ordinal within their entries.

    The seal's row moving to another entry is vacated with the one and ordered with the other.
    """
    old, new = before.holdings(), after.holdings()
    gone, come = _without(old, new), _without(new, old)
    if not gone:
        return [_told("ordered", one.entry, row) for one in come for row in one.shown() if not row.vacated]
    was, now = _rows(gone), _rows(come)
    return [told for key in {**was, **now} for told in _move(was.get(key), now.get(key))]


def turns(before: Course, after: Course, instant: datetime) -> list[Told]:
    """Return the sanctions revived, stayed and resumed at `instant` by what is known after and was not before."""
    was, now = before.known, after.known
    if was.undone is now.undone and was.stays is now.stays and before.seals == after.seals:
        return []  # points were added at most: nothing that was kept from force comes into it
    states = {_key(line): state for line, state in zip(before.lines, before.look(instant).states, strict=True)}
    found: list[Told] = []
    for line, state in zip(after.lines, after.look(instant).states, strict=True):
        change = _turn(line.row, instant, states.get(_key(line)), state)
        if change is not None:
            found.append(_told(change, line.entry, line.row))
    return found


def _turn(row: Row, instant: datetime, was: State | None, now: State | None) -> ChangeName | None:
    if was == now or (row.end is not None and row.end <= instant):
        return None
    if now == "stayed":
        return "stayed"
    if was == "stayed":
        return None if now in ("moot", "vacated") else "resumed"
    return "revived" if was in OTHERS_IN_ITS_WAY and now == "in_force" else None


def _key(line: Line) -> tuple[str, Slot]:
    return (line.entry.id, line.row.slot)


def _without(some: Iterable[Holding], others: Iterable[Holding]) -> list[Holding]:
    """Return those of `some` that are none of `others`: whatever a fact leaves as it is, is the same object."""
    same = set(map(id, others))
    return [holding for holding in some if id(holding) not in same]


def _rows(holdings: Iterable[Holding]) -> Rows:
    return {(holding.entry.id, row.slot): (holding.entry, row) for holding in holdings for row in holding.shown()}


def _move(was: tuple[Entry, Row] | None, now: tuple[Entry, Row] | None) -> list[Told]:
    old = was[1] if was is not None and not was[1].vacated else None
    new = now[1] if now is not None and not now[1].vacated else None
    if old is not None and was is not None and new is None:
        return [_told("vacated", was[0], old)]
    if new is None or now is None:
        return []
    if old is None:
        return [_told("ordered", now[0], new)]
    if (old.node, old.start, old.end) == (new.node, new.start, new.end):
        return []
    return [_told("rescheduled", now[0], new)]


def _told(change: ChangeName, entry: Entry, row: Row) -> Told:
    return entry, SanctionChange(change, entry.id, entry.track, row.node, row.start, row.end)
