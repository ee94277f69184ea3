"""What the parties ask, and how a case begins or ends without a decision."""

from dataclasses import dataclass
from datetime import datetime

from services.cases.domain.events import Claim, Incident, Party, Trade


@dataclass(frozen=True, slots=True)
class FileComplaint:
    """By the complainant, or the intake service for one, which names the `detector` that brought it, if one did."""

    complainant: str
    respondent: str
    trade: Trade
    channels: tuple[str, ...]
    incidents: tuple[Incident, ...]
    narrative_digest: str
    contact_digests: tuple[str, ...]
    at: datetime
    detector: str | None = None


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
class WithdrawComplaint:
    """By the complainant."""

    at: datetime


@dataclass(frozen=True, slots=True)
class MergeComplaint:
    """By an officer: the complaint is about what the case `into` is about already."""

    officer: str
    into: str
    reason_digest: str
    at: datetime


@dataclass(frozen=True, slots=True)
class RefuseComplaint:
    """By an officer, before the matter is taken up."""

    officer: str
    code: str
    referral: str | None
    reason_digest: str
    at: datetime
