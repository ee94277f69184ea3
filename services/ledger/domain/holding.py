"""What one entry holds, at one state of knowledge: its place in the points, its rows, its hold on the seal."""

from datetime import datetime
from itertools import count
from typing import NamedTuple, TypeAlias

from services.ledger.domain.allotment import NOTHING, Allotment, Term, allot, at_most, cut, smaller
from services.ledger.domain.facts import Entry
from services.ledger.domain.ladders import ladder_at, sealing_node
from services.ledger.domain.points import Tally, into_year
from services.ledger.domain.rows import FIRST_NODE, Row, direct_rows, node_row, reschedule, vacate
from services.ledger.domain.years import year_of
from shared.rulebook.model import Ladder, Node, Timeline

LadderKey: TypeAlias = tuple[datetime, int]


class Holding(NamedTuple):
    """An entry with all that follows from it and from the unreversed entries of its track before it.

    `sealing` is its ladder's sealing node; `tally` counts the entry; `busy_until` is the last end on the track up to
    it; `seal` is its row at the sealing node once it was the sealing entry, `hidden` while another entry before it
    seals in its stead.
    """

    entry: Entry
    ladder: Ladder | None
    sealing: Node | None
    tally: Tally
    holds_seal: bool
    busy_until: datetime | None
    rows: tuple[Row, ...]
    seal: Row | None = None
    hidden: bool = False

    @property
    def allotment(self) -> Allotment:
        """What it holds now: the terms of its rows that are not vacated, in order, and the seal as a cap."""
        terms = tuple(
            Term(int(row.node), row.start, row.end, row.measures)
            for row in self.rows
            if row.slot[0] == "node" and not row.vacated and row.end is not None
        )
        return Allotment(terms, self.holds_seal)

    def shown(self) -> tuple[Row, ...]:
        """Return its rows as a statement shows them, the seal's last."""
        return self.rows if self.seal is None or self.hidden else (*self.rows, self.seal)


def ladder_key(entry: Entry) -> LadderKey:
    """Return what ladder order sorts by: the effective instant, then the position."""
    return (entry.effective_at, entry.position)


def place(entry: Entry, prior: Holding | None, replaced: Holding | None, timeline: Timeline) -> Holding:
    """Return what `entry` holds when it is recorded behind `prior` in ladder order.

    `replaced` is what the entry that it regrades held immediately before its reversal: a regrade holds no more.
    """
    ladder = ladder_at(timeline, entry.track, entry.effective_at)
    before = _before(entry, prior, timeline)
    after = before.plus(entry.points)
    busy_until = prior.busy_until if prior is not None else None
    allotment = allot(ladder, before.total, after.total, entry.effective_at, busy_until)
    direct = direct_rows(entry.direct, entry.effective_at, None)
    if replaced is not None:
        allotment, direct = _lowered(entry, allotment, replaced, ladder)
    rows = (*map(node_row, count(), allotment.terms), *direct)
    return Holding(entry, ladder, sealing_node(ladder), after, allotment.seal, _busy(busy_until, rows), rows)


def behind(holding: Holding, prior: Holding | None, timeline: Timeline) -> Holding:
    """Return the holding as it stands behind `prior` when only points and ends before it changed, not its rows."""
    tally = _before(holding.entry, prior, timeline).plus(holding.entry.points)
    busy_until = _busy(prior.busy_until if prior is not None else None, holding.rows)
    return holding._replace(tally=tally, busy_until=busy_until)


def recompute(holding: Holding, prior: Holding | None, timeline: Timeline, instant: datetime) -> Holding:
    """Return what remains of the holding behind `prior` after a reversal before it, recorded at `instant`."""
    entry = holding.entry
    before = _before(entry, prior, timeline)
    after = before.plus(entry.points)
    busy_until = prior.busy_until if prior is not None else None
    fresh = allot(holding.ladder, before.total, after.total, entry.effective_at, busy_until)
    kept = smaller(holding.allotment, fresh)
    rows = _fallen(holding, kept, instant)
    fell_to_tier = holding.seal is not None and holding.seal.slot == FIRST_NODE and bool(kept.terms)
    return holding._replace(
        tally=after,
        holds_seal=kept.seal,
        busy_until=_busy(busy_until, rows),
        rows=rows,
        seal=None if fell_to_tier else holding.seal,
    )


def bare(holding: Holding, instant: datetime) -> Holding:
    """Return the holding of an entry that is itself reversed at `instant`: every row it ever had, vacated."""
    rows = tuple(vacate(row, instant) for row in holding.rows)
    seal = vacate(holding.seal, instant) if holding.seal is not None else None
    return holding._replace(holds_seal=False, busy_until=None, rows=rows, seal=seal, hidden=False)


def _before(entry: Entry, prior: Holding | None, timeline: Timeline) -> Tally:
    year = year_of(entry.effective_at)
    return Tally(year, 0, 0) if prior is None else into_year(prior.tally, year, entry.track, timeline)


def _busy(until: datetime | None, rows: tuple[Row, ...]) -> datetime | None:
    for row in rows:
        if row.slot[0] == "node" and not row.vacated and row.end is not None:
            until = row.end if until is None else max(until, row.end)
    return until


def _lowered(
    entry: Entry, fresh: Allotment, replaced: Holding, ladder: Ladder | None
) -> tuple[Allotment, tuple[Row, ...]]:
    """Return what a regrade may hold of `fresh` and of its direct sanctions, given what it replaces (R10)."""
    seals = replaced.seal is not None and not replaced.seal.vacated and not replaced.hidden
    if replaced.holds_seal or seals:
        return fresh, direct_rows(entry.direct, entry.effective_at, None)
    ends = [row.end for row in replaced.rows if not row.vacated and row.end is not None]
    if not ends:
        return NOTHING, ()
    if entry.track == replaced.entry.track:
        fresh = at_most(replaced.allotment, fresh, ladder, entry.effective_at)
    return cut(fresh, max(ends)), direct_rows(entry.direct, entry.effective_at, max(ends))


def _fallen(holding: Holding, kept: Allotment, instant: datetime) -> tuple[Row, ...]:
    """Return the rows with what is kept: the same rows rescheduled, or new ones where the seal was held."""
    standing = {row.slot[1]: row for row in holding.rows if row.slot[0] == "node"}
    rows: list[Row] = []
    for ordinal, term in enumerate(kept.terms):
        row = standing.pop(ordinal, None)
        if row is None or row.vacated:  # it held the seal: until now this had no end
            row = Row(("node", ordinal), term.node, term.start, None, term.measures)
        rows.append(reschedule(row, term, instant))
    rows += [vacate(row, instant) for row in standing.values()]
    return (*rows, *(row for row in holding.rows if row.slot[0] == "direct"))
