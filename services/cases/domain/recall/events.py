"""The facts of a recall, in the past tense. Names and fields are for ever; a correction is a new fact.

They stand on a stream of the recall's own. What a recall makes of a case is that case's `DecisionRevoked`, which names
the recall: so the log alone tells which decisions were selected by what, and what became of each.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Criteria:
    """Which decisions: all that meet every criterion given. Without any, none would be meant.

    `officer` decided, proposed or confirmed; the period is `[decided_from, decided_before)` in recorded time;
    `decisions` are event ids, of upholding decisions or of regrades.
    """

    rulebook: str | None = None
    officer: str | None = None
    detector: str | None = None
    decided_from: datetime | None = None
    decided_before: datetime | None = None
    decisions: tuple[str, ...] = ()

    @property
    def none(self) -> bool:
        """Whether nothing is asked for."""
        return self == Criteria()


@dataclass(frozen=True, slots=True)
class Selected:
    """A decision by its event id, and its case."""

    decision: str
    case_id: str


@dataclass(frozen=True, slots=True)
class RecallProposed:
    """A supervisor proposed to revoke what these criteria select: `selected` decisions that counted.

    The log was looked at up to the position `as_of`, or a little further.
    """

    proposed_by: str
    proposed_at: datetime
    criteria: Criteria
    as_of: int
    selected: int
    reason_digest: str


@dataclass(frozen=True, slots=True)
class RecallSelected:
    """Some of the decisions of the recall, in the order in which they were made; the next such fact goes on."""

    decisions: tuple[Selected, ...]


@dataclass(frozen=True, slots=True)
class RecallConfirmed:
    """A second supervisor agreed: the decisions are being revoked. Without a reason, the proposer's holds."""

    confirmed_by: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class RecallDeclined:
    """A second supervisor declined the recall."""

    declined_by: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class RecallWithdrawn:
    """The supervisor who proposed the recall took it back."""

    withdrawn_by: str


@dataclass(frozen=True, slots=True)
class RecallPassedOver:
    """A decision of the recall was left: it counted no longer, or one of the supervisors may not act in its case.

    `code` says why, `winner` is the fact that was first.
    """

    decision: str
    case_id: str
    code: str
    winner: str | None


@dataclass(frozen=True, slots=True)
class RecallCompleted:
    """Every decision of the recall is revoked or passed over."""

    revoked: int
    passed_over: int


Answer: TypeAlias = RecallConfirmed | RecallDeclined | RecallWithdrawn
RecallFact: TypeAlias = RecallProposed | RecallSelected | Answer | RecallPassedOver | RecallCompleted
