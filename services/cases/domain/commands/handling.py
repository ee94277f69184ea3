"""What officers and supervisors ask before a decision."""

from dataclasses import dataclass
from datetime import datetime

from services.cases.domain.events import DeadlineName, Verdict


@dataclass(frozen=True, slots=True)
class StartHandling:
    """By an officer."""

    officer: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Recuse:
    """By an officer, for a reason."""

    officer: str
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AssessEvidence:
    """By an officer: `shows` are codes the rulebook or the check-list knows."""

    officer: str
    evidence_id: str
    verdict: Verdict
    shows: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class RuleOnLateEvidence:
    """By an officer: a late piece is admitted, or excluded."""

    officer: str
    evidence_id: str
    admit: bool
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ExtendDeadline:
    """By a supervisor: the deadline is at `due` (exclusive) from now on."""

    supervisor: str
    deadline: DeadlineName
    due: datetime
    reason_digest: str
    at: datetime
