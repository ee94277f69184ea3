"""What one more violation would bring, and when what there is lapses."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from shared.contracts.standing import Points, Standing


class SupposedGrade(BaseModel):
    """The grade supposed: the one with the most points that the rulebook in force has for the track."""

    code: str
    track: str
    points: Points


class ComingChange(BaseModel):
    """From `at` on, points and standing are these, by the clock alone."""

    at: datetime
    points: dict[str, Points]
    standing: str


class Forecast(BaseModel):
    """Standing at `at` with one more violation from then on, and what time will change after it."""

    seller: str
    at: datetime
    add: Literal["ordinary", "severe"] | None
    grade: SupposedGrade | None = Field(description="Null: nothing is supposed, or the rulebook has no such grade")
    standing: Standing
    changes: list[ComingChange] = Field(description="In order of time, at most 200")
    complete: bool = Field(description="Whether nothing changes after the last of `changes`")
