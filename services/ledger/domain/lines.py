"""What has become of each sanction at an instant. Source: domain rules §6 (states by precedence), R4, R6, R7.

For one state of knowledge every row is a line, whose state depends on the instant alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from services.ledger.domain.facts import Entry
from services.ledger.domain.holding import Holding
from services.ledger.domain.knowledge import Knowledge
from services.ledger.domain.rows import Row
from services.ledger.domain.seals import Seal

State: TypeAlias = Literal["vacated", "moot", "stayed", "queued", "in_force", "absorbed", "superseded", "served"]

_SMALLEST: Final = timedelta(microseconds=1)


class Line(NamedTuple):
    """A row of an entry, with what stands between it and being in force.

    `heavier` are the sanctions of its track that outrank it while both run; `outranked_at_trigger` says that one of
    them, earlier in ladder order, was in its way when it started; `free_from` is the first instant from its start on
    that neither they nor a seal cover (at or behind its end: it is never in force; None: a seal covers the rest).
    """

    entry: Entry
    row: Row
    seals: Sequence[Seal]
    heavier: tuple[Row, ...] = ()
    outranked_at_trigger: bool = False
    free_from: datetime | None = None

    def state(self, instant: datetime) -> State | None:
        """Return the state at `instant`, or None while the entry does not count yet.

        Past its own end a sanction keeps the state of its last instant, except that in force becomes served.
        """
        row = self.row
        if self.entry.effective_at > instant:
            return None
        if row.vacated:
            return "vacated"
        if row.end is None or instant < row.end:
            return self._running(instant)
        last = self._running(row.end - _SMALLEST)
        return "served" if last == "in_force" else last

    def _running(self, instant: datetime) -> State:
        row = self.row
        if self.seals and not row.sealing and any(seal.stands(instant) for seal in self.seals):
            return "moot"
        if instant < row.start:
            return "queued"
        if self.heavier and any(other.covers(instant) for other in self.heavier):
            was_in_force = self.free_from is not None and self.free_from <= instant
            return "superseded" if was_in_force or not self.outranked_at_trigger else "absorbed"
        return "in_force"


def lines_of(known: Knowledge) -> tuple[Line, ...]:
    """Return the lines of all that is known, in ladder order of their entries, then by ordinal."""
    seals = known.seals()
    tiers: dict[str, list[Row]] = {}
    lines: list[Line] = []
    for holding in known.holdings():
        track = holding.entry.track
        if _heaviest(holding) and track not in tiers:
            tiers[track] = [row for other in known.tracks[track].holdings if _heaviest(other) for row in _terms(other)]
        for row in holding.shown():
            rivals = tiers[track] if track in tiers and row.slot[0] == "node" and not row.vacated else ()
            lines.append(_ranked(holding.entry, row, rivals, seals) if rivals else Line(holding.entry, row, seals))
    return tuple(lines)


def _heaviest(holding: Holding) -> bool:
    """Return whether only the heaviest of the sanctions that stand at one time is in force on the entry's ladder."""
    return holding.ladder is not None and holding.ladder.composition == "heaviest"


def _terms(holding: Holding) -> list[Row]:
    return [row for row in holding.rows if row.slot[0] == "node" and not row.vacated]


def _ranked(entry: Entry, row: Row, tiers: Sequence[Row], seals: tuple[Seal, ...]) -> Line:
    """Return the line of a tier among the tiers of its track."""
    mine = next((index for index, other in enumerate(tiers) if other is row), None)
    if mine is None:
        return Line(entry, row, seals)
    earlier = [other for other in tiers[:mine] if _meet(other, row) and _weight(other) >= _weight(row)]
    later = [other for other in tiers[mine + 1 :] if _meet(other, row) and _weight(other) > _weight(row)]
    at_trigger = any(other.covers(row.start) for other in earlier)
    return Line(entry, row, seals, (*earlier, *later), at_trigger, _free_from(row.start, (*earlier, *later), seals))


def _weight(row: Row) -> tuple[int, datetime]:
    """Return what a tier outranks others by: the node, then the later end. Equal ones: the earlier in ladder order."""
    return int(row.node), row.end or row.start


def _meet(one: Row, other: Row) -> bool:
    return (one.end is None or other.start < one.end) and (other.end is None or one.start < other.end)


def _free_from(start: datetime, rows: Sequence[Row], seals: Sequence[Seal]) -> datetime | None:
    """Return the first instant from `start` on that none of these covers, or None if one covers the rest."""
    instant = start
    while True:
        ends = [row.end for row in rows if row.covers(instant)]
        ends += [seal.until for seal in seals if seal.stands(instant)]
        if not ends:
            return instant
        latest = ends[0]
        if latest is None:
            return None
        instant = latest
