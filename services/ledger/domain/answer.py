"""The answer to "where does this seller stand?", with the domain's own types. Source: contracts, domain rules §6."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.ledger.domain.events import StandingName
from services.ledger.domain.lines import State
from shared.rulebook.model import Sanction


@dataclass(frozen=True, slots=True)
class TrackStanding:
    """One track: points, the next node and what it brings (None above the last), and what year ends do to it.

    `clears_at` is the next year end at which these points change, None if none does; `survives_clearing` says whether
    any are left by the coming year end.
    """

    points: int
    next_node: int | None
    next_node_brings: Sanction | None
    clears_at: datetime | None
    survives_clearing: bool


@dataclass(slots=True)
class SanctionRow:
    """One sanction: whose, what, when, and what has become of it. `end` is exclusive, None: indefinite.

    Not frozen, though nothing changes it: an answer has many, and it takes four times as long to make a frozen one.
    """

    node: int | Literal["direct"]
    track: str
    entry: str
    measures: tuple[str, ...]
    start: datetime
    end: datetime | None
    state: State
    lifted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Held:
    """What holds at one instant, with nothing that looks ahead; the fields are those of `Standing`."""

    standing: StandingName
    points: Mapping[str, int]
    sanctions: tuple[SanctionRow, ...]
    restrictions: tuple[str, ...]
    last_entry_position: int | None
    unknown_before: datetime | None


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer at one pair of clocks. The same holds for every instant in `[valid_from, valid_until)`.

    `sanctions` stand in ladder order of their entries; `restrictions` is the sorted union of what is in force, with
    all it implies; `restricted_until` the first instant from `as_of` on with no sanction in force, what is stayed at
    `as_of` left out (None: sealed, or none is in force); `next_change_at` when points, standing or a sanction's state
    next change by the clock alone, or by a stay that is known.
    Before `unknown_before` nothing is known of the account: an import begins there (None: everything is known).
    """

    seller: str
    standing: StandingName
    points: Mapping[str, int]
    tracks: Mapping[str, TrackStanding]
    sanctions: tuple[SanctionRow, ...]
    restrictions: tuple[str, ...]
    restricted_until: datetime | None
    next_change_at: datetime | None
    valid_from: datetime | None
    valid_until: datetime | None
    last_entry_position: int | None
    unknown_before: datetime | None = None
