"""What other rules would have done to history: the report of a simulation, as publishing a rulebook asks for it."""

from datetime import datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import BaseModel, Field

MissingName: TypeAlias = Literal[
    "conduct_at", "order_paid_at", "version", "findings", "factor", "choice", "override", "regrade", "track"
]
StandingName: TypeAlias = Literal["good", "watch", "restricted", "shop_closed", "sealed"]
Count = Annotated[int, Field(ge=0)]


class Pinned(BaseModel):
    """A rulebook version: its id and the digest of what it says."""

    id: str
    digest: str


class RulebookNamed(BaseModel):
    """A whole timeline: the digest covers its versions and when each holds."""

    name: str
    digest: str
    versions: list[Pinned]


class Known(BaseModel):
    """What was known when the simulation began."""

    cases_position: Count
    ledger_position: Count
    recorded_at: datetime | None = Field(description="Recorded time of the last fact; null: there was none")


class Accounts(BaseModel):
    """Accounts: `not_replayable` have a decision that is; `quarantined` cannot answer, and nothing is told of them."""

    looked_at: Count
    changed: Count
    not_replayable: Count
    quarantined: Count


class Decisions(BaseModel):
    """Upheld decisions of the period. What is `not_replayable` counts as it was recorded."""

    same: Count
    changed: Count
    not_upheld: Count
    not_replayable: Count


class Dismissals(BaseModel):
    """Dismissals of the period: `would_be_open` could have been upheld; that no points come of it, officers decide."""

    same: Count
    would_be_open: Count
    not_replayable: Count


class Sums(BaseModel):
    """All accounts together: how many have which standing, and the points of each track."""

    standings: dict[StandingName, Count]
    points: dict[str, Count]


class Moved(BaseModel):
    """How many accounts would have another standing."""

    from_: StandingName = Field(alias="from")
    to: StandingName
    accounts: Count


class Compared(BaseModel):
    """Standings at one instant, as they are and as they would be."""

    as_of: datetime
    before: Sums
    after: Sums
    moved: list[Moved]


class Changes(BaseModel):
    """The differences: how many, how many are kept to be read, and the SHA-256 of these, one JSON object a line."""

    told: Count
    kept: Count
    digest: str


class SimulationReport(BaseModel):
    """What a candidate rulebook would have done. `known` and the digests say to what it is the answer."""

    format: Literal["demerit-simulation/1"]
    current: RulebookNamed
    candidate: RulebookNamed
    supposed: Pinned | None = Field(
        description="The version in force from `from` on; null: as the candidate dates them"
    )
    from_: datetime = Field(alias="from", description="Decisions that count from here on are redecided; inclusive")
    until: datetime = Field(description="Exclusive")
    as_of: list[datetime]
    sellers: list[str] | None = Field(description="The accounts asked about; null: all")
    known: Known
    accounts: Accounts
    decisions: Decisions
    dismissals: Dismissals
    missing: dict[MissingName, Count] = Field(description="Why decisions and dismissals are not replayable")
    judged_by: dict[str, Count] = Field(description="Upheld decisions by the version that would judge them")
    standings: list[Compared]
    changes: Changes
    seal: str | None = Field(
        description="A signed note by the ledger's log key: the format, the log's name, and the SHA-256 (base64) of "
        "the report's canonical JSON without `seal`; null: the ledger could not sign, and tries again when asked again"
    )
