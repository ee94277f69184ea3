"""The answer to "where does this seller stand?", as services and pages read it (docs, validation, clients)."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

Points = Annotated[int, Field(ge=0)]


class SanctionBrought(BaseModel):
    """What reaching a node brings: hours (null: indefinite) and measures."""

    hours: int | None
    measures: list[str]


class TrackStanding(BaseModel):
    """One track: its points, the next node and what it brings, when the points clear and whether they survive that."""

    points: Points
    next_node: int | None = Field(description="Points at which the next node (节点) is reached; null above the last")
    next_node_brings: SanctionBrought | None
    clears_at: datetime | None = Field(description="The year end at which these points change; null if none does")
    survives_clearing: bool


class SanctionRow(BaseModel):
    """One sanction (节点处理): who caused it, what it imposes, when, and what has become of it."""

    node: int | Literal["direct"]
    track: str
    entry: str
    measures: list[str]
    start: datetime
    end: datetime | None = Field(description="Exclusive; null: indefinite")
    state: Literal["vacated", "moot", "stayed", "queued", "in_force", "absorbed", "superseded", "served"]
    lifted_at: datetime | None


class Standing(BaseModel):
    """Standing of one seller account at two clocks: `as_of` (when it counts) and `known_at` (when it was known)."""

    seller: str
    standing: Literal["good", "watch", "restricted", "shop_closed", "sealed"]
    points: dict[str, Points]
    tracks: dict[str, TrackStanding]
    sanctions: list[SanctionRow]
    restrictions: list[str] = Field(description="Sorted union of the measures in force, with all they imply")
    restricted_until: datetime | None
    next_change_at: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    as_of: datetime | None = Field(description="As asked; null: any instant in [valid_from, valid_until)")
    known_at: datetime | None = Field(description="As asked; null: everything folded")
    final: bool
    rulebook: str | None = Field(description="As asked; null: the version in force at each instant")
    account_version: int
    last_entry_position: int | None = Field(
        description="Cases position of the last fact that moved points (a stay moves none)"
    )
    unknown_before: datetime | None
