"""The data of decision events, as the cases log writes it, read as commands to an account. Source: contracts, R10, R11.

Each reader takes an envelope and the limits; it trusts nothing but the contract.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Literal, TypeAlias

import msgspec

from services.ledger.domain.commands import (
    FactCommand,
    LiftStay,
    RecordEntry,
    RegradeEntry,
    ReverseEntry,
    StaySanctions,
)
from services.ledger.domain.facts import Entry, Imported, Reversal, ReversalKind, Stay, StayLift
from shared.contracts.decisions import (
    ORDINARY_UPHELD,
    PAST_PENALTY_IMPORTED,
    REGRADED,
    REVERSED,
    REVOKED,
    SANCTION_STAYED,
    SEVERE_UPHELD,
    STAY_LIFTED,
    DecisionRegraded,
    DecisionReversed,
    DecisionStayed,
    DirectSanction,
    PastPenaltyImported,
    PinnedRef,
    ViolationUpheld,
)
from shared.kit.cloudevent import Envelope
from shared.rulebook.model import Ref, Sanction

TRACKS: Final = frozenset({"ordinary", "severe"})
FIRST_YEAR: Final = 2000
LAST_YEAR: Final = 2099

_upheld: Final = msgspec.json.Decoder(ViolationUpheld)
_reversed: Final = msgspec.json.Decoder(DecisionReversed)
_past: Final = msgspec.json.Decoder(PastPenaltyImported)
_regraded: Final = msgspec.json.Decoder(DecisionRegraded)
_stayed: Final = msgspec.json.Decoder(DecisionStayed)


@dataclass(frozen=True, slots=True)
class Limits:
    """The largest numbers a decision may hold, both inclusive; what is above them waits until an operator raises them.

    They keep one wrong number from filling an account with sanctions for centuries.
    """

    points: int = 1000
    hours: int = 10 * 366 * 24


class ContractBroken(ValueError):
    """The data of a known event says what its contract does not allow."""


Reader: TypeAlias = Callable[[Envelope, Limits], FactCommand]


def _ordinary(envelope: Envelope, limits: Limits) -> RecordEntry:
    return RecordEntry(_entry(envelope, "ordinary", _upheld.decode(envelope.data), limits))


def _severe(envelope: Envelope, limits: Limits) -> RecordEntry:
    return RecordEntry(_entry(envelope, "severe", _upheld.decode(envelope.data), limits))


def _reversal_as(kind: Literal["reversed", "revoked"]) -> Reader:
    def read(envelope: Envelope, _: Limits) -> ReverseEntry:
        return ReverseEntry(_reversal(envelope, _reversed.decode(envelope.data).decision, kind))

    return read


def _regrade(envelope: Envelope, limits: Limits) -> RegradeEntry:
    data = _regraded.decode(envelope.data)
    if data.track not in TRACKS:
        raise ContractBroken("no such track")
    entry = _entry(envelope, data.track, data, limits, regrades=data.decision)
    return RegradeEntry(_reversal(envelope, data.decision, "regraded"), entry)


def _stay(envelope: Envelope, _: Limits) -> StaySanctions:
    entry = _stayed.decode(envelope.data).decision
    return StaySanctions(Stay(envelope.id, envelope.position, entry, envelope.recordedtime))


def _lift(envelope: Envelope, _: Limits) -> LiftStay:
    entry = _stayed.decode(envelope.data).decision
    return LiftStay(StayLift(envelope.id, envelope.position, entry, envelope.recordedtime))


def _imported(envelope: Envelope, limits: Limits) -> RecordEntry:
    data = _past.decode(envelope.data)
    if data.track not in TRACKS:
        raise ContractBroken("no such track")
    entry = _entry(envelope, data.track, data, limits)
    source = Imported(data.import_id, data.line, data.reference, data.complete_from)
    return RecordEntry(replace(entry, case="", imported=source))


READERS: Final[Mapping[str, Reader]] = {
    ORDINARY_UPHELD: _ordinary,
    SEVERE_UPHELD: _severe,
    REVERSED: _reversal_as("reversed"),
    REVOKED: _reversal_as("revoked"),
    REGRADED: _regrade,
    SANCTION_STAYED: _stay,
    PAST_PENALTY_IMPORTED: _imported,
    STAY_LIFTED: _lift,
}


def _entry(
    envelope: Envelope,
    track: str,
    data: ViolationUpheld | DecisionRegraded | PastPenaltyImported,
    limits: Limits,
    regrades: str | None = None,
) -> Entry:
    if not 0 <= data.points <= limits.points:
        raise ContractBroken(f"points are 0 to {limits.points}")
    return Entry(
        id=envelope.id,
        position=envelope.position,
        track=track,
        grade=data.grade,
        points=data.points,
        effective_at=_effective(envelope.time),
        recorded_at=envelope.recordedtime,
        direct=tuple(_sanction(direct, limits) for direct in data.direct),
        regrades=regrades,
        case=envelope.correlationid,
        rulebook=ref(data.rulebook),
        calendars=() if isinstance(data, PastPenaltyImported) else tuple(map(ref, data.calendars)),
    )


def _reversal(envelope: Envelope, entry: str, kind: ReversalKind) -> Reversal:
    return Reversal(envelope.id, envelope.position, entry, kind, envelope.recordedtime)


def _effective(time: datetime) -> datetime:
    if not FIRST_YEAR <= time.year <= LAST_YEAR:
        raise ContractBroken(f"an entry counts from an instant in {FIRST_YEAR} to {LAST_YEAR}")
    return time


def _sanction(direct: DirectSanction, limits: Limits) -> Sanction:
    if not 0 < direct.hours <= limits.hours:
        raise ContractBroken(f"a direct sanction has 1 to {limits.hours} hours")
    return Sanction(direct.hours, direct.measures)


def ref(pinned: PinnedRef) -> Ref:
    """Return the rulebook's form of a pinned id and digest."""
    return Ref(pinned.id, pinned.digest)
