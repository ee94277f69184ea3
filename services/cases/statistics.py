"""What becomes of decisions, counted: how many are appealed against and corrected, and how long both take.

Made from the rows of all decisions, which are made from the log. Rows are read in pages and groups are limited, so that
memory is bounded by the groups, not by the decisions.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, TypeAlias

from services.cases import refusals
from services.cases.decisionrow import Fate
from services.cases.decisiontables import DECISIONS
from services.cases.queue import number
from services.cases.refusals import Refused
from services.cases.selection import ORDER, pages
from services.cases.tally import Durations
from shared.kit.log.instant import to_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Row, Value, Where

Column: TypeAlias = Literal["rulebook", "ground", "grade", "officer"]
Key: TypeAlias = tuple[str | None, ...]

MAX_GROUPS: Final = 2000
CORRECTED: Final[frozenset[Fate]] = frozenset({"reversed", "regraded", "revoked", "overturned"})


@dataclass(frozen=True, slots=True)
class Period:
    """Decisions recorded from an instant on (inclusive) and before another (exclusive); None: without that end."""

    since: datetime | None = None
    before: datetime | None = None


@dataclass(slots=True)
class Group:
    """The decisions that have the same values in the columns asked for."""

    outcomes: Counter[str] = field(default_factory=Counter)
    fates: Counter[str] = field(default_factory=Counter)
    appealed: int = 0
    to_decision: Durations = field(default_factory=Durations)
    to_reversal: Durations = field(default_factory=Durations)

    @property
    def decisions(self) -> int:
        """How many decisions there are."""
        return self.outcomes.total()

    @property
    def corrected(self) -> int:
        """How many of them count no longer as they were decided."""
        return sum(self.fates[fate] for fate in CORRECTED)

    def add(self, row: Row) -> None:
        """Count one decision."""
        decided, fate = number(row, "decided_us"), str(row["fate"])
        self.outcomes[str(row["outcome"])] += 1
        self.fates[fate] += 1
        self.appealed += number(row, "appealed")
        self.to_decision.add(decided - number(row, "filed_us"))
        if fate in CORRECTED:
            self.to_reversal.add(number(row, "fate_us") - decided)


def overturns(log: EventLog, by: Sequence[Column], period: Period) -> list[tuple[Key, Group]]:
    """Return the groups by their values in these columns, in their order, nothing (None) first.

    Raises:
        Refused: `too_many_groups`.
        LogUnavailable: see there.
    """
    groups: dict[Key, Group] = {}
    for row in _rows(log, period):
        key = tuple(_text(row[column]) for column in by)
        group = groups.get(key)
        if group is None:
            if len(groups) == MAX_GROUPS:
                raise Refused(refusals.too_many_groups(MAX_GROUPS))
            group = groups[key] = Group()
        group.add(row)
    return sorted(groups.items(), key=lambda item: tuple((value is not None, value or "") for value in item[0]))


def _rows(log: EventLog, period: Period) -> Iterator[Row]:
    conditions = []
    if period.since is not None:
        conditions.append(Where("decided_us", ">=", to_us(period.since)))
    if period.before is not None:
        conditions.append(Where("decided_us", "<", to_us(period.before)))
    return pages(log, DECISIONS, conditions, ORDER)


def _text(value: Value) -> str | None:
    return None if value is None else str(value)
