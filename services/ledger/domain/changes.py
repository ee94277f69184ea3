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
    old, new = _holdings(before), _holdings(after)
    was = _rows(holding for key, holding in old.items() if new.get(key) is not holding)
    now = _rows(holding for key, holding in new.items() if old.get(key) is not holding)
    found: list[tuple[Entry, SanctionChange]] = []
    for key in {**was, **now}:
        found += _change(was.get(key), now.get(key))
    found.sort(key=lambda pair: ladder_key(pair[0]))
    return tuple(change for _, change in found)


def _holdings(known: Knowledge) -> dict[str, Holding]:
    """Return what is shown of each entry, by id, whether it is reversed or not."""
    found = {holding.entry.id: holding for track in known.tracks.values() for holding in track.holdings}
    return found | {entry: undone.left for entry, undone in known.undone.items()}


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
