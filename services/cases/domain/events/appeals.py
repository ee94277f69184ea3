"""How a decision is appealed against (违规申诉), and how that ends where the decision stands.

`decision` is the event id of the decision that the fact is about: the upholding one, or the regrade in its place.
Source: domain rules §3, §4.
"""

from dataclasses import dataclass
from datetime import datetime


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
