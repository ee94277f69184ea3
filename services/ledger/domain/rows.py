"""Rows of a statement: one per entry and ordinal, through everything that reversals do to it. Source: R7 to R9."""

from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, TypeAlias

from services.ledger.domain.allotment import Term
from shared.rulebook.model import Sanction

Slot: TypeAlias = tuple[Literal["node", "direct", "seal"], int]

FIRST_NODE: Final[Slot] = ("node", 0)
SEAL_BESIDE: Final[Slot] = ("seal", 0)


class Row(NamedTuple):
    """One sanction of an entry. `slot` names it for ever; node, start and end are what it has, or last had.

    `end` is exclusive, None for a seal that stands. `lifted_at` is the recorded time of the reversal that ended it
    before its time. `sealing` is the row at the sealing node, which only the clearing of the points ends.
    """

    slot: Slot
    node: int | Literal["direct"]
    start: datetime
    end: datetime | None
    measures: tuple[str, ...]
    vacated: bool = False
    lifted_at: datetime | None = None
    sealing: bool = False

    def covers(self, instant: datetime) -> bool:
        """Return whether its own period contains `instant`, whatever its state."""
        return self.start <= instant and (self.end is None or instant < self.end)


def node_row(ordinal: int, term: Term) -> Row:
    """Return the row of a term of the ladder."""
    return Row(("node", ordinal), term.node, term.start, term.end, term.measures)


def direct_rows(direct: tuple[Sanction, ...], trigger: datetime, cut: datetime | None) -> tuple[Row, ...]:
    """Return the rows of direct sanctions: each runs its hours from the trigger, `cut` at the latest.

    What would be empty after the cut has no row.
    """
    rows: list[Row] = []
    for ordinal, sanction in enumerate(direct):
        end = None if sanction.hours is None else trigger + timedelta(hours=sanction.hours)
        if cut is not None:
            end = cut if end is None else min(end, cut)
        if end is None or trigger < end:
            rows.append(Row(("direct", ordinal), "direct", trigger, end, sanction.measures))
    return tuple(rows)


def vacate(row: Row, instant: datetime) -> Row:
    """Return the row as its entry keeps nothing of it since the reversal at `instant`; vacated it stays as it was."""
    if row.vacated:
        return row
    return row._replace(vacated=True, lifted_at=instant if _runs_past(row.end, instant) else row.lifted_at)


def reschedule(row: Row, term: Term, instant: datetime) -> Row:
    """Return the row with the term's node, start and end: lifted if that brings its end to `instant` or before."""
    lifted = _runs_past(row.end, instant) and term.end <= instant
    return Row(row.slot, term.node, term.start, term.end, term.measures, lifted_at=instant if lifted else row.lifted_at)


def _runs_past(end: datetime | None, instant: datetime) -> bool:
    return end is None or end > instant
