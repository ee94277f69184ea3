"""How recalls are shown over HTTP."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.cases.domain.recall.state import StateName
from shared.contracts.preview import ReversalsPreviewed
from shared.kit.recorded import RecordedEvent


class DecisionNamed(BaseModel):
    """A decision that a recall selects: event id, case, the entry of the ledger that would be revoked, or why not."""

    decision: str
    case_id: str
    entry: str = Field(description="The decision itself, or the regrade in its place")
    refusal: str | None = Field(
        description="Why the supervisor who asks may not revoke it: a recall of theirs passes it over; null if they may"
    )


class SellerPreview(ReversalsPreviewed):
    """What the recall would change on one account, as the ledger has it, and by which decisions."""

    decisions: list[DecisionNamed]


class DryRun(BaseModel):
    """What a recall would change. Nothing was written."""

    as_of: int = Field(description="Position of the cases log up to which decisions were looked for")
    selected: int = Field(description="Decisions that meet the criteria and still count")
    unmatched: list[str] = Field(
        description="Ids of the list that name no selected decision: unknown, counting no longer, or outside "
        "another criterion"
    )
    sellers: int = Field(description="Accounts that they are about; each page tells of some")
    previews: list[SellerPreview]


class CriteriaView(BaseModel):
    """Which decisions were meant: those that met every criterion given."""

    rulebook: str | None
    officer: str | None
    detector: str | None
    decided_from: datetime | None
    decided_before: datetime | None
    decisions: list[str]


class RecallAnswer(BaseModel):
    """What was said to a proposed recall; `reason` from the vault, null where none was given."""

    by: str
    at: datetime
    reason: str | None


class RecallSummary(BaseModel):
    """A recall (批量撤销) and how far it is."""

    recall_id: str
    version: int = Field(description="As in its ETag")
    state: StateName
    proposed_by: str
    proposed_at: datetime
    answered_by: str | None
    selected: int
    revoked: int
    passed_over: int = Field(
        description="Decisions that counted no longer when their turn came, or barred a supervisor"
    )
    remaining: int
    completed_at: datetime | None


class RecallView(RecallSummary):
    """One recall with its criteria and reasons."""

    criteria: CriteriaView
    as_of: int = Field(description="Position of the cases log up to which decisions were looked for")
    reason: str | None = Field(description="The proposer's, from the vault")
    answer: RecallAnswer | None


class RecallsPage(BaseModel):
    """Recalls, the oldest first."""

    recalls: list[RecallSummary]


class RecallItem(BaseModel):
    """What became of one decision of a recall. While it is pending, `event` and what follows is null."""

    number: int = Field(ge=1, description="In the order in which the decisions were made")
    decision: str
    case_id: str
    respondent: str
    outcome: Literal["pending", "revoked", "passed_over"]
    event: str | None = Field(description="Id of the revocation, or of the fact that it was passed over")
    position: int | None
    at: datetime | None
    code: str | None = Field(description="Why it was passed over")
    winner: str | None = Field(description="Id of the fact that was first")


class RecallItems(BaseModel):
    """Decisions of a recall, in the order in which they were made."""

    recall_id: str
    decisions: list[RecallItem]


class RecallWritten(BaseModel):
    """The answer to a write. A repeated request with the same Idempotency-Key and body gets the same one, its receipts
    perhaps to a later checkpoint.
    """

    recall_id: str
    version: int
    state: StateName
    selected: int
    events: list[RecordedEvent]
