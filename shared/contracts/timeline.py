"""How an account's standing changes in effective time, under what is known now: past changes and those to come; and
what corrections have changed about it, in recorded time.
"""

from datetime import datetime
from typing import Literal, TypeAlias

from pydantic import BaseModel, Field

from shared.contracts.standing import Points
from shared.contracts.statement import SanctionMoved

CorrectionKind: TypeAlias = Literal["reversed", "regraded", "revoked", "stayed", "stay_lifted"]


class SanctionTurn(BaseModel):
    """A sanction whose state changes. Null: it is not there yet, or no longer."""

    entry: str
    track: str
    node: int | Literal["direct"]
    before: str | None
    after: str | None


class Cause(BaseModel):
    """Why something changes: an entry begins to count, a year ends (清零), or a sanction, a stay over those of an
    entry or a rulebook starts or ends.
    """

    kind: Literal["entry", "year_end", "sanction", "stay", "rulebook"]
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


class Correction(BaseModel):
    """A fact recorded `at` that changed what other facts had brought, and what it did to sanctions then.

    `fact` is its event id, `entry` the entry that it reversed, regraded, revoked, stayed, or stays no longer.
    """

    at: datetime
    fact: str
    kind: CorrectionKind
    entry: str
    cases_position: int
    sanctions: list[SanctionMoved]


class Timeline(BaseModel):
    """One page in order of time: all changes and corrections up to the instant at which the next page begins.

    More: the `Link` header with rel="next".
    """

    seller: str
    known_at: datetime | None = Field(description="As asked; null: everything folded")
    changes: list[Change]
    corrections: list[Correction] = Field(description="Those known; each at its recorded time")
