"""The facts of a case, in the past tense. Names and fields are for ever; a correction is a new fact.

No free text, phone number or file is in one: `*_digest` fields are HMACs under the case key of what the vault holds.
Instants are UTC. Source: domain rules §3, seed S1–S12.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from shared.rulebook.model import Deadline, Ref, Sanction

Party: TypeAlias = Literal["complainant", "respondent"]
Timeliness: TypeAlias = Literal["in_time", "late"]
Verdict: TypeAlias = Literal["verified", "unverified", "rejected"]
Claim: TypeAlias = Literal["number_not_mine", "no_contact", "contact_justified", "other"]
Subject: TypeAlias = Literal["harassment", "abuse", "counterfeit", "fake_trade", "after_sales"]


@dataclass(frozen=True, slots=True)
class Trade:
    """The trade in or after which it happened; `order_paid_at` decides the rulebook where its basis says so."""

    id: str
    order_paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Incident:
    """One alleged contact or run of contacts on a channel, from `at` to `until` (None: a moment), both inclusive."""

    channel: str
    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """What the officer has found when deciding (认定): kept with the decision, so that it can be explained for ever.

    `frequent_contact` and `number_attributable` are None where no verified evidence speaks of them.
    `factors` are verified aggravating or grade factors; `certificate_covers` says that an admitted, verified carrier
    certificate covers the alleged times; `claim` is the respondent's, None without a defence.
    """

    found_subject: Subject = "harassment"
    claim: Claim | None = None
    frequent_contact: bool | None = None
    number_attributable: bool | None = None
    factors: tuple[str, ...] = ()
    certificate_covers: bool = False


@dataclass(frozen=True, slots=True)
class ComplaintFiled:
    """维权投诉. A complaint was filed: who, against whom, about which trade and incidents; the clocks of S11 start."""

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
class ComplaintWithdrawn:
    """The complainant took the complaint back before a decision."""

    withdrawn_at: datetime


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


CaseEvent: TypeAlias = (
    ComplaintFiled
    | RespondentNotified
    | DefenceSubmitted
    | EvidenceSubmitted
    | EvidenceWindowWaived
    | HandlingStarted
    | OfficerRecused
    | EvidenceAssessed
    | ComplaintWithdrawn
    | ComplaintDismissed
    | SevereViolationProposed
    | OverrideProposed
    | ProposalDeclined
    | ProposalWithdrawn
    | OrdinaryViolationUpheld
    | SevereViolationUpheld
    | DecisionNotified
)


@dataclass(frozen=True, slots=True)
class DeadlineBreached:
    """The clock's fact, on a stream of its own: a deadline of the case passed with its work undone."""

    deadline: Literal["first_handling", "resolution"]
    due: datetime
    provisional: bool


ClockEvent: TypeAlias = DeadlineBreached
