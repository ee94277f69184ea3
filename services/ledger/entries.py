"""The ledger's own events, domain ⇄ contract, strict both ways: what was written reads back as the same event."""

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

import msgspec

from services.ledger.decisions import ref
from services.ledger.domain import events as domain
from services.ledger.domain.facts import Entry, Reversal
from shared.contracts import entries as contract
from shared.contracts.decisions import DirectSanction, PinnedRef
from shared.kit.cloudevent import StandingEffect
from shared.rulebook.model import Ref, Sanction, Timeline

Body: TypeAlias = msgspec.Struct
Recorded: TypeAlias = domain.OrdinaryViolationRecorded | domain.SevereViolationRecorded

# Each type says whether it moves points: a follower of the ledger must not pass over one that does.
EFFECTS: Final[Mapping[str, StandingEffect]] = {
    contract.ORDINARY_RECORDED: "points",
    contract.SEVERE_RECORDED: "points",
    contract.REVERSED: "points",
    contract.LAPSED: "points",
    contract.QUARANTINED: "none",
    contract.RELEASED: "none",
}


def written(event: domain.AccountEvent, version: int, timeline: Timeline) -> tuple[str, Body]:
    """Return type and data of an event that is the account's `version`.

    Raises:
        ValueError: an entry of a track that has no event type.
    """
    match event:
        case domain.OrdinaryViolationRecorded() | domain.SevereViolationRecorded():
            return _recorded_type(event), _recorded(event, version)
        case domain.ViolationReversed():
            return contract.REVERSED, _reversed(event, version, timeline)
        case domain.StandingLapsed():
            return contract.LAPSED, contract.StandingLapsed(
                at=event.at,
                rulebook=_in_force(timeline, event),
                before=dict(event.before),
                after=dict(event.after),
                standing_before=event.standing_before,
                standing_after=event.standing_after,
                account_version=version,
            )
        case domain.AccountQuarantined():
            return contract.QUARANTINED, contract.AccountQuarantined(event.position, event.cause, event.reason, version)
        case domain.AccountReleased():
            return contract.RELEASED, contract.AccountReleased(event.position, version)


def _recorded_type(event: Recorded) -> str:
    ordinary = isinstance(event, domain.OrdinaryViolationRecorded)
    if event.entry.track != ("ordinary" if ordinary else "severe"):
        raise ValueError(f"the event's type does not name the track {event.entry.track}")
    return contract.ORDINARY_RECORDED if ordinary else contract.SEVERE_RECORDED


def _recorded(event: Recorded, version: int) -> contract.ViolationRecorded:
    entry = event.entry
    return contract.ViolationRecorded(
        entry=entry.id,
        case=entry.case,
        position=entry.position,
        grade=entry.grade,
        points=entry.points,
        effective_at=entry.effective_at,
        recorded_at=entry.recorded_at,
        direct=tuple([DirectSanction(sanction.hours or 0, sanction.measures) for sanction in entry.direct]),
        regrades=entry.regrades,
        rulebook=_pinned(entry.rulebook),
        calendars=tuple([PinnedRef(calendar.id, calendar.digest) for calendar in entry.calendars]),
        before=dict(event.before),
        after=dict(event.after),
        sanctions=_changes(event.sanctions),
        account_version=version,
    )


def _reversed(event: domain.ViolationReversed, version: int, timeline: Timeline) -> contract.ViolationReversed:
    reversal = event.reversal
    return contract.ViolationReversed(
        entry=reversal.entry,
        kind=reversal.kind,
        cause=reversal.id,
        position=reversal.position,
        recorded_at=reversal.recorded_at,
        rulebook=_in_force(timeline, event),
        before=dict(event.before),
        after=dict(event.after),
        sanctions=_changes(event.sanctions),
        account_version=version,
    )


def _changes(changes: tuple[domain.SanctionChange, ...]) -> tuple[contract.SanctionChanged, ...]:
    return tuple(
        [contract.SanctionChanged(one.change, one.entry, one.track, one.node, one.start, one.end) for one in changes]
    )


def _in_force(timeline: Timeline, event: domain.ViolationReversed | domain.StandingLapsed) -> PinnedRef | None:
    at = event.at if isinstance(event, domain.StandingLapsed) else event.reversal.recorded_at
    version = timeline.at(at)
    return None if version is None else _pinned(version.ref)


def _pinned(pinned: Ref | None) -> PinnedRef | None:
    return None if pinned is None else PinnedRef(pinned.id, pinned.digest)


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
