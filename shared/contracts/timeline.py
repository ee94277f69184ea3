"""How an account's standing changes in effective time, under what is known now: past changes and those to come."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.contracts.standing import Points


class SanctionTurn(BaseModel):
    """A sanction whose state changes. Null: it is not there yet, or no longer."""

    entry: str
    track: str
    node: int | Literal["direct"]
    before: str | None
    after: str | None


class Cause(BaseModel):
    """Why something changes: an entry begins to count, a year ends (清零), a sanction or a rulebook starts or ends."""

    kind: Literal["entry", "year_end", "sanction", "rulebook"]
    entry: str | None


class Change(BaseModel):
    """At `at` points, standing or sanctions change, from what held just before."""

    at: datetime
    standing_before: str
    standing_after: str
    points_before: dict[str, Points]
    points_after: dict[str, Points]
    sanctions: list[SanctionTurn]
    causes: list[Cause]


class Timeline(BaseModel):
    """One page of changes in order of time. More: the `Link` header with rel="next"."""

    seller: str
    known_at: datetime | None = Field(description="As asked; null: everything folded")
    changes: list[Change]
