"""What is asked of an account: by the follower, fact by fact of the cases log, and by those who look after it."""

from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias

from services.ledger.domain.facts import Entry, Fact, Reversal, Stay, StayLift


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """A decision counts from now on."""

    entry: Entry


@dataclass(frozen=True, slots=True)
class ReverseEntry:
    """An entry counts no longer."""

    reversal: Reversal


@dataclass(frozen=True, slots=True)
class RegradeEntry:
    """An entry counts no longer and a lower one stands in its place, at the same position, as one fact."""

    reversal: Reversal
    entry: Entry


@dataclass(frozen=True, slots=True)
class StaySanctions:
    """An entry's sanctions impose nothing until the stay is lifted; its points count on."""

    stay: Stay


@dataclass(frozen=True, slots=True)
class LiftStay:
    """An entry's sanctions impose again."""

    lift: StayLift


@dataclass(frozen=True, slots=True)
class LapseThrough:
    """The cases log promises that no later fact is recorded at or before `instant`: time until then has passed."""

    instant: datetime


@dataclass(frozen=True, slots=True)
class Quarantine:
    """The fact at `position` (of the event `cause`) cannot be folded; from it on the account's facts wait."""

    position: int
    cause: str
    reason: str


@dataclass(frozen=True, slots=True)
class Release:
    """What kept the account in quarantine is mended; `position` is where it began."""

    position: int


FactCommand: TypeAlias = RecordEntry | ReverseEntry | RegradeEntry | StaySanctions | LiftStay
AccountCommand: TypeAlias = FactCommand | LapseThrough | Quarantine | Release


def facts_of(command: FactCommand) -> tuple[Fact, ...]:
    """Return the facts that a command asks to record, in order; all but a regrade ask for one."""
    match command:
        case RecordEntry():
            return (command.entry,)
        case ReverseEntry():
            return (command.reversal,)
        case RegradeEntry():
            return (command.reversal, command.entry)
        case StaySanctions():
            return (command.stay,)
        case LiftStay():
            return (command.lift,)
