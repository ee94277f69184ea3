"""Why an account's answer differs between two states of knowledge: the facts between them, with their effect each."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.contracts.standing import Points, SanctionRow


class SanctionEffect(BaseModel):
    """A sanction (节点处理) that a fact adds, changes or takes away at the effective instant asked about."""

    effect: Literal["added", "changed", "removed"]
    before: SanctionRow | None
    after: SanctionRow | None


class Step(BaseModel):
    """One fact that was learned, and what it did to the answer."""

    position: int = Field(description="Cases position of the fact")
    recorded_at: datetime
    fact: str = Field(description="Event id of the fact", examples=["01a20a0b-6a0d-72bc-890e-5bc69604c17c"])
    kind: str = Field(
        description="What it was",
        examples=["violation", "regrade", "reversed", "regraded", "revoked", "stay", "stay_lifted"],
    )
    entry: str = Field(description="The entry it is about")
    points_before: dict[str, Points]
    points_after: dict[str, Points]
    standing_before: str
    standing_after: str
    restricted_until_before: datetime | None
    restricted_until_after: datetime | None
    sanctions: list[SanctionEffect]


class Known(BaseModel):
    """One state of knowledge, and what the answer was by it."""

    known_at: datetime | None
    known_position: int | None
    standing: str
    points: dict[str, Points]
    restricted_until: datetime | None


class Differences(BaseModel):
    """The answer at `as_of` by what was known first and by what was known then, and every step between."""

    seller: str
    as_of: datetime
    earlier: Known
    later: Known
    steps: list[Step] = Field(description="In order of cases position; a fact without effect on the answer is told too")
