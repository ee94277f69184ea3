"""The shape of a rulebook file: which keys, of which types, within which limits. Meaning across keys is in checks."""

from collections.abc import Callable
from typing import Annotated, Final, Literal, TypeAlias

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

MAX_LIST: Final = 200
MAX_HOURS: Final = 10 * 366 * 24
MAX_DAYS: Final = 366

# What an officer may find beside factors, what a respondent may claim, what a matter may turn out to be.
Finding: TypeAlias = Literal["frequent_contact", "number_attributable", "certificate_covers"]
Claim: TypeAlias = Literal["number_not_mine", "no_contact", "contact_justified", "other"]
Subject: TypeAlias = Literal["harassment", "abuse", "counterfeit", "fake_trade", "after_sales"]
Measure: TypeAlias = Literal[
    "shop_hidden",  # 店铺屏蔽
    "listing_restricted",  # 限制发布商品
    "delist_all",  # 下架所有商品
    "messaging_restricted",  # 限制发送站内信
    "community_restricted",  # 限制社区功能
    "shop_creation_restricted",  # 限制创建店铺
    "public_warning",  # 公示警告
    "shop_closed",  # 关闭店铺
    "account_sealed",  # 查封账户
]


def _unless(word: str, otherwise: str) -> Callable[[object], object]:
    """Return a reader that takes `word` as None, and words what else would do."""

    def read(value: object) -> object:
        if isinstance(value, str) and value != word:
            raise ValueError(f'must be {otherwise} or "{word}"')
        return None if value == word else value

    return read


Code: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,63}$")]
VersionId: TypeAlias = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
Wording: TypeAlias = Annotated[str, StringConstraints(min_length=1, max_length=2000)]
Points: TypeAlias = Annotated[int, Field(ge=0, le=100_000)]
Count: TypeAlias = Annotated[int, Field(ge=1, le=100_000)]
Hours: TypeAlias = Annotated[int, Field(ge=1, le=MAX_HOURS)]
Days: TypeAlias = Annotated[int, Field(ge=1, le=MAX_DAYS)]
Measures: TypeAlias = Annotated[list[Measure], Field(min_length=1, max_length=MAX_LIST)]
Codes: TypeAlias = Annotated[list[Code], Field(max_length=MAX_LIST)]
HoursOrIndefinite: TypeAlias = Annotated[Hours | None, BeforeValidator(_unless("indefinite", "whole hours"))]
CarryOrUnchanged: TypeAlias = Annotated[Points | None, BeforeValidator(_unless("unchanged", "a whole number"))]
InstantOrUnknown: TypeAlias = Annotated[
    AwareDatetime | None, BeforeValidator(_unless("unknown", "an instant with its offset from UTC"))
]


class Part(BaseModel):
    """Any table of the file: unknown keys are refused, and a value is of its type without conversion."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class NodePart(Part):
    """节点: the points it is reached at, and what it brings."""

    at: Count
    hours: HoursOrIndefinite
    measures: Measures


class LadderPart(Part):
    """A track's steps; with `every` the one node repeats at each multiple."""

    composition: Literal["consecutive", "heaviest"]
    every: bool = False
    nodes: Annotated[list[NodePart], Field(min_length=1, max_length=MAX_LIST)]


class YearEndPart(Part):
    """One band of a year-end rule (清零); the first band met decides."""

    measure: Literal["total", "new"]
    at_least: Count
    carry: CarryOrUnchanged


class TrackPart(Part):
    """Where points go."""

    ladder: LadderPart
    year_end: Annotated[list[YearEndPart], Field(max_length=MAX_LIST)]


class DirectPart(Part):
    """A grade's own sanction; always of limited time, since only points seal."""

    hours: Hours
    measures: Measures


class GradePart(Part):
    """情节: what it brings, which verified facts permit it, how many officers it takes."""

    track: Code
    points: Points
    permitted_by: Annotated[list[Code], Field(min_length=1, max_length=MAX_LIST)]
    approvals: Annotated[int, Field(ge=1, le=2)]
    direct: Annotated[list[DirectPart], Field(max_length=MAX_LIST)] = []


class DeadlinesPart(Part):
    """How long each side has."""

    evidence_days: Days
    evidence_rolls_off_holidays: bool
    first_handling_working_days: Days
    resolution_working_days: Days
    appeal_hours: Hours


class GroundPart(Part):
    """A dismissal ground and when it holds."""

    code: Code
    void: bool = False
    found_subjects: list[Subject] = []
    claim: Claim | None = None
    verified: list[Finding] = []
    unless_verified: list[Finding] = []


class ProvenancePart(Part):
    """Where each part is known from, and what about it is assumed."""

    dates: Wording
    tracks: Wording
    grades: Wording
    factors: Wording
    deadlines: Wording
    grounds: Wording


class VersionPart(Part):
    """One version. `effective_until` may close the last one; `major` asks for the longer notice."""

    id: VersionId
    announced_at: InstantOrUnknown
    effective_from: AwareDatetime
    effective_until: AwareDatetime | None = None
    major: bool = False
    basis: Literal["conduct_at", "order_paid_at"]
    zone: Literal["Asia/Shanghai"]
    factors: Codes
    dismissal_contestable: bool
    tracks: Annotated[dict[Code, TrackPart], Field(min_length=1, max_length=MAX_LIST)]
    grades: Annotated[dict[Code, GradePart], Field(min_length=1, max_length=MAX_LIST)]
    deadlines: DeadlinesPart
    grounds: Annotated[list[GroundPart], Field(min_length=1, max_length=MAX_LIST)]
    provenance: ProvenancePart


class TimelinePart(Part):
    """A whole rulebook file."""

    name: Code
    versions: Annotated[list[VersionPart], Field(min_length=1, max_length=MAX_LIST)]
