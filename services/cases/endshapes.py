"""How mergers, refusals, rulings on late evidence and other cases of the same matter are shown."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


class RulingView(BaseModel):
    """What an officer made of a late piece; who and why for staff alone."""

    ruling: Literal["admitted", "excluded"]
    officer: str | None
    reason: str | None


class MergerView(BaseModel):
    """并案. The case that goes on for both; who and why for staff alone, null where the system saw it."""

    into: str
    recorded_at: datetime
    officer: str | None
    reason: str | None


class RefusalView(BaseModel):
    """不予受理. Why the matter was not taken up, and the channel it belongs to; who and why for staff alone."""

    code: str
    referral: str | None
    recorded_at: datetime
    officer: str | None
    reason: str | None


class DuplicateView(BaseModel):
    """Another case of the same complainant, account and trade that shares an incident with this one."""

    case_id: str
    named_at_filing: bool = Field(description="It was there when this one was filed")
    goes_on: bool = Field(
        description="Undecided, or its penalty is for all of this one: this one may be merged into it"
    )
    penalty: str | None = Field(description="Event id of the decision that penalises the incident now")
