"""What the ledger publishes of an account, in the past tense. Ordinary and severe are separate types, for ever.

`before` and `after` are points per track at the fact's recorded time, without and with it, so that a follower checks
itself: every `before` equals the last `after`. Sanctions are named as they stand after the fact. Source: contracts.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from services.ledger.domain.facts import Entry, Fact, Reversal, Stay, StayLift

StandingName: TypeAlias = Literal["good", "watch", "restricted", "shop_closed", "sealed"]
ChangeName: TypeAlias = Literal["ordered", "rescheduled", "vacated", "revived", "stayed", "resumed"]
Points: TypeAlias = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class SanctionChange:
    """What a fact does to one sanction: whose, which node, and its start and end from now on.

    It is `ordered`, `rescheduled` or `vacated` by it; `revived`: in force since the fact, what kept it from force being
    gone; `stayed`; or `resumed`: no longer stayed. One sanction may be rescheduled and revived.
    """

    change: ChangeName
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
class SanctionsStayed:
    """A reviewer has stayed what an entry imposes; the points stay as they are."""

    stay: Stay
    before: Points
    after: Points
    sanctions: tuple[SanctionChange, ...]


@dataclass(frozen=True, slots=True)
class StayLifted:
    """A stay was lifted: what it suspended takes its course again, its starts and ends being what they were."""

    lift: StayLift
    before: Points
    after: Points
    sanctions: tuple[SanctionChange, ...]


@dataclass(frozen=True, slots=True)
class SanctionsMoved:
    """The fact told last does more to sanctions than one event holds: it goes on. No point moves.

    `fact` is the fact's id, `position` its cases position.
    """

    fact: str
    position: int
    recorded_at: datetime
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


FactEvent: TypeAlias = (
    OrdinaryViolationRecorded | SevereViolationRecorded | ViolationReversed | SanctionsStayed | StayLifted
)
AccountEvent: TypeAlias = FactEvent | SanctionsMoved | StandingLapsed | AccountQuarantined | AccountReleased


def fact_of(event: FactEvent) -> Fact:
    """Return the fact that an event tells of."""
    match event:
        case OrdinaryViolationRecorded() | SevereViolationRecorded():
            return event.entry
        case ViolationReversed():
            return event.reversal
        case SanctionsStayed():
            return event.stay
        case StayLifted():
            return event.lift
