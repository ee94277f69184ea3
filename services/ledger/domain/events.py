"""What the ledger publishes of an account, in the past tense. Ordinary and severe are separate types, for ever.

`before` and `after` are points per track at the fact's recorded time, without and with it, so that a follower checks
itself: every `before` equals the last `after`. Sanctions are named as they stand after the fact. Source: contracts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.ledger.domain.facts import Entry, Reversal

StandingName: TypeAlias = Literal["good", "watch", "restricted", "shop_closed", "sealed"]
Points: TypeAlias = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SanctionChange:
    """One sanction ordered, rescheduled or vacated by a fact: whose, which node, and its start and end from now on."""

    change: Literal["ordered", "rescheduled", "vacated"]
    entry: str
    track: str
    node: int | Literal["direct"]
    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class OrdinaryViolationRecorded:
    """一般违规. An ordinary violation counts on the account."""

    entry: Entry
    before: Points
    after: Points
    sanctions: tuple[SanctionChange, ...]


@dataclass(frozen=True, slots=True)
class SevereViolationRecorded:
    """严重违规. A severe violation counts on the account."""

    entry: Entry
    before: Points
    after: Points
    sanctions: tuple[SanctionChange, ...]


@dataclass(frozen=True, slots=True)
class ViolationReversed:
    """An entry counts no longer; what it caused, and what others no longer reach without it, is lifted."""

    reversal: Reversal
    before: Points
    after: Points
    sanctions: tuple[SanctionChange, ...]


@dataclass(frozen=True, slots=True)
class StandingLapsed:
    """Time passed `at` an instant at which points, standing or a sanction's state changed by the clock alone."""

    at: datetime
    before: Points
    after: Points
    standing_before: StandingName
    standing_after: StandingName


@dataclass(frozen=True, slots=True)
class AccountQuarantined:
    """A known fact could not be folded for this account; from `position` on its facts are parked, in order."""

    position: int
    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class AccountReleased:
    """The account's parked facts were folded; it answers again."""

    position: int


AccountEvent: TypeAlias = (
    OrdinaryViolationRecorded
    | SevereViolationRecorded
    | ViolationReversed
    | StandingLapsed
    | AccountQuarantined
    | AccountReleased
)
