"""What becomes of a decision: appeal, stay, revocation. A correction is a new fact that names what it corrects.

`decision` is the event id of the decision that the fact is about: the upholding one, or the regrade in its place.
Source: domain rules §3 (appeals, revocation), R8 to R11.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from shared.rulebook.model import Deadline, Ref, Sanction

LiftCause: TypeAlias = Literal["reviewer", "appeal_rejected", "appeal_lapsed"]


@dataclass(frozen=True, slots=True)
class AppealFiled:
    """违规申诉. The respondent appeals against the decision; the clock of the window stands still from here on."""

    decision: str
    filed_at: datetime
    statement_digest: str


@dataclass(frozen=True, slots=True)
class DismissalContested:
    """The complainant contests the dismissal, where the rulebook allows it; the clock of the window stands still."""

    decision: str
    filed_at: datetime
    statement_digest: str


@dataclass(frozen=True, slots=True)
class AppealReturned:
    """补充材料. The reviewer wants more; the clock runs again, until `closes_at` (exclusive)."""

    reviewer: str
    returned_at: datetime
    closes_at: datetime
    reason_digest: str


@dataclass(frozen=True, slots=True)
class AppealResumed:
    """The appellant gave what was wanted; the clock stands still again."""

    resumed_at: datetime
    statement_digest: str


@dataclass(frozen=True, slots=True)
class AppealLapsed:
    """The clock's fact: the window closed at `lapsed_at` while the appeal was back with the appellant."""

    decision: str
    lapsed_at: datetime


@dataclass(frozen=True, slots=True)
class AppealRejected:
    """The reviewer leaves the decision as it is: it is final."""

    decision: str
    reviewer: str
    reason_digest: str


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


@dataclass(frozen=True, slots=True)
class RevocationProposed:
    """A supervisor proposes to revoke a decision ex officio (依职权撤销); it waits for a second supervisor."""

    decision: str
    supervisor: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class RevocationDeclined:
    """A second supervisor declined the revocation."""

    supervisor: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class RevocationWithdrawn:
    """The supervisor who proposed the revocation took it back."""

    supervisor: str


@dataclass(frozen=True, slots=True)
class DecisionRevoked:
    """Two supervisors revoke the decision: its points never counted. `recall` names the recall it is part of."""

    decision: str
    proposed_by: str
    confirmed_by: str
    recall: str | None
    reason_digest: str
