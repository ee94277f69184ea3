"""An event of the cases log read as what it asks of an account, by the contract alone: a second hand at it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final, Literal, NamedTuple

import msgspec

from services.ledger.domain.commands import (
    FactCommand,
    LiftStay,
    RecordEntry,
    RegradeEntry,
    ReverseEntry,
    StaySanctions,
)
from services.ledger.domain.facts import Entry, Imported, Reversal, Stay, StayLift
from shared.contracts import decisions as contract
from shared.kit.cloudevent import Envelope, decode
from shared.rulebook.model import Ref, Sanction, Timeline

YEARS: Final = range(2000, 2100)  # in which an entry may count from
MOST_HOURS: Final = 10 * 366 * 24  # of a direct sanction


class UnknownFact(Exception):
    """What moves points is of a type or a rulebook that nobody here knows: the ledger would have stopped before it."""


class CaseFact(NamedTuple):
    """One fact; `command` is None where its data break the contract: then its account is put in quarantine."""

    id: str
    case: str
    position: int
    recorded_at: datetime
    type: str
    command: FactCommand | None


class _Broken(Exception):
    """The data say what the contract does not allow."""


class Reader:
    """Reads by one timeline and the largest number of points of an entry, inclusive."""

    def __init__(self, timeline: Timeline, max_points: int) -> None:
        self._digests = {version.ref.id: version.ref.digest for version in timeline.versions}
        self._max_points = max_points

    def fact(self, state: bytes) -> CaseFact:
        """Return the fact of an event that moves points.

        Raises:
            UnknownFact: see there.
        """
        event = decode(state)
        command: FactCommand | None
        try:
            command = self._command(event)
        except (msgspec.MsgspecError, _Broken):
            command = None
        return CaseFact(event.id, event.correlationid, event.position, event.recordedtime, event.type, command)

    def _command(self, event: Envelope) -> FactCommand:
        match event.type:
            case contract.ORDINARY_UPHELD | contract.SEVERE_UPHELD:
                track = "ordinary" if event.type == contract.ORDINARY_UPHELD else "severe"
                upheld = msgspec.json.decode(event.data, type=contract.ViolationUpheld)
                return RecordEntry(self._entry(event, track, upheld, calendars=upheld.calendars))
            case contract.PAST_PENALTY_IMPORTED:
                past = msgspec.json.decode(event.data, type=contract.PastPenaltyImported)
                source = Imported(past.import_id, past.line, past.reference, past.complete_from)
                return RecordEntry(self._entry(event, past.track, past, imported=source))
            case contract.REGRADED:
                regraded = msgspec.json.decode(event.data, type=contract.DecisionRegraded)
                old, calendars = regraded.decision, regraded.calendars
                entry = self._entry(event, regraded.track, regraded, calendars=calendars, regrades=old)
                return RegradeEntry(_reversal(event, old, "regraded"), entry)
            case other if other in _CORRECTIONS:
                return _CORRECTIONS[other](event)
            case _:
                where = f"at cases position {event.position}"
                raise UnknownFact(f"{event.type!a} {where} moves points and is not known here")

    def _entry(
        self,
        event: Envelope,
        track: str,
        data: contract.ViolationUpheld | contract.DecisionRegraded | contract.PastPenaltyImported,
        *,
        calendars: tuple[contract.PinnedRef, ...] = (),
        regrades: str | None = None,
        imported: Imported | None = None,
    ) -> Entry:
        sound = 0 <= data.points <= self._max_points and track in ("ordinary", "severe") and event.time.year in YEARS
        if not sound or any(not 0 < direct.hours <= MOST_HOURS for direct in data.direct):
            raise _Broken
        if self._digests.get(data.rulebook.id) != data.rulebook.digest:
            raise UnknownFact(f"the rulebook of the decision at cases position {event.position} is not known here")
        return Entry(
            id=event.id,
            position=event.position,
            track=track,
            grade=data.grade,
            points=data.points,
            effective_at=event.time,
            recorded_at=event.recordedtime,
            direct=tuple(Sanction(direct.hours, direct.measures) for direct in data.direct),
            regrades=regrades,
            case="" if imported is not None else event.correlationid,
            rulebook=Ref(data.rulebook.id, data.rulebook.digest),
            calendars=tuple(Ref(calendar.id, calendar.digest) for calendar in calendars),
            imported=imported,
        )


def _reversal(event: Envelope, entry: str, kind: Literal["reversed", "regraded", "revoked"]) -> Reversal:
    return Reversal(event.id, event.position, entry, kind, event.recordedtime)


def _decision(event: Envelope, body: Any = contract.DecisionReversed) -> str:
    named: str = msgspec.json.decode(event.data, type=body).decision
    return named


_CORRECTIONS: Final[Mapping[str, Callable[[Envelope], FactCommand]]] = {
    contract.REVERSED: lambda event: ReverseEntry(_reversal(event, _decision(event), "reversed")),
    contract.REVOKED: lambda event: ReverseEntry(_reversal(event, _decision(event), "revoked")),
    contract.SANCTION_STAYED: lambda event: StaySanctions(
        Stay(event.id, event.position, _decision(event, contract.DecisionStayed), event.recordedtime)
    ),
    contract.STAY_LIFTED: lambda event: LiftStay(
        StayLift(event.id, event.position, _decision(event, contract.DecisionStayed), event.recordedtime)
    ),
}
