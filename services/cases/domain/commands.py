"""What people ask of a case. A command carries who asks and when (`at`, UTC, the server's receipt).

Texts stay outside: a command carries the digest of what the vault already holds.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.cases.domain.events import Claim, Incident, Party, Subject, Trade, Verdict


@dataclass(frozen=True, slots=True)
class FileComplaint:
    """By the complainant, or the intake service for one."""

    complainant: str
    respondent: str
    trade: Trade
    channels: tuple[str, ...]
    incidents: tuple[Incident, ...]
    narrative_digest: str
    contact_digests: tuple[str, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class NotifyRespondent:
    """By the system or an officer: the respondent received the complaint at `received_at`; None: it does now."""

    received_at: datetime | None
    at: datetime


@dataclass(frozen=True, slots=True)
class SubmitDefence:
    """By the respondent."""

    claim: Claim
    statement_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class SubmitEvidence:
    """By either party, when the content is complete and on disk. `sniffed_type` is what the bytes are, None unknown.

    For `chat_evidence_number` there is no content: media types are None, the digest is the number's.
    """

    evidence_id: str
    party: Party
    kind: str
    media_type: str | None
    sniffed_type: str | None
    size_bytes: int
    content_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class WaiveWindow:
    """By the respondent."""

    at: datetime


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
class WithdrawComplaint:
    """By the complainant."""

    at: datetime


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


CaseCommand: TypeAlias = (
    FileComplaint
    | NotifyRespondent
    | SubmitDefence
    | SubmitEvidence
    | WaiveWindow
    | StartHandling
    | Recuse
    | AssessEvidence
    | WithdrawComplaint
    | Dismiss
    | UpholdOrdinary
    | ProposeSevere
    | ProposeOverride
    | AnswerProposal
    | WithdrawProposal
    | NotifyDecision
)
