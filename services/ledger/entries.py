"""The ledger's own events as their contract has them; `entries_read` is the way back."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final, TypeAlias

import msgspec

from services.ledger.domain import events as domain
from shared.contracts import entries as contract
from shared.contracts.decisions import DirectSanction, PinnedRef
from shared.kit.cloudevent import StandingEffect
from shared.rulebook.model import Ref, Timeline

Body: TypeAlias = msgspec.Struct
Recorded: TypeAlias = domain.OrdinaryViolationRecorded | domain.SevereViolationRecorded

# Each type says whether it moves points or sanctions: a follower of the ledger must not pass over one that does.
EFFECTS: Final[Mapping[str, StandingEffect]] = {
    contract.ORDINARY_RECORDED: "points",
    contract.SEVERE_RECORDED: "points",
    contract.REVERSED: "points",
    contract.STAYED: "points",
    contract.STAY_LIFTED: "points",
    contract.SANCTIONS_MOVED: "points",
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
        case domain.SanctionsStayed():
            return contract.STAYED, _stayed(event, version, timeline)
        case domain.StayLifted():
            return contract.STAY_LIFTED, _stayed(event, version, timeline)
        case domain.SanctionsMoved():
            return contract.SANCTIONS_MOVED, contract.SanctionsMoved(
                cause=event.fact,
                position=event.position,
                recorded_at=event.recorded_at,
                before=dict(event.before),
                after=dict(event.after),
                sanctions=_changes(event.sanctions),
                account_version=version,
            )
        case domain.StandingLapsed():
            return contract.LAPSED, contract.StandingLapsed(
                at=event.at,
                rulebook=_in_force(timeline, event.at),
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
        imported=msgspec.UNSET if entry.imported is None else contract.ImportedFrom(**asdict(entry.imported)),
    )


def _reversed(event: domain.ViolationReversed, version: int, timeline: Timeline) -> contract.ViolationReversed:
    reversal = event.reversal
    return contract.ViolationReversed(
        entry=reversal.entry,
        kind=reversal.kind,
        cause=reversal.id,
        position=reversal.position,
        recorded_at=reversal.recorded_at,
        rulebook=_in_force(timeline, reversal.recorded_at),
        before=dict(event.before),
        after=dict(event.after),
        sanctions=_changes(event.sanctions),
        account_version=version,
    )


def _stayed(
    event: domain.SanctionsStayed | domain.StayLifted, version: int, timeline: Timeline
) -> contract.StayRecorded:
    fact = event.stay if isinstance(event, domain.SanctionsStayed) else event.lift
    return contract.StayRecorded(
        entry=fact.entry,
        cause=fact.id,
        position=fact.position,
        recorded_at=fact.recorded_at,
        rulebook=_in_force(timeline, fact.recorded_at),
        before=dict(event.before),
        after=dict(event.after),
        sanctions=_changes(event.sanctions),
        account_version=version,
    )


def _changes(changes: tuple[domain.SanctionChange, ...]) -> tuple[contract.SanctionChanged, ...]:
    return tuple(
        [contract.SanctionChanged(one.change, one.entry, one.track, one.node, one.start, one.end) for one in changes]
    )


def _in_force(timeline: Timeline, at: datetime) -> PinnedRef | None:
    version = timeline.at(at)
    return None if version is None else _pinned(version.ref)


def _pinned(pinned: Ref | None) -> PinnedRef | None:
    return None if pinned is None else PinnedRef(pinned.id, pinned.digest)
