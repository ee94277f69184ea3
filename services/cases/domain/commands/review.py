"""What is asked once a case is decided: appeals and what reviewers make of them, revocations, erasure."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain.events import Party

AppealOutcome: TypeAlias = Literal["reject", "reverse", "regrade"]


@dataclass(frozen=True, slots=True)
class FileAppeal:
    """By the respondent against a violation, or by the complainant against a dismissal."""

    party: Party
    statement_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReturnAppeal:
    """By a reviewer: the appellant is to supplement it."""

    reviewer: str
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ResumeAppeal:
    """By the appellant, with what was wanted."""

    party: Party
    statement_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class DecideAppeal:
    """By a reviewer; `grade` is given where the outcome is to regrade."""

    reviewer: str
    outcome: AppealOutcome
    grade: str | None
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LapseAppeal:
    """By the clock: the window has closed while the appeal was back with the appellant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class StaySanction:
    """By a reviewer, while an appeal goes on."""

    reviewer: str
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class LiftStay:
    """By a reviewer."""

    reviewer: str
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposeRevocation:
    """By a supervisor; a second one confirms."""

    supervisor: str
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerRevocation:
    """By a second supervisor."""

    supervisor: str
    answer: Literal["confirm", "decline"]
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawRevocation:
    """By the supervisor who proposed it."""

    supervisor: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RevokeInRecall:
    """By a recall that two supervisors have agreed on: the decision of this id, or what stands in its place."""

    recall: str
    decision: str
    proposed_by: str
    confirmed_by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class EraseData:
    """By an administrator or a supervisor: the personal data of the case is to be destroyed."""

    erased_by: str
    at: datetime
