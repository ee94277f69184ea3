"""Request bodies. What no case could take is said in the schema; what depends on the case is left to the domain."""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, StringConstraints
from pydantic.json_schema import SkipJsonSchema

from services.cases.domain.events import Claim, Incident, Subject, Trade, Verdict
from services.cases.domain.evidence_kinds import KINDS
from services.cases.domain.intake import CHANNELS, MAX_CONTACTS, MAX_INCIDENTS
from services.cases.domain.referrals import REFERRALS
from shared.kit.fields import Body, Code, Identifier, Instant, LongText, Natural, ShortText, examples

MAX_ITEMS: Final = 1000  # of any list; the domain's own limits are lower and have refusals of their own


def _among(*codes: str) -> Any:
    return Field(json_schema_extra={"enum": list(codes)})


Channel = Annotated[Code, _among(*CHANNELS)]
MediaType = Annotated[str, StringConstraints(strict=True, pattern=r"^[a-z]{1,20}/[a-z0-9][a-z0-9.+-]{0,60}$")]


class TradeBody(Body):
    """The trade in or after which it happened."""

    id: Identifier
    order_paid_at: Instant | None = Field(default=None, description="Decides the rulebook where it says so")

    def value(self) -> Trade:
        """Return it as the domain has it."""
        return Trade(self.id, self.order_paid_at)


class IncidentBody(Body):
    """One alleged contact or run of contacts, both ends inclusive."""

    channel: Channel
    at: Instant
    until: Instant | None = None

    def value(self) -> Incident:
        """Return it as the domain has it."""
        return Incident(self.channel, self.at, self.until)


class Complaint(Body):
    """维权投诉. Who complains of whom, about which trade and which contacts."""

    model_config = ConfigDict(
        json_schema_extra={
            "required": ["respondent", "trade", "channels", "incidents", "narrative"],
            "examples": [
                {
                    "complainant": "b-1",
                    "respondent": "s-1",
                    "trade": {"id": "t-1"},
                    "channels": ["phone"],
                    "incidents": [{"channel": "phone", "at": "2026-03-01T21:00:00+08:00"}],
                    "narrative": "Forty calls in one night.",
                    "contacts": ["+86 138 0013 8000"],
                }
            ],
        }
    )

    complainant: Identifier | None = Field(default=None, description="Needed from the intake service alone")
    detector: Code | None = Field(
        default=None, description="What brought the complaint, if no person did; from the intake service alone"
    )
    respondent: Identifier = Field(description="The seller account (卖家账号)")
    trade: TradeBody | SkipJsonSchema[None] = None
    channels: list[Channel] = Field(default=[], max_length=MAX_ITEMS, json_schema_extra={"minItems": 1})
    incidents: list[IncidentBody] = Field(
        default=[], max_length=MAX_ITEMS, json_schema_extra={"minItems": 1, "maxItems": MAX_INCIDENTS}
    )
    narrative: LongText = Field(description="What happened, in the complainant's words; kept in the vault")
    contacts: list[ShortText] = Field(
        default=[],
        max_length=MAX_ITEMS,
        json_schema_extra={"maxItems": MAX_CONTACTS},
        description="Numbers and addresses the contacts came from; kept in the vault",
    )


class Notification(Body):
    """The respondent received the complaint; the evidence window runs from there."""

    model_config = examples({}, {"received_at": "2026-03-02T10:00:00+08:00"})

    received_at: Instant | None = Field(default=None, description="Between the filing and now; default: now")


class Defence(Body):
    """说明. What the respondent claims, and the explanation."""

    model_config = examples({"claim": "number_not_mine", "statement": "The number belongs to somebody else."})

    claim: Claim
    statement: LongText = Field(description="Kept in the vault")


class Recusal(Body):
    """An officer steps back."""

    model_config = examples({"reason": "The buyer is a relative."})

    reason: LongText


class Assessment(Body):
    """What an officer finds of one piece of evidence."""

    model_config = examples({"verdict": "verified", "shows": ["frequent_contact", "number_attributable"]})

    verdict: Verdict
    shows: list[Code] = Field(
        default=[],
        max_length=50,
        description="frequent_contact, number_attributable, number_not_attributable, covers_alleged_times, or a factor",
        examples=[["frequent_contact", "number_attributable"]],
    )


class DismissBody(Body):
    """不成立. On one of the open grounds."""

    model_config = examples(
        {"outcome": "dismiss", "ground": "evidence_insufficient", "reason": "Nothing shows who called."}
    )

    outcome: Literal["dismiss"]
    ground: Code = Field(examples=["evidence_insufficient"])
    found_subject: Subject = "harassment"
    referral: Annotated[Code, _among(*REFERRALS)] | None = None
    reason: LongText


class UpholdBody(Body):
    """Uphold as ordinary, or propose to a second officer to uphold as severe."""

    model_config = examples(
        {"outcome": "uphold_ordinary", "grade": "general", "reason": "Forty calls are verified."},
        {"outcome": "propose_severe", "grade": "grave", "reason": "Funeral money was mailed."},
    )

    outcome: Literal["uphold_ordinary", "propose_severe"]
    grade: Code = Field(examples=["general"])
    found_subject: Subject = "harassment"
    reason: LongText


class OverrideBody(Body):
    """Propose to a second officer to uphold a matter of insults all the same, as an ordinary violation."""

    model_config = examples(
        {"outcome": "propose_override", "grade": "general", "reason": "The insults came with threats."}
    )

    outcome: Literal["propose_override"]
    grade: Code
    found_subject: Subject = "abuse"
    reason: LongText


Decision = Annotated[DismissBody | UpholdBody | OverrideBody, Field(discriminator="outcome")]


class Confirmation(Body):
    """A second officer's answer to a proposal; declining needs a reason."""

    model_config = examples(
        {"answer": "confirm"}, {"answer": "decline", "reason": "The parcel is not shown to be theirs."}
    )

    answer: Literal["confirm", "decline"]
    reason: LongText | None = None


class DecisionNotice(Body):
    """The parties have the decision; the appeal window runs from there."""

    model_config = examples({}, {"notified_at": "2026-03-02T10:00:00+08:00"})

    notified_at: Instant | None = Field(default=None, description="Between the decision and now; default: now")


class EvidenceBody(Body):
    """举证. What a party will send, or a chat evidence number (举证号), which has no content."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"kind": "call_list", "media_type": "application/pdf", "size_bytes": 48213},
                {"kind": "chat_evidence_number", "number": "JZ20260301-77"},
            ]
        }
    )

    kind: Annotated[Code, _among(*KINDS)]
    media_type: MediaType | None = Field(default=None, description="As the content will be sent")
    size_bytes: Natural = Field(default=0, description="Exact size of the content")
    number: ShortText | None = Field(default=None, description="For chat_evidence_number alone; kept in the vault")
