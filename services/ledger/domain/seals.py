"""When a track's points seal the account, and with which entry. Source: R6.

The seal (查封账户) is no allotment: it stands exactly while the points stand at or above the sealing node, from the
entry, in ladder order, with which the remaining total reaches it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from services.ledger.domain.holding import Holding
from services.ledger.domain.points import Tally, coming_years
from services.ledger.domain.rows import FIRST_NODE, SEAL_BESIDE, Row, vacate
from services.ledger.domain.years import year_start
from shared.rulebook.model import Node, Timeline


class Seal(NamedTuple):
    """The points of an account seal it in `[start, until)` with the entry named; `until` is None for good.

    Whether it is stayed meanwhile is another matter: the points stay as they are.
    """

    entry: str
    start: datetime
    until: datetime | None


def seals_of(holdings: Sequence[Holding], track: str, timeline: Timeline) -> tuple[Seal, ...]:
    """Return the seals of a track in order of time, given its unreversed entries in ladder order."""
    seals: list[Seal] = []
    until: datetime | None = None
    for index, holding in enumerate(holdings):
        node = holding.sealing
        if node is None or holding.tally.total < node.at:
            continue
        if not seals or (until is not None and until <= holding.entry.effective_at):
            until = _cleared_at(holdings[index:], node, track, timeline)
            seals.append(Seal(holding.entry.id, holding.entry.effective_at, until))
    return tuple(seals)


def with_seals(holdings: tuple[Holding, ...], seals: Sequence[Seal], instant: datetime) -> tuple[Holding, ...]:
    """Return the holdings with their rows at the sealing node as of the fact recorded at `instant`.

    The sealing entry has the row. One that has lost it to an entry before it shows none meanwhile; one that no longer
    reaches the node keeps the row vacated.
    """
    if not seals and not any(holding.seal for holding in holdings):
        return holdings
    by_entry = {seal.entry: seal for seal in seals}
    return tuple(
        _with_seal(holding, by_entry.get(holding.entry.id), instant)
        if holding.seal is not None or holding.entry.id in by_entry
        else holding
        for holding in holdings
    )


def _with_seal(holding: Holding, seal: Seal | None, instant: datetime) -> Holding:
    node = holding.sealing
    if seal is not None and node is not None:
        return holding._replace(seal=_seal_row(holding, node, seal), hidden=False)
    row = holding.seal
    if row is None or row.vacated:
        return holding
    if node is not None and holding.tally.total >= node.at:
        return holding if holding.hidden else holding._replace(hidden=True)
    return holding._replace(seal=vacate(row, instant), hidden=False)


def _seal_row(holding: Holding, node: Node, seal: Seal) -> Row:
    if holding.seal is not None:
        slot = holding.seal.slot
    else:
        slot = SEAL_BESIDE if any(row.slot[0] == "node" for row in holding.rows) else FIRST_NODE
    return Row(slot, node.at, seal.start, seal.until, node.sanction.measures, sealing=True)


def _cleared_at(holdings: Sequence[Holding], node: Node, track: str, timeline: Timeline) -> datetime | None:
    """Return the first year end from the first holding on that leaves less than the node, None if none does."""
    followers = [holding.tally.year for holding in holdings[1:]]
    for holding, until_year in zip(holdings, [*followers, None], strict=True):
        for tally in _years_before(holding.tally, until_year, track, timeline):
            if tally.total < node.at:
                return year_start(tally.year)
    return None


def _years_before(tally: Tally, until_year: int | None, track: str, timeline: Timeline) -> Iterable[Tally]:
    """Yield the carried tallies of the coming years, up to and with `until_year` if there is a next entry."""
    for coming in coming_years(tally, track, timeline):
        if until_year is not None and coming.year > until_year:
            return
        yield coming
