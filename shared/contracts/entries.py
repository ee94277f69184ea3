"""What the ledger says of an account: the `data` of its events, as followers and auditors read them.

`before` and `after` are points per track at the fact's recorded time, without and with it: every `before` equals the
last `after`. `account_version` is the stream's version, from 1 without holes. `subject` is the seller account, `time`
the effective instant, `causationid` the event of the cases log that caused it. Unknown fields are ignored.

One type is about no account but about many: `standings_digest_recorded`, whose subject no account can have.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, Literal, TypeAlias

import msgspec

from shared.contracts.decisions import DirectSanction, PinnedRef

ORDINARY_RECORDED: Final = "demerit.ledger.ordinary_violation_recorded.v1"
SEVERE_RECORDED: Final = "demerit.ledger.severe_violation_recorded.v1"
REVERSED: Final = "demerit.ledger.violation_reversed.v1"
STAYED: Final = "demerit.ledger.sanctions_stayed.v1"
STAY_LIFTED: Final = "demerit.ledger.stay_lifted.v1"
SANCTIONS_MOVED: Final = "demerit.ledger.sanctions_moved.v1"
LAPSED: Final = "demerit.ledger.standing_lapsed.v1"
QUARANTINED: Final = "demerit.ledger.account_quarantined.v1"
RELEASED: Final = "demerit.ledger.account_released.v1"
DIGEST: Final = "demerit.ledger.standings_digest_recorded.v1"

DIGEST_ENTRIES: Final = 1000  # of one digest
DIGEST_STREAM: Final = "standings-digest"
DIGEST_SUBJECT: Final = "standings/digest"  # no seller account: an id has no stroke
NO_DIGEST: Final = "0" * 64  # what the first digest is chained to

ENTRY_TYPES: Final = frozenset({ORDINARY_RECORDED, SEVERE_RECORDED, REVERSED, STAYED, STAY_LIFTED})
"""Events that tell a fact of the cases log, each one entry; `sanctions_moved` goes on with the one before."""

StandingName: TypeAlias = Literal["good", "watch", "restricted", "shop_closed", "sealed"]
ChangeName: TypeAlias = Literal["ordered", "rescheduled", "vacated", "revived", "stayed", "resumed"]


class SanctionChanged(msgspec.Struct, frozen=True):
    """What the fact does to one sanction: whose, which node, its start and end from now on (end exclusive).

    `end` is null where it is indefinite. Beside being `ordered`, `rescheduled` or `vacated`, it may be `revived` (in
    force since the fact, what kept it from force being gone), `stayed`, or `resumed` (no longer stayed).
    """

    change: ChangeName
    entry: str
    track: str
    node: int | Literal["direct"]
    start: datetime
    end: datetime | None


class ImportedFrom(msgspec.Struct, frozen=True):
    """Where an imported entry comes from: the import, its line, its name there; unknown is what lies before."""

    import_id: str
    line: int
    reference: str
    complete_from: datetime


class ViolationRecorded(msgspec.Struct, frozen=True):
    """`ordinary_violation_recorded` and `severe_violation_recorded`: the type of the event names the track.

    `entry` is the decision's event id and `position` its cases position; `regrades` names the entry it replaces.
    `rulebook` is the version that gave the points. `imported` is there where another system had decided; then there is
    no `case`.
    """

    entry: str
    case: str
    position: int
    grade: str
    points: int
    effective_at: datetime
    recorded_at: datetime
    direct: tuple[DirectSanction, ...]
    regrades: str | None
    rulebook: PinnedRef | None
    calendars: tuple[PinnedRef, ...]
    before: dict[str, int]
    after: dict[str, int]
    sanctions: tuple[SanctionChanged, ...]
    account_version: int
    imported: ImportedFrom | msgspec.UnsetType = msgspec.UNSET


class ViolationReversed(msgspec.Struct, frozen=True):
    """`violation_reversed`: `entry` counts no longer, because of the event `cause` at cases `position`.

    `rulebook` is the version in force at `recorded_at`, null before the first.
    """

    entry: str
    kind: Literal["reversed", "regraded", "revoked"]
    cause: str
    position: int
    recorded_at: datetime
    rulebook: PinnedRef | None
    before: dict[str, int]
    after: dict[str, int]
    sanctions: tuple[SanctionChanged, ...]
    account_version: int


class StayRecorded(msgspec.Struct, frozen=True):
    """`sanctions_stayed` and `stay_lifted`: the sanctions of `entry` impose nothing from `recorded_at` on, or take
    their course again, because of the event `cause` at cases `position`.

    No point moves, so `after` is `before`. `rulebook` is the version in force at `recorded_at`, null before the first.
    """

    entry: str
    cause: str
    position: int
    recorded_at: datetime
    rulebook: PinnedRef | None
    before: dict[str, int]
    after: dict[str, int]
    sanctions: tuple[SanctionChanged, ...]
    account_version: int


class SanctionsMoved(msgspec.Struct, frozen=True):
    """`sanctions_moved`: the event before, about the fact `cause` at cases `position`, goes on.

    A fact that does more to sanctions than one event holds is told in several, in the order of their versions. No point
    moves, so `after` is `before`.
    """

    cause: str
    position: int
    recorded_at: datetime
    before: dict[str, int]
    after: dict[str, int]
    sanctions: tuple[SanctionChanged, ...]
    account_version: int


class StandingLapsed(msgspec.Struct, frozen=True):
    """`standing_lapsed`: at `at` the clock alone changed points, standing or a sanction's state.

    `rulebook` is the version in force at `at`, null before the first.
    """

    at: datetime
    rulebook: PinnedRef | None
    before: dict[str, int]
    after: dict[str, int]
    standing_before: StandingName
    standing_after: StandingName
    account_version: int


class AccountQuarantined(msgspec.Struct, frozen=True):
    """`account_quarantined`: the event `cause` at cases `position` could not be folded; facts from there on wait."""

    position: int
    cause: str
    reason: str
    account_version: int


class AccountReleased(msgspec.Struct, frozen=True):
    """`account_released`: the facts that waited since cases `position` are folded; the account answers again."""

    position: int
    account_version: int


class StandingsDigestRecorded(msgspec.Struct, frozen=True):
    """`standings_digest_recorded`: how all accounts stood that `entries` entries touched, chained to the digest before.

    The entries are those of this log behind position `after` (exclusive) up to `through` (inclusive). `digest` is the
    SHA-256, in hexadecimal digits, of `previous` (its 32 bytes; zeros for number 1) and, for each of `accounts`
    accounts in order of seller, the SHA-256 of its canonical JSON: `seller`; `account_version` and `as_of`, those of
    its last entry there (its recorded time in cases); and of its standing then, by the facts up to that entry,
    `standing`, `points`, `sanctions`, `restrictions`, `last_entry_position` and `unknown_before`, as a standing has
    them.
    """

    number: int
    entries: int
    accounts: int
    after: int
    through: int
    previous: str
    digest: str


TYPES: Final[Mapping[str, type[msgspec.Struct]]] = {
    ORDINARY_RECORDED: ViolationRecorded,
    SEVERE_RECORDED: ViolationRecorded,
    REVERSED: ViolationReversed,
    STAYED: StayRecorded,
    STAY_LIFTED: StayRecorded,
    SANCTIONS_MOVED: SanctionsMoved,
    LAPSED: StandingLapsed,
    QUARANTINED: AccountQuarantined,
    RELEASED: AccountReleased,
    DIGEST: StandingsDigestRecorded,
}
