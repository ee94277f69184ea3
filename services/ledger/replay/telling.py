"""What the ledger would have to say of an event of an account: type, effective instant and data, by the contract."""

from datetime import datetime
from typing import Any, NamedTuple

from services.ledger.domain import events as e
from services.ledger.domain.facts import Entry
from shared.contracts import entries as contract
from shared.kit.cloudevent import canonical
from shared.rulebook.model import Ref, Timeline


class Telling(NamedTuple):
    """An event as it would have to stand in the ledger's log; `at` None: whenever it was recorded there."""

    type: str
    at: datetime | None
    data: dict[str, Any]

    def rendered(self) -> bytes:
        """Return the data as they would have to be stored."""
        return canonical(self.data)


def telling(event: e.AccountEvent, version: int, timeline: Timeline, caused_at: datetime | None) -> Telling:
    """Return what is to be told of an event that is the account's `version`, its cause recorded at `caused_at`."""
    match event:
        case e.OrdinaryViolationRecorded(entry) | e.SevereViolationRecorded(entry):
            severe = isinstance(event, e.SevereViolationRecorded)
            name = contract.SEVERE_RECORDED if severe else contract.ORDINARY_RECORDED
            return Telling(name, entry.effective_at, _entry(entry) | _moved(event, version))
        case e.ViolationReversed(fact):
            data = {"entry": fact.entry, "kind": fact.kind} | _fact(fact.id, fact.position, fact.recorded_at)
            told = data | _in_force(timeline, fact.recorded_at) | _moved(event, version)
            return Telling(contract.REVERSED, fact.recorded_at, told)
        case e.SanctionsStayed(stay):
            return Telling(contract.STAYED, stay.recorded_at, _stay(stay, timeline) | _moved(event, version))
        case e.StayLifted(lift):
            return Telling(contract.STAY_LIFTED, lift.recorded_at, _stay(lift, timeline) | _moved(event, version))
        case e.SanctionsMoved():
            data = _fact(event.fact, event.position, event.recorded_at) | _moved(event, version)
            return Telling(contract.SANCTIONS_MOVED, event.recorded_at, data)
        case e.StandingLapsed():
            points = {"at": event.at, "before": dict(event.before), "after": dict(event.after)}
            names = {"standing_before": event.standing_before, "standing_after": event.standing_after}
            data = points | names | {"account_version": version} | _in_force(timeline, event.at)
            return Telling(contract.LAPSED, event.at, data)
        case e.AccountQuarantined():
            data = {"position": event.position, "cause": event.cause, "reason": event.reason}
            return Telling(contract.QUARANTINED, caused_at, data | {"account_version": version})
        case e.AccountReleased():
            data = {"position": event.position, "account_version": version}
            return Telling(contract.RELEASED, None, data)


def _entry(entry: Entry) -> dict[str, Any]:
    told = {
        "entry": entry.id,
        "case": entry.case,
        "position": entry.position,
        "grade": entry.grade,
        "points": entry.points,
        "effective_at": entry.effective_at,
        "recorded_at": entry.recorded_at,
        "direct": [{"hours": one.hours, "measures": one.measures} for one in entry.direct],
        "regrades": entry.regrades,
        "rulebook": _pinned(entry.rulebook),
        "calendars": [_pinned(calendar) for calendar in entry.calendars],
    }
    return told if entry.imported is None else {**told, "imported": entry.imported}


def _fact(cause: str, position: int, recorded_at: datetime) -> dict[str, Any]:
    return {"cause": cause, "position": position, "recorded_at": recorded_at}


def _stay(fact: Any, timeline: Timeline) -> dict[str, Any]:
    told = {"entry": fact.entry} | _fact(fact.id, fact.position, fact.recorded_at)
    return told | _in_force(timeline, fact.recorded_at)


def _moved(event: Any, version: int) -> dict[str, Any]:
    return {
        "before": dict(event.before),
        "after": dict(event.after),
        "sanctions": event.sanctions,
        "account_version": version,
    }


def _in_force(timeline: Timeline, at: datetime) -> dict[str, Any]:
    version = timeline.at(at)
    return {"rulebook": None if version is None else _pinned(version.ref)}


def _pinned(ref: Ref | None) -> dict[str, str] | None:
    return None if ref is None else {"id": ref.id, "digest": ref.digest}
