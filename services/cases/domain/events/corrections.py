"""What undoes, lowers or suspends a decision on appeal. A correction is a new fact that names what it corrects.

`decision` is the event id of the decision that the fact is about: the upholding one, or the regrade in its place.
Source: R8 to R11.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from shared.rulebook.model import Deadline, Ref, Sanction

LiftCause: TypeAlias = Literal["reviewer", "appeal_rejected", "appeal_lapsed"]


@dataclass(frozen=True, slots=True)
class DecisionReversed:
    """撤销. The reviewer finds the violation not to be upheld: its points never counted."""

    decision: str
    reviewer: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class DecisionRegraded:
    """The reviewer lowers the decision: this stands in its place from its instant on, never more than it."""

    decision: str
    reviewer: str
    track: str
    grade: str
    points: int
    direct: tuple[Sanction, ...]
    rulebook: Ref
    calendars: tuple[Ref, ...]
    decided_at: datetime
    reason_digest: str


@dataclass(frozen=True, slots=True)
class DismissalOverturned:
    """The reviewer finds the dismissal wrong: the case is open again and decided anew, by `resolution_due`."""

    decision: str
    reviewer: str
    overturned_at: datetime
    resolution_due: Deadline
    reason_digest: str


@dataclass(frozen=True, slots=True)
class SanctionStayed:
    """暂缓执行. While the appeal goes on, what the decision brought imposes nothing (R11)."""

    decision: str
    reviewer: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class StayLifted:
    """What the decision brought imposes again: the reviewer says so, or the appeal has come to nothing."""

    decision: str
    cause: LiftCause
    reviewer: str | None
    reason_digest: str
