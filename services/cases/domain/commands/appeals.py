"""What is asked about an appeal: filed, supplemented, reviewed, stayed."""

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
