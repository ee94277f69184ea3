"""What has become of each sanction at an instant. Source: domain rules §6 (states by precedence), R4, R6, R7, R11.

For one state of knowledge every row is a line, whose state depends on the instant alone.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from services.ledger.domain.facts import Entry
from services.ledger.domain.holding import Holding
from services.ledger.domain.knowledge import Knowledge
from services.ledger.domain.rows import Row
from services.ledger.domain.spans import Span, apart, covered, first_free

State: TypeAlias = Literal["vacated", "moot", "stayed", "queued", "in_force", "absorbed", "superseded", "served"]

_SMALLEST: Final = timedelta(microseconds=1)


class Line(NamedTuple):
    """A row of an entry, with what stands between it and being in force.

    `seals` and `stays` are when the account is sealed and the entry's sanctions are stayed; `heavier` is when a
    sanction of its track that is not stayed outranks it; `outranked_at_trigger` says that one of an entry earlier in
    ladder order did so when it started; `free_from` is the first instant from its start on that none of these cover
    (at or behind its end: it is never in force; None: they cover all the rest).
    """

    entry: Entry
    row: Row
    seals: Sequence[Span]
    stays: Sequence[Span] = ()
    heavier: Sequence[Span] = ()
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
        if row.start < row.end and not (self.seals or self.stays or self.heavier):
            return "served"  # nothing ever stood between it and being in force
        last = self._running(row.end - _SMALLEST)
        return "served" if last == "in_force" else last

    def _running(self, instant: datetime) -> State:
        row = self.row
        if self.seals and not row.sealing and covered(self.seals, instant):
            return "moot"
        if self.stays and covered(self.stays, instant):
            return "stayed"
        if instant < row.start:
            return "queued"
        if self.heavier and covered(self.heavier, instant):
            was_in_force = self.free_from is not None and self.free_from <= instant
            return "superseded" if was_in_force or not self.outranked_at_trigger else "absorbed"
        return "in_force"


class Tier(NamedTuple):
    """A sanction of a heaviest-only ladder, and when it outranks lighter ones: its period but for stays."""

    row: Row
    outranks: tuple[Span, ...]


def lines_of(known: Knowledge) -> tuple[Line, ...]:
    """Return the lines of all that is known, in ladder order of their entries, then by ordinal."""
    seals = known.seals()
    tiers: dict[str, list[Tier]] = {}
    lines: list[Line] = []
    for holding in known.holdings():
        track = holding.entry.track
        if _heaviest(holding) and track not in tiers:
            tiers[track] = _tiers(known, track)
        stays, ranking = known.stays.get(holding.entry.id, ()), tiers.get(track)
        for row in holding.shown():
            line = Line(holding.entry, row, seals, stays)
            if ranking is not None and row.slot[0] == "node" and not row.vacated:
                line = _ranked(line, ranking)
            lines.append(line)
    return tuple(lines)


def _heaviest(holding: Holding) -> bool:
    """Return whether only the heaviest of the sanctions that stand at one time is in force on the entry's ladder."""
    return holding.ladder is not None and holding.ladder.composition == "heaviest"


def _tiers(known: Knowledge, track: str) -> list[Tier]:
    return [
        Tier(row, apart(Span(row.start, row.end), known.stays.get(holding.entry.id, ())))
        for holding in known.tracks[track].holdings
        if _heaviest(holding)
        for row in holding.rows
        if row.slot[0] == "node" and not row.vacated
    ]


def _ranked(line: Line, tiers: Sequence[Tier]) -> Line:
    """Return the line as it stands among the tiers of its track, of which it may be one."""
    row = line.row
    mine = next((index for index, tier in enumerate(tiers) if tier.row is row), None)
    if mine is None:
        return line
    before, behind = tiers[:mine], tiers[mine + 1 :]
    earlier = [tier for tier in before if _meet(tier.row, row) and _weight(tier.row) >= _weight(row)]
    later = [tier for tier in behind if _meet(tier.row, row) and _weight(tier.row) > _weight(row)]
    heavier = [span for tier in (*earlier, *later) for span in tier.outranks]
    return line._replace(
        heavier=heavier,
        outranked_at_trigger=any(covered(tier.outranks, row.start) for tier in earlier),
        free_from=first_free(row.start, (*heavier, *line.seals, *line.stays)),
    )


def _weight(row: Row) -> tuple[int, datetime]:
    """Return what a tier outranks others by: the node, then the later end. Equal ones: the earlier in ladder order."""
    return int(row.node), row.end or row.start


def _meet(one: Row, other: Row) -> bool:
    return (one.end is None or other.start < one.end) and (other.end is None or one.start < other.end)
