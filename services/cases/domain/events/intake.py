"""How a case begins, what the parties give, and how it ends without a decision. Source: seed S1, S3, S4, S9 to S11."""

from dataclasses import dataclass
from datetime import datetime

from services.cases.domain.events.values import Claim, Incident, Party, Timeliness, Trade
from shared.rulebook.model import Deadline, Ref


@dataclass(frozen=True, slots=True)
class ComplaintFiled:
    """维权投诉. A complaint was filed: who, against whom, about which trade and incidents; the clocks of S11 start.

    `detector` names the automated detector that brought it, if one did; `overlaps` are cases of the same matter, known
    at filing, whose incidents overlap these (R12).
    """

    complainant: str
    respondent: str
    trade: Trade
    channels: tuple[str, ...]
    incidents: tuple[Incident, ...]
    filed_at: datetime
    first_handling_due: Deadline
    resolution_due: Deadline
    rulebook: Ref
    narrative_digest: str
    contact_digests: tuple[str, ...] = ()
    detector: str | None = None
    overlaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RespondentNotified:
    """The respondent received the complaint at `received_at`; the evidence window (S10) runs from there."""

    received_at: datetime
    evidence_due: Deadline


@dataclass(frozen=True, slots=True)
class DefenceSubmitted:
    """说明. The respondent explained: what is claimed, and the digest of the words."""

    claim: Claim
    submitted_at: datetime
    timeliness: Timeliness
    statement_digest: str


@dataclass(frozen=True, slots=True)
class EvidenceSubmitted:
    """举证. A piece of evidence is complete and on disk; `received_at`, the server's receipt, decides timeliness."""

    evidence_id: str
    party: Party
    kind: str
    media_type: str | None
    size_bytes: int
    content_digest: str
    received_at: datetime
    timeliness: Timeliness


@dataclass(frozen=True, slots=True)
class EvidenceWindowWaived:
    """The respondent needs no more time; the window closes at `waived_at`."""

    waived_at: datetime


@dataclass(frozen=True, slots=True)
class ComplaintWithdrawn:
    """The complainant took the complaint back before a decision."""

    withdrawn_at: datetime


@dataclass(frozen=True, slots=True)
class ComplaintMerged:
    """并案. The complaint is about what the case `into` is about already, which goes on for both (R12).

    `officer` is None where the system saw it: every incident is one of the other complaint's.
    """

    into: str
    officer: str | None
    reason_digest: str


@dataclass(frozen=True, slots=True)
class ComplaintRefused:
    """不予受理. The platform does not take the matter up; `referral` names where it belongs, if anywhere."""

    officer: str
    code: str
    referral: str | None
    reason_digest: str
