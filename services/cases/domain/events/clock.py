"""The facts that time and the calendar make of a case, on a stream of their own so that they break no If-Match."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain.events.values import DeadlineName
from shared.rulebook.model import Deadline

RecomputationCause: TypeAlias = Literal["calendar_published", "calendar_amended"]


@dataclass(frozen=True, slots=True)
class DeadlineBreached:
    """The clock's fact, on a stream of its own: a deadline of the case passed with its work undone."""

    deadline: Literal["first_handling", "resolution"]
    due: datetime
    provisional: bool


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One deadline before and after."""

    deadline: DeadlineName
    before: Deadline
    after: Deadline


@dataclass(frozen=True, slots=True)
class DeadlinesRecomputed:
    """A calendar says more than was known when these deadlines were counted, or other than was published then."""

    cause: RecomputationCause
    changes: tuple[Recomputed, ...]
