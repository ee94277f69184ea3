"""What would differ under other rules, one difference at a time."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from shared.contracts.simulationreport import MissingName, StandingName
from shared.contracts.standing import Points, SanctionRow


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
