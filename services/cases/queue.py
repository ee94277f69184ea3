"""The work queue, read by deadline: one row per case (written by `caserow`).

What the clock makes of a case (`under_review`, breaches) is said when a row is read, by the domain's own rule.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, get_args

from services.cases.domain.state import StateName
from services.cases.tables import CASES, FOREVER_US, OPEN
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Row, Value, Where, resume

ORDER: Final = ("next_due_us",)
STATE_NAMES: Final = tuple(name for name in get_args(StateName) if name != "unfiled")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: in this state at the time of asking, due before an instant (exclusive), of a seller or officer."""

    state: str | None = None
    due_before: datetime | None = None
    seller: str | None = None
    officer: str | None = None


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Rows by next deadline, then case id; `after` resumes behind the last one, None where nothing is left."""

    rows: list[Row]
    after: tuple[Value, ...] | None


def read_queue(log: EventLog, wanted: Wanted, now: datetime, limit: int, after: Sequence[Value] = ()) -> QueuePage:
    """Return at most `limit` cases; raises `LogUnavailable`."""
    rows = log.select(CASES, *_conditions(wanted, now), order=ORDER, limit=limit + 1, after=after)
    more = len(rows) > limit
    return QueuePage(rows[:limit], resume(CASES, ORDER, rows[limit - 1]) if more else None)


def _conditions(wanted: Wanted, now: datetime) -> list[Where]:
    conditions = [] if wanted.state is None else _in_state(wanted.state, now)
    if wanted.due_before is not None:
        conditions.append(Where("next_due_us", "<", to_us(wanted.due_before)))
    if wanted.seller is not None:
        conditions.append(Where("respondent", "=", wanted.seller))
    if wanted.officer is not None:
        conditions.append(Where("officer", "=", wanted.officer))
    return conditions


def _in_state(state: str, now: datetime) -> list[Where]:
    if state == "under_review":
        return [Where("state", "=", OPEN), Where("review_from_us", "<=", to_us(now))]
    if state in ("filed", "evidence_open"):
        notified = int(state == "evidence_open")
        return [
            Where("state", "=", OPEN),
            Where("review_from_us", ">", to_us(now)),
            Where("notified", "=", notified),
        ]
    return [Where("state", "=", state)]


def state_of(row: Row, now: datetime) -> str:
    """Return the public state of a row's case at `now`, as the domain's `state_name` would."""
    if row["state"] != OPEN:
        return str(row["state"])
    if number(row, "review_from_us") <= to_us(now):
        return "under_review"
    return "evidence_open" if row["notified"] else "filed"


def number(row: Row, column: str) -> int:
    """Return an integer column that is never null."""
    value = row[column]
    assert isinstance(value, int)  # noqa: S101  # every row of the table is written by `caserow`
    return value


def instant(row: Row, column: str) -> datetime | None:
    """Return an instant's column, None where it is null or never."""
    value = row[column]
    return from_us(value) if isinstance(value, int) and value != FOREVER_US else None
