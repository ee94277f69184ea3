"""What supervisors ask of a recall. A command carries who asks and when (`at`, UTC, the server's receipt)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain.recall.events import Criteria, Selected


@dataclass(frozen=True, slots=True)
class ProposeRecall:
    """By a supervisor; `selected` is what the criteria select of the log as of that position, in order of decision."""

    supervisor: str
    criteria: Criteria
    as_of: int
    selected: tuple[Selected, ...]
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerRecall:
    """By a second supervisor."""

    supervisor: str
    answer: Literal["confirm", "decline"]
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawRecall:
    """By the supervisor who proposed it."""

    supervisor: str
    at: datetime


RecallCommand: TypeAlias = ProposeRecall | AnswerRecall | WithdrawRecall
