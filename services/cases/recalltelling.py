"""An explained recall in words, line by line."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import datetime
from typing import assert_never

from services.cases.domain.recall import events
from services.cases.domain.recall.events import Criteria
from services.cases.domain.recall.state import Recall, answered_by
from services.cases.explaining import Explanation, Outcome


def told(found: Explanation) -> Iterator[str]:
    """Yield the explanation line by line."""
    recall, proposed = found.recall, found.recall.proposed
    yield f"Recall {found.recall_id}: {found.state}."
    yield f"Criteria: {_criteria(proposed.event.criteria)}."
    yield (
        f"Proposed by {proposed.event.proposed_by} at {_at(proposed.recorded_at)} (position {proposed.position}): "
        f"{len(recall.selected)} decisions that counted, looked for up to position {proposed.event.as_of}."
    )
    yield _answered(recall)
    for number, outcome in enumerate(found.outcomes, start=1):
        yield f"{number}. Decision {outcome.decision} in case {outcome.case_id}: {_became(outcome)}."
    if recall.completed is not None:
        done = recall.completed
        yield (
            f"Completed at {_at(done.recorded_at)} (position {done.position}): "
            f"{done.event.revoked} revoked, {done.event.passed_over} passed over."
        )


def _criteria(criteria: Criteria) -> str:
    given = {field.name: getattr(criteria, field.name) for field in fields(criteria)}
    return "; ".join(f"{name} {_said(value)}" for name, value in given.items() if value)


def _said(value: str | datetime | tuple[str, ...]) -> str:
    if isinstance(value, datetime):
        return _at(value)
    return value if isinstance(value, str) else ", ".join(value)


def _answered(recall: Recall) -> str:
    if recall.answer is None:
        return "Not answered so far."
    by, at = answered_by(recall.answer.event), f"at {_at(recall.answer.recorded_at)}"
    where = f"(position {recall.answer.position})"
    match recall.answer.event:
        case events.RecallConfirmed():
            return f"Confirmed by {by} {at} {where}."
        case events.RecallDeclined():
            return f"Declined by {by} {at} {where}."
        case events.RecallWithdrawn():
            return f"Taken back by {by} {at} {where}."
        case _:
            assert_never(recall.answer.event)


def _became(outcome: Outcome) -> str:
    if outcome.at is None:
        return "pending"
    where = f"at {_at(outcome.at)} (position {outcome.position}, event {outcome.event})"
    if outcome.outcome == "revoked":
        return f"revoked {where}"
    first = "" if outcome.winner is None else f", first was {outcome.winner}"
    return f"passed over {where}: {outcome.code}{first}"


def _at(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")
