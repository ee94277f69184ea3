"""What officers decide, propose and answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.cases.domain.events import Subject


@dataclass(frozen=True, slots=True)
class Dismiss:
    """By an officer, on a ground."""

    officer: str
    ground: str
    found_subject: Subject
    referral: str | None
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class UpholdOrdinary:
    """By an officer."""

    officer: str
    grade: str
    found_subject: Subject
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposeSevere:
    """By an officer; a second one confirms."""

    officer: str
    grade: str
    found_subject: Subject
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ProposeOverride:
    """By an officer: S5's special case; a second one confirms."""

    officer: str
    grade: str
    found_subject: Subject
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AnswerProposal:
    """By a second officer."""

    officer: str
    answer: Literal["confirm", "decline"]
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WithdrawProposal:
    """By the proposer."""

    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class NotifyDecision:
    """By the system: the parties have the decision since `notified_at`; None: from now on."""

    notified_at: datetime | None
    at: datetime
