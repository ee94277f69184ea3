"""What the platform does before it decides. Source: seed S7, S11, S12; domain rules §4."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain.events.values import DeadlineName, Verdict
from shared.rulebook.model import Deadline

ExtensionCause: TypeAlias = Literal["supervisor", "late_notice", "evidence_extended"]


@dataclass(frozen=True, slots=True)
class HandlingStarted:
    """The platform stepped in (S11): an officer took the case up."""

    officer: str
    started_at: datetime


@dataclass(frozen=True, slots=True)
class OfficerRecused:
    """An officer stepped back from the case, for a reason kept in the vault, and may not act in it again."""

    officer: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class EvidenceAssessed:
    """An officer judged one piece: is it genuine, and what does it show? The last assessment of a piece counts."""

    evidence_id: str
    officer: str
    verdict: Verdict
    shows: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LateEvidenceAdmitted:
    """A late piece counts like one in time, for a reason kept in the vault. The last ruling on a piece counts."""

    evidence_id: str
    officer: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class LateEvidenceExcluded:
    """A late piece does not count, for a reason kept in the vault. The last ruling on a piece counts."""

    evidence_id: str
    officer: str
    reason_digest: str


@dataclass(frozen=True, slots=True)
class DeadlineExtended:
    """A deadline is later than it was: by a supervisor, or because the respondent's time would outlast the platform's.

    `supervisor` and `reason_digest` are None and "" where the rule did it.
    """

    deadline: DeadlineName
    due: Deadline
    cause: ExtensionCause
    supervisor: str | None
    reason_digest: str
