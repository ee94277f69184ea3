"""The work queue, read by deadline: one row per case (written by `caserow`).

What the clock makes of a case (`under_review`, breaches) is said when a row is read, by the domain's own rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, get_args

from services.cases.domain.events import ComplaintDismissed
from services.cases.domain.state import FiledName
from services.cases.domain.winner import TYPES
from services.cases.tables import CASES, FOREVER_US, OPEN
from shared.contracts.decisions import ORDINARY_UPHELD, SEVERE_UPHELD
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Row, Value, Where, resume

ORDER: Final = ("next_due_us",)
STATE_NAMES: Final = get_args(FiledName)

_RETURNED: Final = "returned_for_supplement"
_PENDING: Final = ("appeal_filed", _RETURNED)
# An appeal whose window has closed is over, whether or not that is on record: the decision tells in which state.
_FINAL: Final[Mapping[str, tuple[str, ...]]] = {
    "upheld_final": (ORDINARY_UPHELD, SEVERE_UPHELD),
    "dismissed_final": (TYPES[ComplaintDismissed],),
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cases: in this state at the time of asking, due before an instant or within hours from then (exclusive,
    those that are due already included), of a seller or officer.

    `breached`: a deadline has passed with its work undone; `provisional`: one that is open rests on an estimate;
    `appealed`: an appeal goes on, with the platform or back with the appellant. None: either way.
    """

    state: str | None = None
    due_before: datetime | None = None
    due_within_hours: int | None = None
    seller: str | None = None
    officer: str | None = None
    breached: bool | None = None
    provisional: bool | None = None
    appealed: bool = False


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
    if wanted.due_within_hours is not None:
        conditions.append(Where("next_due_us", "<", to_us(now + timedelta(hours=wanted.due_within_hours))))
    if wanted.breached is not None:
        conditions.append(Where("breached_from_us", "<=" if wanted.breached else ">", to_us(now)))
    if wanted.provisional is not None:
        conditions.append(Where("provisional", "=", int(wanted.provisional)))
    if wanted.appealed:
        conditions += [Where("state", "in", _PENDING), Where("appeal_closes_us", ">", to_us(now))]
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
    if state == _RETURNED:
        return [Where("state", "=", state), Where("appeal_closes_us", ">", to_us(now))]
    if state in _FINAL:
        lapsed = Where("appeal_closes_us", "<=", to_us(now))
        return [Where("state", "in", (state, _RETURNED)), lapsed, Where("decision_type", "in", _FINAL[state])]
    return [Where("state", "=", state)]


def state_of(row: Row, now: datetime) -> str:
    """Return the public state of a row's case at `now`, as the domain's `state_name` would."""
    if row["state"] == _RETURNED and number(row, "appeal_closes_us") <= to_us(now):
        return next(state for state, decisions in _FINAL.items() if row["decision_type"] in decisions)
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
