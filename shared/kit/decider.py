"""The shape every write has: `decide(state, command) → events | refusal`, `evolve(state, fact) → state`.

Source: Chassaing's functional event sourcing decider. Standard library only, so that domains may use it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeAlias, TypeVar

E_co = TypeVar("E_co", covariant=True)
F = TypeVar("F")

Detail: TypeAlias = str | int | bool | tuple["Detail", ...] | Mapping[str, "Detail"] | None


@dataclass(frozen=True, slots=True)
class Recorded(Generic[E_co]):
    """A fact as the log holds it: the domain event with what the log gave it.

    `position` is gapless from 1 in its log; `recorded_at` is UTC, strictly increasing with position.
    """

    event: E_co
    id: str
    position: int
    recorded_at: datetime


def recorded_as(event: F, recorded: Recorded[object]) -> Recorded[F]:
    """Return what the log holds with its event's own type, where that was found out; `event` is the one recorded."""
    return Recorded(event, recorded.id, recorded.position, recorded.recorded_at)


@dataclass(frozen=True, slots=True)
class Refusal:
    """A command that the state of the world does not allow.

    `code` is stable and names the problem type; `detail` says in one sentence what would have to be true;
    `facts` are the values that would change the answer (a due instant, the open grounds, the winning decision).
    """

    code: str
    detail: str
    facts: Mapping[str, Detail] = field(default_factory=dict)
