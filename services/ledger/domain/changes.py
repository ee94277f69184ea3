"""What a fact does to sanctions: the difference between two states of knowledge, for the event that tells of it."""

from collections.abc import Iterable, Mapping
from typing import Literal, TypeAlias

from services.ledger.domain.events import SanctionChange
from services.ledger.domain.facts import Entry
from services.ledger.domain.holding import Holding, ladder_key
from services.ledger.domain.knowledge import Knowledge
from services.ledger.domain.rows import Row, Slot

Rows: TypeAlias = Mapping[tuple[str, Slot], tuple[Entry, Row]]


def sanction_changes(before: Knowledge, after: Knowledge) -> tuple[SanctionChange, ...]:
    """Return the sanctions ordered, rescheduled and vacated between two states, in ladder order, then by ordinal.

    The seal's row moving to an earlier entry is vacated with the one and ordered with the other.
    """
    old, new = before.holdings(), after.holdings()
    gone, come = _without(old, new), _without(new, old)
    if not gone:
        return tuple([_told("ordered", one.entry, row) for one in come for row in one.shown() if not row.vacated])
    was, now = _rows(gone), _rows(come)
    found: list[tuple[Entry, SanctionChange]] = []
    for key in {**was, **now}:
        found += _change(was.get(key), now.get(key))
    found.sort(key=lambda pair: ladder_key(pair[0]))
    return tuple(change for _, change in found)


def _without(some: Iterable[Holding], others: Iterable[Holding]) -> list[Holding]:
    """Return those of `some` that are none of `others`: whatever a fact leaves as it is, is the same object."""
    same = set(map(id, others))
    return [holding for holding in some if id(holding) not in same]


def _rows(holdings: Iterable[Holding]) -> Rows:
    return {(holding.entry.id, row.slot): (holding.entry, row) for holding in holdings for row in holding.shown()}


def _change(was: tuple[Entry, Row] | None, now: tuple[Entry, Row] | None) -> list[tuple[Entry, SanctionChange]]:
    old = was[1] if was is not None and not was[1].vacated else None
    new = now[1] if now is not None and not now[1].vacated else None
    if old is not None and was is not None and new is None:
        return [(was[0], _told("vacated", was[0], old))]
    if new is None or now is None:
        return []
    if old is None:
        return [(now[0], _told("ordered", now[0], new))]
    if (old.node, old.start, old.end) == (new.node, new.start, new.end):
        return []
    return [(now[0], _told("rescheduled", now[0], new))]


def _told(change: Literal["ordered", "rescheduled", "vacated"], entry: Entry, row: Row) -> SanctionChange:
    return SanctionChange(change, entry.id, entry.track, row.node, row.start, row.end)
