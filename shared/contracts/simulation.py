"""What other rules would have done to history: how a simulation stands, its report, and its differences one by one."""

from datetime import datetime
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import BaseModel, Field

from shared.contracts.standing import Points, SanctionRow

FORMAT: Final = "demerit-simulation/1"

Stage: TypeAlias = Literal["reading", "comparing", "dismissals"]
State: TypeAlias = Literal["running", "complete", "cancelled", "failed", "interrupted"]
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


class Failure(BaseModel):
    """Why a simulation failed."""

    code: str
    detail: str


class Simulation(BaseModel):
    """How a simulation stands. `done` of `total`: cases positions or accounts read, accounts compared, dismissals."""

    id: str
    state: State
    stage: Stage
    done: Count
    total: Count
    begun_at: datetime
    ended_at: datetime | None
    failure: Failure | None
    report: SimulationReport | None = Field(description="Once it is complete")


class Simulations(BaseModel):
    """The simulations that are kept, the latest first."""

    simulations: list[Simulation]


class Direct(BaseModel):
    """A sanction of the grade itself, beside the ladders."""

    hours: int
    measures: list[str]


class Penalty(BaseModel):
    """What a decision brings."""

    grade: str
    track: str
    points: Points
    direct: list[Direct]


class DecisionChange(BaseModel):
    """An upheld decision that would be another one (`after` null: not upheld), or that nobody can redecide."""

    kind: Literal["decision"]
    seller: str
    entry: str = Field(description="The decision's event id")
    case: str | None = Field(description="Null for an imported penalty")
    effective_at: datetime
    version: str | None = Field(description="The version that would judge it; null where that is missing")
    outcome: Literal["changed", "not_upheld", "not_replayable"]
    before: Penalty
    after: Penalty | None = Field(description="What is not replayable counts as it was recorded")
    missing: MissingName | None
    names: list[str] = Field(description="The factors or grades that `missing` is about")


class DismissalChange(BaseModel):
    """A dismissed complaint that could have been upheld with one of `grades`, or of which nobody can say."""

    kind: Literal["dismissal"]
    seller: str
    decision: str
    case: str
    decided_at: datetime
    version: str | None
    outcome: Literal["would_be_open", "not_replayable"]
    grades: list[str]
    missing: MissingName | None
    names: list[str]


class Stands(BaseModel):
    """Where an account stands; tracks without points are left out."""

    standing: StandingName
    points: dict[str, Points]
    restrictions: list[str]
    restricted_until: datetime | None


class StandingChange(BaseModel):
    """An account would stand elsewhere at `as_of`."""

    kind: Literal["standing"]
    seller: str
    as_of: datetime
    before: Stands
    after: Stands


class SanctionChange(BaseModel):
    """A sanction that only one of the answers at `as_of` has, or that they have differently."""

    kind: Literal["sanction"]
    seller: str
    as_of: datetime
    effect: Literal["added", "changed", "removed"]
    before: SanctionRow | None
    after: SanctionRow | None


class AccountWithheld(BaseModel):
    """An account of which nothing can be told."""

    kind: Literal["withheld"]
    seller: str
    problem: Literal["seller_quarantined"]


Change = Annotated[
    DecisionChange | DismissalChange | StandingChange | SanctionChange | AccountWithheld, Field(discriminator="kind")
]


class ChangesPage(BaseModel):
    """Differences in the order in which they were found: by account, then dismissals."""

    changes: list[Change]
    next: int | None = Field(description="`after` of the next page; null: this is the last")
