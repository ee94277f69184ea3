"""How what comes after a decision is shown: appeal, stay, correction, revocation."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from services.cases.domain.events import Party

AppealStatus = Literal["held", "returned", "closed"]
AppealResult = Literal["rejected", "lapsed", "reversed", "regraded", "overturned", "revoked"]


class AppealView(BaseModel):
    """违规申诉. The appeal that goes on, or the last one; of a dismissal that was overturned too."""

    id: str = Field(description="Event id of its filing")
    party: Party
    filed_at: datetime
    status: AppealStatus = Field(description="`held` by the platform, `returned` to the appellant, or `closed`")
    closes_at: datetime | None = Field(description="Of a returned one: at this instant it comes to nothing")
    wanted: str | None = Field(description="What a returned one is to be supplied with; for staff and the appellant")
    statements: list[str] = Field(description="What the appellant said, in order; for staff and the appellant")
    outcome: AppealResult | None = Field(
        description="Null while it goes on; `revoked`: there was nothing left to judge"
    )
    ended_at: datetime | None


class StayView(BaseModel):
    """暂缓执行. What the decision brought imposes nothing for now; reviewer and reason for staff alone."""

    id: str
    recorded_at: datetime
    reviewer: str | None
    reason: str | None


class CorrectionView(BaseModel):
    """The fact that undid the decision (撤销) or stands in its place (改判); who and why for staff alone.

    Track, grade and points are those of a regrade, also of one that was revoked.
    """

    id: str
    type: str
    position: int
    recorded_at: datetime
    outcome: Literal["reversed", "regraded", "revoked"]
    track: str | None
    grade: str | None
    points: int | None
    recall: str | None = Field(description="The recall that a revocation is part of, for staff alone")
    officers: list[str] = Field(description="The reviewer, or both supervisors; for staff alone")
    reason: str | None


class RevocationView(BaseModel):
    """What waits for a second supervisor."""

    id: str
    supervisor: str
    recorded_at: datetime
    reason: str | None
