"""What is asked of a case beside its appeal: revocation ex officio, and the erasure of its personal data."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


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
