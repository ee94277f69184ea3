"""Request bodies of what comes after a decision: appeals and their review, stays, revocations."""

from typing import Annotated, Literal

from pydantic import Field

from services.cases.domain.commands import AppealOutcome
from shared.kit.fields import Body, Code, LongText


class Statement(Body):
    """违规申诉. What the appellant has to say."""

    statement: Annotated[LongText, Field(description="For staff and the appellant alone; kept in the vault")]


class Return(Body):
    """补充材料. What the reviewer wants from the appellant."""

    reason: Annotated[LongText, Field(description="What is to be supplied; the appellant reads it")]


class Reason(Body):
    """Why."""

    reason: Annotated[LongText, Field(description="For staff alone; kept in the vault")]


class Review(Body):
    """What the reviewer makes of an appeal."""

    outcome: AppealOutcome
    grade: Code | None = Field(default=None, description="The lower grade, with regrade and with nothing else")
    reason: Annotated[LongText, Field(description="For staff alone; kept in the vault")]


class RevocationAnswer(Body):
    """A second supervisor's answer; declining needs a reason, confirming without one keeps the proposer's."""

    answer: Literal["confirm", "decline"]
    reason: LongText | None = None
