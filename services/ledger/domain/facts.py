"""What the ledger knows of an account: entries, their reversals and stays, in order of cases position.

Entries are facts about a seller account (卖家账号): points on a track, from an effective instant on. Source: R1–R14.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from shared.rulebook.model import Ref, Sanction

ReversalKind: TypeAlias = Literal["reversed", "regraded", "revoked"]


@dataclass(frozen=True, slots=True)
class Imported:
    """Where an entry comes from that another system had decided: the import, its line, its name there.

    What lies before `complete_from` is unknown of the account.
    """

    import_id: str
    line: int
    reference: str
    complete_from: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One decision as it counts: `id` is the decision's event id (a regrade's: its own).

    `effective_at` is when it counts from; `recorded_at` is the cases log's recorded time, when it was known;
    `regrades` names the entry it replaces. 0-point entries carry `direct` sanctions and nothing else.
    An imported one has no case.
    """

    id: str
    position: int
    track: str
    grade: str
    points: int
    effective_at: datetime
    recorded_at: datetime
    direct: tuple[Sanction, ...] = ()
    regrades: str | None = None
    case: str = ""
    rulebook: Ref | None = None
    calendars: tuple[Ref, ...] = ()
    imported: Imported | None = None


@dataclass(frozen=True, slots=True)
class Reversal:
    """An entry counts no longer, ab initio in effective time, since `recorded_at` in recorded time.

    `id` is the event id of the fact that did it; with "regraded", the entry that replaces it follows at the same
    position.
    """

    id: str
    position: int
    entry: str
    kind: ReversalKind
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Stay:
    """All sanctions of an entry impose and outrank nothing from `recorded_at` on, until the stay is lifted (R11).

    No point moves and no sanction's start or end. `id` is the event id of the fact that did it.
    """

    id: str
    position: int
    entry: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class StayLift:
    """The stay that holds over an entry's sanctions ends at `recorded_at`, exclusive; `id` as for a stay."""

    id: str
    position: int
    entry: str
    recorded_at: datetime


Fact: TypeAlias = Entry | Reversal | Stay | StayLift
