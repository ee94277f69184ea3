"""How a case is decided: alone, or by a proposal and its answer. Source: seed S2, S5 to S8, S12."""

from dataclasses import dataclass
from datetime import datetime

from services.cases.domain.events.values import Findings
from shared.rulebook.model import Ref, Sanction


@dataclass(frozen=True, slots=True)
class ComplaintDismissed:
    """不成立. Decided: not upheld, on this ground; `referral` names the channel the matter belongs to, if any."""

    officer: str
    ground: str
    findings: Findings
    referral: str | None
    reason_digest: str
    rulebook: Ref


@dataclass(frozen=True, slots=True)
class SevereViolationProposed:
    """An officer proposed a severe violation (严重违规); it waits for a second officer."""

    officer: str
    grade: str
    findings: Findings
    reason_digest: str


@dataclass(frozen=True, slots=True)
class OverrideProposed:
    """An officer proposed to uphold an insult case as an ordinary violation, S5's special case, with a reason."""

    officer: str
    grade: str
    findings: Findings
    reason_digest: str


@dataclass(frozen=True, slots=True)
class ProposalDeclined:
    """A second officer declined what was proposed; the case is open again."""

    officer: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class ProposalWithdrawn:
    """The proposer took the proposal back; the case is open again."""

    officer: str


@dataclass(frozen=True, slots=True)
class OrdinaryViolationUpheld:
    """一般违规成立. Decided: an ordinary violation, with its points. `confirmed_by` is set where it was an override."""

    officer: str
    grade: str
    points: int
    factors: tuple[str, ...]
    findings: Findings
    direct: tuple[Sanction, ...]
    rulebook: Ref
    calendars: tuple[Ref, ...]
    reason_digest: str
    confirmed_by: str | None = None


@dataclass(frozen=True, slots=True)
class SevereViolationUpheld:
    """严重违规成立. Decided by two officers: a severe violation, with its points."""

    officer: str
    confirmed_by: str
    grade: str
    points: int
    factors: tuple[str, ...]
    findings: Findings
    direct: tuple[Sanction, ...]
    rulebook: Ref
    calendars: tuple[Ref, ...]
    reason_digest: str


@dataclass(frozen=True, slots=True)
class DecisionNotified:
    """The decision reached the parties; the appeal window runs from `notified_at` to `appeal_due` (exclusive)."""

    notified_at: datetime
    appeal_due: datetime
