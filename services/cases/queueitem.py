"""A row of the work queue as it is shown at an instant: with the state and the breaches that the clock makes of it."""

from datetime import datetime

from services.cases.domain.breaches import DeadlineName
from services.cases.queue import instant, number, state_of
from services.cases.shapes import QueueItem
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.rows import Row


def queue_item(row: Row, now: datetime) -> QueueItem:
    """Return the row's case as it stands at `now`."""
    next_due, state = instant(row, "next_due_us"), state_of(row, now)
    return QueueItem(
        case_id=_text(row, "case_id") or "",
        version=number(row, "version"),
        state=state,
        respondent=_text(row, "respondent") or "",
        complainant=_text(row, "complainant") or "",
        officer=_text(row, "officer"),
        filed_at=from_us(number(row, "filed_us")),
        first_handling_due=from_us(number(row, "first_handling_due_us")),
        first_handled_at=instant(row, "first_handled_us"),
        evidence_due=instant(row, "evidence_due_us"),
        resolution_due=from_us(number(row, "resolution_due_us")),
        ended_at=instant(row, "ended_us"),
        next_due=next_due,
        next_deadline=None if next_due is None else _deadline(row),
        provisional=bool(row["provisional"]),
        breached=_breached(row, now),
        decision=_text(row, "decision"),
        decision_type=_text(row, "decision_type"),
        penalty=_text(row, "penalty"),
        appeal_closes=instant(row, "appeal_closes_us") if state == "returned_for_supplement" else None,
    )


def _breached(row: Row, now: datetime) -> list[str]:
    """As `domain.breaches.breached` has it: on record, or due by now and not done before it was due."""
    recorded = str(row["breached"]).split()
    ended = row["ended_us"]
    handled = min((at for at in (row["first_handled_us"], ended) if isinstance(at, int)), default=None)
    found = []
    for name, done in (("first_handling", handled), ("resolution", ended)):
        due = number(row, f"{name}_due_us")
        missed = due <= to_us(now) and (not isinstance(done, int) or done >= due)
        if missed or name in recorded:
            found.append(name)
    return found


def _deadline(row: Row) -> DeadlineName:
    return "first_handling" if row["next_due"] == "first_handling" else "resolution"


def _text(row: Row, column: str) -> str | None:
    value = row[column]
    return None if value is None else str(value)
