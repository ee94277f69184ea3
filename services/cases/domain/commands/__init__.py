"""What people ask of a case. A command carries who asks and when (`at`, UTC, the server's receipt).

Texts stay outside: a command carries the digest of what the vault already holds.
"""

from typing import TypeAlias

from services.cases.domain.commands.afterwards import (
    AnswerRevocation,
    EraseData,
    ProposeRevocation,
    RevokeInRecall,
    WithdrawRevocation,
)
from services.cases.domain.commands.appeals import (
    AppealOutcome,
    DecideAppeal,
    FileAppeal,
    LapseAppeal,
    LiftStay,
    ResumeAppeal,
    ReturnAppeal,
    StaySanction,
)
from services.cases.domain.commands.decisions import (
    AnswerProposal,
    Dismiss,
    NotifyDecision,
    ProposeOverride,
    ProposeSevere,
    UpholdOrdinary,
    WithdrawProposal,
)
from services.cases.domain.commands.handling import (
    AssessEvidence,
    ExtendDeadline,
    Recuse,
    RuleOnLateEvidence,
    StartHandling,
)
from services.cases.domain.commands.intake import (
    FileComplaint,
    MergeComplaint,
    NotifyRespondent,
    RefuseComplaint,
    SubmitDefence,
    SubmitEvidence,
    WaiveWindow,
    WithdrawComplaint,
)

PartyCommand: TypeAlias = SubmitDefence | SubmitEvidence | WaiveWindow | WithdrawComplaint

HandlingCommand: TypeAlias = (
    StartHandling | Recuse | AssessEvidence | RuleOnLateEvidence | ExtendDeadline | MergeComplaint | RefuseComplaint
)

RulingCommand: TypeAlias = Dismiss | UpholdOrdinary | ProposeSevere | ProposeOverride

AnswerCommand: TypeAlias = AnswerProposal | WithdrawProposal

AppealCommand: TypeAlias = (
    FileAppeal | ReturnAppeal | ResumeAppeal | DecideAppeal | LapseAppeal | StaySanction | LiftStay
)

RevocationCommand: TypeAlias = ProposeRevocation | AnswerRevocation | WithdrawRevocation | RevokeInRecall

CaseCommand: TypeAlias = (
    FileComplaint
    | NotifyRespondent
    | PartyCommand
    | HandlingCommand
    | RulingCommand
    | AnswerCommand
    | NotifyDecision
    | AppealCommand
    | RevocationCommand
    | EraseData
)

__all__ = [
    "AnswerCommand",
    "AnswerProposal",
    "AnswerRevocation",
    "AppealCommand",
    "AppealOutcome",
    "AssessEvidence",
    "CaseCommand",
    "DecideAppeal",
    "Dismiss",
    "EraseData",
    "ExtendDeadline",
    "FileAppeal",
    "FileComplaint",
    "HandlingCommand",
    "LapseAppeal",
    "LiftStay",
    "MergeComplaint",
    "NotifyDecision",
    "NotifyRespondent",
    "PartyCommand",
    "ProposeOverride",
    "ProposeRevocation",
    "ProposeSevere",
    "Recuse",
    "RefuseComplaint",
    "ResumeAppeal",
    "ReturnAppeal",
    "RevocationCommand",
    "RevokeInRecall",
    "RuleOnLateEvidence",
    "RulingCommand",
    "StartHandling",
    "StaySanction",
    "SubmitDefence",
    "SubmitEvidence",
    "UpholdOrdinary",
    "WaiveWindow",
    "WithdrawComplaint",
    "WithdrawProposal",
    "WithdrawRevocation",
]
