"""Request bodies of recalls."""

from typing import Annotated, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints

from services.cases.api.calls import CASE_ID_PATTERN
from services.cases.domain.recall.events import Criteria
from shared.kit.fields import Body, Identifier, Instant, LongText

MAX_NAMED: Final = 1000  # decisions named one by one

EventId = Annotated[str, StringConstraints(strict=True, pattern=CASE_ID_PATTERN)]


class CriteriaBody(Body):
    """Which decisions: those that meet every criterion given, and still count; at least one is to be given."""

    rulebook: Identifier | None = Field(default=None, description="Version that they were decided by")
    officer: Identifier | None = Field(default=None, description="Who decided, proposed or confirmed")
    detector: Identifier | None = Field(default=None, description="The automated detector that brought the complaint")
    decided_from: Instant | None = Field(default=None, description="Recorded time, inclusive")
    decided_before: Instant | None = Field(default=None, description="Recorded time, exclusive")
    decisions: list[EventId] = Field(default=[], max_length=MAX_NAMED, description="Event ids, of regrades too")

    def value(self) -> Criteria:
        """Return them as the domain has them; a decision named twice is named once."""
        return Criteria(
            self.rulebook,
            self.officer,
            self.detector,
            self.decided_from,
            self.decided_before,
            tuple(dict.fromkeys(self.decisions)),
        )


class RecallBody(Body):
    """Tell what a recall would change, or propose it to a second supervisor, with a reason."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"mode": "dry_run", "criteria": {"rulebook": "TB-2012", "officer": "o-1"}},
                {"mode": "propose", "criteria": {"detector": "night_calls"}, "reason": "It took echoes for calls."},
            ]
        }
    )

    mode: Literal["dry_run", "propose"]
    criteria: CriteriaBody
    reason: LongText | None = Field(default=None, description="Needed to propose; kept in the vault")
