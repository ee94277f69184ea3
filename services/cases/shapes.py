"""How a case is shown: the shapes of what is read over HTTP. What a reader may not see is null or left out."""

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from services.cases.domain.events import Claim, Party, Subject, Timeliness, Verdict
from services.cases.endshapes import DuplicateView, MergerView, RefusalView, RulingView
from services.cases.reviewshapes import AppealView, CorrectionView, RevocationView, StayView


class Pinned(BaseModel):
    """A pinned rulebook version."""

    id: str
    digest: str


class DeadlineView(BaseModel):
    """A deadline (期限): at `due` it is late. `provisional`: it rests on a calendar that is not published yet."""

    name: Literal["evidence", "first_handling", "resolution", "appeal"]
    due: datetime
    due_local: str = Field(description="The same instant in the zone of the rulebook")
    provisional: bool
    over: bool = Field(description="The due instant has passed")
    breached: bool = Field(description="It passed with the platform's work undone")
    extended: bool = Field(description="It is later than the rulebook alone has it")


class TradeView(BaseModel):
    """The trade the complaint is about."""

    id: str
    order_paid_at: datetime | None


class IncidentView(BaseModel):
    """An alleged contact or run of contacts."""

    channel: str
    at: datetime
    until: datetime | None


class DefenceView(BaseModel):
    """说明. What the respondent claimed, and how; the statement for staff and the respondent alone."""

    claim: Claim
    submitted_at: datetime
    timeliness: Timeliness
    statement: str | None


class AssessmentView(BaseModel):
    """What an officer found of a piece."""

    verdict: Verdict
    shows: list[str]
    officer: str


class EvidenceView(BaseModel):
    """举证. One piece; `number` is that of a chat evidence number, for those who may read it."""

    id: str
    party: Party
    kind: str
    media_type: str | None
    size_bytes: int
    received_at: datetime
    timeliness: Timeliness
    number: str | None
    assessment: AssessmentView | None = Field(description="For staff alone; the last one counts")
    ruling: RulingView | None = Field(description="Of a late piece; without one it does not count")


class AwaitedView(BaseModel):
    """A piece that was announced and whose content has not come yet."""

    id: str
    party: Party
    kind: str
    media_type: str
    size_bytes: int
    expires_at: datetime


class FindingsView(BaseModel):
    """认定. What was found, as it is kept with the decision; null where no verified evidence speaks of it."""

    found_subject: Subject
    claim: Claim | None
    frequent_contact: bool | None
    number_attributable: bool | None
    factors: list[str]
    certificate_covers: bool


class ProposalView(BaseModel):
    """What waits for a second officer."""

    id: str
    outcome: Literal["propose_severe", "propose_override"]
    officer: str
    grade: str
    findings: FindingsView
    recorded_at: datetime
    reason: str | None


class DecisionView(BaseModel):
    """The decision that stands. Officers and reason for staff alone."""

    id: str
    type: str
    position: int
    recorded_at: datetime
    ground: str | None
    referral: str | None
    grade: str | None
    points: int | None
    factors: list[str]
    findings: FindingsView
    officer: str | None
    confirmed_by: str | None
    reason: str | None
    notified_at: datetime | None


class Unmet(BaseModel):
    """Why something cannot be done yet."""

    code: str
    detail: str


class OutcomesView(BaseModel):
    """Which outcomes and grounds the evidence leaves open under `found_subject`, and why the others are closed."""

    found_subject: Subject
    findings: FindingsView
    open: list[str]
    closed: dict[str, str]
    grades: dict[str, list[str]] = Field(description="Per way to uphold, the grades that are permitted")
    override: str | None = Field(description="Why propose_override is closed; null: it is open")
    upholding_waits_for: Unmet | None = Field(description="Why nothing can be upheld yet; null: it can")


class CaseView(BaseModel):
    """A case as the reader may see it: staff all of it, each party its own side and what concerns both."""

    id: str
    version: int
    state: str = Field(description="For the parties a case with a proposal is under review")
    erased: bool = Field(description="The texts, numbers and contents of the case are destroyed")
    complainant: str
    respondent: str
    trade: TradeView
    channels: list[str]
    incidents: list[IncidentView]
    filed_at: datetime
    notified_at: datetime | None
    waived_at: datetime | None
    first_handled_at: datetime | None
    rulebook: Pinned
    deadlines: list[DeadlineView]
    narrative: str | None = Field(description="For staff and the complainant alone")
    contacts: list[str] = Field(description="For staff and the complainant alone")
    defences: list[DefenceView]
    evidence: list[EvidenceView]
    awaited: list[AwaitedView]
    handler: str | None = Field(description="The officer who has the case in hand, for staff alone")
    recused: list[str] = Field(description="Officers who may not act in the case, for staff alone")
    proposal: ProposalView | None = Field(description="For staff alone")
    decision: DecisionView | None
    penalty: str | None = Field(description="Event id of what counts in the ledger: the decision, or its regrade")
    correction: CorrectionView | None
    appeal: AppealView | None
    stay: StayView | None
    revocation: RevocationView | None = Field(description="For staff alone")
    merged: MergerView | None
    refusal: RefusalView | None
    duplicates: list[DuplicateView] = Field(description="For staff alone")
    detector: str | None = Field(description="What brought the complaint, for staff alone; null: a person did")
    outcomes: OutcomesView | None = Field(description="For staff, while the case is undecided")
    next_actions: dict[str, list[str]] = Field(description="What each role may do next; parties see their own")


class HistoryEntry(BaseModel):
    """One fact of the case: what it says, when it counts, when it was recorded, and by whom (for staff alone)."""

    id: str
    type: str
    position: int
    time: datetime = Field(description="The instant at which it happened")
    time_local: str
    recorded_at: datetime
    actor_role: str
    actor: str | None
    summary: str
    texts: dict[str, str] = Field(description="What belongs to it in the vault, for those who may read it")
    data: dict[str, Any] | None = Field(description="The fact as it is published, for staff alone")


class History(BaseModel):
    """The facts of a case in order of position."""

    case_id: str
    entries: list[HistoryEntry]


class QueueItem(BaseModel):
    """One case of the work queue."""

    case_id: str
    version: int
    state: str
    respondent: str
    complainant: str
    officer: str | None
    filed_at: datetime
    first_handling_due: datetime
    first_handled_at: datetime | None
    evidence_due: datetime | None
    resolution_due: datetime
    ended_at: datetime | None = Field(description="When it was decided, withdrawn, merged or refused")
    next_due: datetime | None = Field(description="The platform's next deadline; null: nothing is left to do")
    next_deadline: Literal["first_handling", "resolution"] | None
    provisional: bool
    breached: list[str] = Field(description="Deadlines that passed with their work undone")
    decision: str | None = Field(description="Event id of the decision")
    decision_type: str | None
    penalty: str | None = Field(description="Event id of what counts in the ledger: the decision, or its regrade")
    appeal_closes: datetime | None = Field(description="Of a returned appeal: at this instant it comes to nothing")


class Queue(BaseModel):
    """A page of the work queue, by next deadline; the Link header leads to the next page."""

    cases: list[QueueItem]
