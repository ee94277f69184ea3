"""The facts of a case, in the past tense. Names and fields are for ever; a correction is a new fact.

No free text, phone number or file is in one: `*_digest` fields are HMACs under the case key of what the vault holds.
Instants are UTC. Source: domain rules §3, seed S1 to S12.
"""

from typing import TypeAlias

from services.cases.domain.events.appeals import (
    AppealFiled,
    AppealLapsed,
    AppealRejected,
    AppealResumed,
    AppealReturned,
    DismissalContested,
)
from services.cases.domain.events.clock import (
    DeadlineBreached,
    DeadlinesRecomputed,
    RecomputationCause,
    Recomputed,
)
from services.cases.domain.events.corrections import (
    DecisionRegraded,
    DecisionReversed,
    DismissalOverturned,
    LiftCause,
    SanctionStayed,
    StayLifted,
)
from services.cases.domain.events.decisions import (
    ComplaintDismissed,
    DecisionNotified,
    OrdinaryViolationUpheld,
    OverrideProposed,
    ProposalDeclined,
    ProposalWithdrawn,
    SevereViolationProposed,
    SevereViolationUpheld,
)
from services.cases.domain.events.handling import (
    DeadlineExtended,
    EvidenceAssessed,
    ExtensionCause,
    HandlingStarted,
    LateEvidenceAdmitted,
    LateEvidenceExcluded,
    OfficerRecused,
)
from services.cases.domain.events.imports import PastPenaltyImported
from services.cases.domain.events.intake import (
    ComplaintFiled,
    ComplaintMerged,
    ComplaintRefused,
    ComplaintWithdrawn,
    DefenceSubmitted,
    EvidenceSubmitted,
    EvidenceWindowWaived,
    RespondentNotified,
)
from services.cases.domain.events.privacy import (
    PersonalDataErased,
)
from services.cases.domain.events.revocations import (
    DecisionRevoked,
    RevocationDeclined,
    RevocationProposed,
    RevocationWithdrawn,
)
from services.cases.domain.events.values import (
    Claim,
    DeadlineName,
    Findings,
    Incident,
    Party,
    Subject,
    Timeliness,
    Trade,
    Verdict,
)

CaseEvent: TypeAlias = (
    ComplaintFiled
    | ComplaintMerged
    | ComplaintRefused
    | ComplaintWithdrawn
    | DefenceSubmitted
    | EvidenceSubmitted
    | EvidenceWindowWaived
    | RespondentNotified
    | DeadlineExtended
    | EvidenceAssessed
    | HandlingStarted
    | LateEvidenceAdmitted
    | LateEvidenceExcluded
    | OfficerRecused
    | ComplaintDismissed
    | DecisionNotified
    | OrdinaryViolationUpheld
    | OverrideProposed
    | ProposalDeclined
    | ProposalWithdrawn
    | SevereViolationProposed
    | SevereViolationUpheld
    | AppealFiled
    | AppealLapsed
    | AppealRejected
    | AppealResumed
    | AppealReturned
    | DecisionRegraded
    | DecisionReversed
    | DecisionRevoked
    | DismissalContested
    | DismissalOverturned
    | RevocationDeclined
    | RevocationProposed
    | RevocationWithdrawn
    | SanctionStayed
    | StayLifted
    | PersonalDataErased
)

ClockEvent: TypeAlias = DeadlineBreached | DeadlinesRecomputed

Fact: TypeAlias = CaseEvent | ClockEvent

__all__ = [
    "AppealFiled",
    "AppealLapsed",
    "AppealRejected",
    "AppealResumed",
    "AppealReturned",
    "CaseEvent",
    "Claim",
    "ClockEvent",
    "ComplaintDismissed",
    "ComplaintFiled",
    "ComplaintMerged",
    "ComplaintRefused",
    "ComplaintWithdrawn",
    "DeadlineBreached",
    "DeadlineExtended",
    "DeadlineName",
    "DeadlinesRecomputed",
    "DecisionNotified",
    "DecisionRegraded",
    "DecisionReversed",
    "DecisionRevoked",
    "DefenceSubmitted",
    "DismissalContested",
    "DismissalOverturned",
    "EvidenceAssessed",
    "EvidenceSubmitted",
    "EvidenceWindowWaived",
    "ExtensionCause",
    "Fact",
    "Findings",
    "HandlingStarted",
    "Incident",
    "LateEvidenceAdmitted",
    "LateEvidenceExcluded",
    "LiftCause",
    "OfficerRecused",
    "OrdinaryViolationUpheld",
    "OverrideProposed",
    "Party",
    "PastPenaltyImported",
    "PersonalDataErased",
    "ProposalDeclined",
    "ProposalWithdrawn",
    "RecomputationCause",
    "Recomputed",
    "RespondentNotified",
    "RevocationDeclined",
    "RevocationProposed",
    "RevocationWithdrawn",
    "SanctionStayed",
    "SevereViolationProposed",
    "SevereViolationUpheld",
    "StayLifted",
    "Subject",
    "Timeliness",
    "Trade",
    "Verdict",
]
