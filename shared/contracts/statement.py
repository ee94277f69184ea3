"""The statement of an account: every event that moved points or sanctions, in order, with the points around it."""

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
    """What a line did to a sanction (节点处理), with start and end from then on. `end` is exclusive; null: indefinite.

    `revived`: in force since then, what kept it from force being gone; `stayed`, `resumed`: by a stay, by its lifting.
    """

    change: Literal["ordered", "rescheduled", "vacated", "revived", "stayed", "resumed"]
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


class StayRef(BaseModel):
    """A stay over an entry's sanctions, and what lifted it; null while it holds, or where a reversal ended it."""

    stay: str = Field(description="Event id of the stay")
    lifted_by: str | None = Field(description="Event id of its lifting")


class ImportedFrom(BaseModel):
    """Where an entry comes from that another system had decided (历史处罚导入)."""

    import_id: str
    line: int
    reference: str
    complete_from: datetime = Field(description="Before this nothing is known of the account")


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
    stays: list[StayRef] = Field(description="Stays over its sanctions, in order")
    imported: ImportedFrom | None = Field(description="Where it comes from, if not from a case")


class ReversalLine(Line):
    """An entry was reversed: it counts no longer, from its effective instant on."""

    kind: Literal["reversal"]
    reversal: str = Field(description="Event id of the fact that reversed it")
    entry: str
    cause: Literal["reversed", "regraded", "revoked"]
    cases_position: int
    recorded_at: datetime
    sanctions: list[SanctionMoved]


class StayLine(Line):
    """The sanctions of an entry were stayed (停止执行): they impose nothing until the stay is lifted."""

    kind: Literal["stay"]
    stay: str = Field(description="Event id of the fact that stayed them")
    entry: str
    lifted_by: str | None = Field(description="Event id of the lifting")
    cases_position: int
    recorded_at: datetime
    sanctions: list[SanctionMoved]


class StayLiftLine(Line):
    """A stay was lifted: the entry's sanctions take their course again."""

    kind: Literal["stay_lift"]
    lift: str = Field(description="Event id of the fact that lifted it")
    stay: str = Field(description="Event id of the stay")
    entry: str
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
    lines: list[
        Annotated[ViolationLine | ReversalLine | StayLine | StayLiftLine | LapseLine, Field(discriminator="kind")]
    ]
