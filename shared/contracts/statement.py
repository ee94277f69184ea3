"""The statement of an account: every event that moved points, in order, with the points before and after it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from shared.contracts.standing import Points, SanctionBrought


class RuleText(BaseModel):
    """The rulebook version that spoke, pinned, and where its wording can be found."""

    id: str
    digest: str
    text: str | None = Field(description="Source of the wording; null where the version is not known here any more")


class CalendarRef(BaseModel):
    """A working-day calendar that the decision rested on, pinned."""

    id: str
    digest: str


class SanctionMoved(BaseModel):
    """A sanction (节点处理) as it stands from this line on. `end` is exclusive; null: indefinite."""

    change: Literal["ordered", "rescheduled", "vacated"]
    entry: str
    track: str
    node: int | Literal["direct"]
    start: datetime
    end: datetime | None


class Line(BaseModel):
    """What every line says: where it stands, and the points per track without and with it."""

    account_version: int
    ledger_position: int
    before: dict[str, Points]
    after: dict[str, Points]


class ViolationLine(Line):
    """A violation was recorded. `reversed_by` and `regraded_to` say what became of it, null while it counts."""

    kind: Literal["ordinary_violation", "severe_violation"]
    entry: str = Field(description="Event id of the decision")
    case: str = Field(description="The case, where decision, findings and evidence are kept")
    cases_position: int
    track: str
    grade: str
    points: Points
    effective_at: datetime
    recorded_at: datetime
    direct: list[SanctionBrought]
    sanctions: list[SanctionMoved]
    rule: RuleText | None
    calendars: list[CalendarRef]
    regrades: str | None = Field(description="The entry in whose place this one stands")
    regraded_to: str | None
    reversed_by: str | None = Field(description="Event id of the reversal")


class ReversalLine(Line):
    """An entry was reversed: it counts no longer, from its effective instant on."""

    kind: Literal["reversal"]
    reversal: str = Field(description="Event id of the fact that reversed it")
    entry: str
    cause: Literal["reversed", "regraded", "revoked"]
    cases_position: int
    recorded_at: datetime
    sanctions: list[SanctionMoved]


class LapseLine(Line):
    """Time passed an instant at which points, standing or a sanction changed by the clock alone."""

    kind: Literal["lapse"]
    at: datetime
    standing_before: str
    standing_after: str


class Statement(BaseModel):
    """One page of an account's statement, in order of account version. More: the `Link` header with rel="next"."""

    seller: str
    lines: list[Annotated[ViolationLine | ReversalLine | LapseLine, Field(discriminator="kind")]]
