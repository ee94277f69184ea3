"""Request bodies of officers and supervisors before the decision: late evidence, later deadlines, ends without one."""

from typing import Annotated

from pydantic import Field, StringConstraints

from services.cases.api.calls import CASE_ID_PATTERN
from services.cases.domain.events import DeadlineName
from services.cases.domain.merging import REFUSAL_CODES
from services.cases.domain.referrals import REFERRALS
from shared.kit.fields import Body, Code, Flag, Instant, LongText, examples

Reason = Annotated[LongText, Field(description="Kept in the vault")]
Referral = Annotated[Code, Field(json_schema_extra={"enum": list(REFERRALS)})]


class Admission(Body):
    """Whether a late piece counts."""

    model_config = examples({"admit": True, "reason": "The carrier was late."})

    admit: Flag
    reason: Reason


class Extension(Body):
    """A later instant for a deadline (期限)."""

    model_config = examples(
        {"deadline": "evidence", "due": "2026-03-12T00:00:00+08:00", "reason": "The parties were ill."}
    )

    deadline: DeadlineName
    due: Instant = Field(description="The new deadline, exclusive; later than the present one by at most 90 days")
    reason: Reason


class Merger(Body):
    """并案. The case that goes on for both."""

    model_config = examples({"into": "01a20a0b-690e-745e-a361-cf6a252e7b46", "reason": "The same calls."})

    into: Annotated[str, StringConstraints(strict=True, pattern=CASE_ID_PATTERN)]
    reason: Reason


class RefusalBody(Body):
    """不予受理. Why the platform does not take the matter up, and where it belongs."""

    model_config = examples(
        {"code": "belongs_elsewhere", "referral": "counterfeit_report", "reason": "It is about what was sold."}
    )

    code: Annotated[Code, Field(json_schema_extra={"enum": list(REFUSAL_CODES)})]
    referral: Referral | None = Field(default=None, description="With belongs_elsewhere, and with nothing else")
    reason: Reason
