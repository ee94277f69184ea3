"""What revoking entries would change, account by account: the ledger's half of a recall's dry run."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.contracts.standing import Standing
from shared.contracts.statement import SanctionMoved
from shared.contracts.withheld import Withheld


class EntryNamed(BaseModel):
    """An entry that was asked about, by its decision's event id."""

    entry: str
    counts: bool = Field(description="Whether revoking it would take its points away")
    why_not: Literal["unknown", "reversed"] | None = Field(description="Why it does not count; null where it does")


class ReversalsPreviewed(BaseModel):
    """One account: its standing as it is and as it would be, with what would change; or the problem in its place."""

    seller: str
    standing_before: Standing | None = None
    standing_after: Standing | None = Field(None, description="As if all named entries that count were revoked at `at`")
    sanctions: list[SanctionMoved] = Field([], description="What would change, in ladder order")
    entries: list[EntryNamed] = Field([], description="In the order asked")
    problem: Withheld | None = None


class ReversalsPreview(BaseModel):
    """One answer per account asked about, in the order asked, each for itself. Nothing was written."""

    at: datetime = Field(description="The instant of both standings, and of the revocations that are supposed")
    reversals: list[ReversalsPreviewed]
