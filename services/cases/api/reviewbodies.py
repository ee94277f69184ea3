"""Request bodies of what comes after a decision: appeals and their review, stays, revocations."""

from typing import Annotated, Literal

from pydantic import Field

from services.cases.domain.commands import AppealOutcome
from shared.kit.fields import Body, Code, LongText, examples


class Statement(Body):
    """违规申诉. What the appellant has to say."""

    model_config = examples({"statement": "The calls came from a number that was stolen."})

    statement: Annotated[LongText, Field(description="For staff and the appellant alone; kept in the vault")]


class Return(Body):
    """补充材料. What the reviewer wants from the appellant."""

    model_config = examples({"reason": "The report to the police is missing."})

    reason: Annotated[LongText, Field(description="What is to be supplied; the appellant reads it")]


class Reason(Body):
    """Why."""

    model_config = examples({"reason": "The case is looked at again."})

    reason: Annotated[LongText, Field(description="For staff alone; kept in the vault")]


class Review(Body):
    """What the reviewer makes of an appeal."""

    model_config = examples(
        {"outcome": "reject", "reason": "Nothing new was shown."},
        {"outcome": "regrade", "grade": "general", "reason": "The parcel was not theirs."},
    )

    outcome: AppealOutcome
    grade: Code | None = Field(default=None, description="The lower grade, with regrade and with nothing else")
    reason: Annotated[LongText, Field(description="For staff alone; kept in the vault")]


class RevocationAnswer(Body):
    """A second supervisor's answer; declining needs a reason, confirming without one keeps the proposer's."""

    model_config = examples({"answer": "confirm"}, {"answer": "decline", "reason": "The decision is sound."})

    answer: Literal["confirm", "decline"]
    reason: LongText | None = None
