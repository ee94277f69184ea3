"""The ledger's own events read back from their contract, strictly: what `entries` wrote is the same event again."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec

from services.ledger.decisions import ref
from services.ledger.domain import events as domain
from services.ledger.domain.facts import Entry, Imported, Reversal, Stay, StayLift
from shared.contracts import entries as contract
from shared.rulebook.model import Sanction


def _entry_of(data: contract.ViolationRecorded, track: str) -> Entry:
    return Entry(
        id=data.entry,
        position=data.position,
        track=track,
        grade=data.grade,
        points=data.points,
        effective_at=data.effective_at,
        recorded_at=data.recorded_at,
        direct=tuple(Sanction(direct.hours, direct.measures) for direct in data.direct),
        regrades=data.regrades,
        case=data.case,
        rulebook=None if data.rulebook is None else ref(data.rulebook),
        calendars=tuple(map(ref, data.calendars)),
        imported=None if data.imported is msgspec.UNSET else Imported(**msgspec.structs.asdict(data.imported)),
    )


def _sanctions(changes: tuple[contract.SanctionChanged, ...]) -> tuple[domain.SanctionChange, ...]:
    return tuple(
        domain.SanctionChange(one.change, one.entry, one.track, one.node, one.start, one.end) for one in changes
    )


def _ordinary(data: contract.ViolationRecorded) -> domain.AccountEvent:
    entry = _entry_of(data, "ordinary")
    return domain.OrdinaryViolationRecorded(entry, data.before, data.after, _sanctions(data.sanctions))


def _severe(data: contract.ViolationRecorded) -> domain.AccountEvent:
    entry = _entry_of(data, "severe")
    return domain.SevereViolationRecorded(entry, data.before, data.after, _sanctions(data.sanctions))


def _reversal(data: contract.ViolationReversed) -> domain.AccountEvent:
    reversal = Reversal(data.cause, data.position, data.entry, data.kind, data.recorded_at)
    return domain.ViolationReversed(reversal, data.before, data.after, _sanctions(data.sanctions))


def _stay(data: contract.StayRecorded) -> domain.AccountEvent:
    stay = Stay(data.cause, data.position, data.entry, data.recorded_at)
    return domain.SanctionsStayed(stay, data.before, data.after, _sanctions(data.sanctions))


def _lift(data: contract.StayRecorded) -> domain.AccountEvent:
    lift = StayLift(data.cause, data.position, data.entry, data.recorded_at)
    return domain.StayLifted(lift, data.before, data.after, _sanctions(data.sanctions))


def _moved(data: contract.SanctionsMoved) -> domain.AccountEvent:
    return domain.SanctionsMoved(
        data.cause, data.position, data.recorded_at, data.before, data.after, _sanctions(data.sanctions)
    )


def _lapse(data: contract.StandingLapsed) -> domain.AccountEvent:
    return domain.StandingLapsed(data.at, data.before, data.after, data.standing_before, data.standing_after)


def _quarantine(data: contract.AccountQuarantined) -> domain.AccountEvent:
    return domain.AccountQuarantined(data.position, data.cause, data.reason)


def _release(data: contract.AccountReleased) -> domain.AccountEvent:
    return domain.AccountReleased(data.position)


_READERS: Final[Mapping[str, Callable[[Any], domain.AccountEvent]]] = {
    contract.ORDINARY_RECORDED: _ordinary,
    contract.SEVERE_RECORDED: _severe,
    contract.REVERSED: _reversal,
    contract.STAYED: _stay,
    contract.STAY_LIFTED: _lift,
    contract.SANCTIONS_MOVED: _moved,
    contract.LAPSED: _lapse,
    contract.QUARANTINED: _quarantine,
    contract.RELEASED: _release,
}
_decoders: Final[Mapping[str, msgspec.json.Decoder[Any]]] = {
    name: msgspec.json.Decoder(body) for name, body in contract.TYPES.items()
}


def read(event_type: str, data: msgspec.Raw) -> domain.AccountEvent:
    """Return the domain event that these data of our own log say.

    Raises:
        KeyError: no event of ours has this type.
        msgspec.ValidationError: the data are not of this type; the log has been tampered with.
    """
    return _READERS[event_type](_decoders[event_type].decode(data))
