"""When the personal data of a case may be destroyed. Source: domain rules §7.

Legal hold (法定留存): while the case or an appeal goes on, until every appeal window has closed, and for the retention
after the case has ended.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.cases.domain import errors
from services.cases.domain.commands import EraseData
from services.cases.domain.deadlines import appeal_closes
from services.cases.domain.events import CaseEvent, PersonalDataErased
from services.cases.domain.state import (
    Appealed,
    Contested,
    Decided,
    Dismissed,
    DismissedFinal,
    Ended,
    Filed,
    Merged,
    Open,
    OverrideProposed,
    Penalised,
    Regraded,
    Reversed,
    SevereProposed,
    Upheld,
    UpheldFinal,
    ended_at,
)
from services.cases.domain.world import World
from shared.kit.decider import Refusal


@dataclass(frozen=True, slots=True)
class Hold:
    """Why the data is held, and until when (exclusive); None: until something happens that has no date yet."""

    reason: Literal["open_case", "open_appeal", "open_revocation", "decision_not_notified", "merged_case", "retention"]
    until: datetime | None


def erase_data(state: Filed, command: EraseData, world: World) -> list[CaseEvent] | Refusal:
    """Return the erasure, or from when on it is possible."""
    hold = legal_hold(state, world, command.at)
    if isinstance(hold, Refusal):
        return hold
    if hold.until is None or command.at < hold.until:
        return errors.legal_hold(hold.reason, hold.until)
    return [PersonalDataErased(command.erased_by, hold.until)]


def legal_hold(state: Filed, world: World, now: datetime) -> Hold | Refusal:
    """Return the last reason for which the data is held, as things stand at `now`."""
    match state:
        case Open() | SevereProposed() | OverrideProposed():
            return Hold("open_case", None)
        case Merged():
            target = next((other for other in world.related if other.case_id == state.merged.event.into), None)
            if target is not None and not target.erased:
                return Hold("merged_case", None)
            return Hold("retention", _last(state) + world.retention)
        case Appealed() | Contested() if not state.appeal.lapsed(now):
            return Hold("open_appeal", None)
        case _ if isinstance(state, Penalised) and state.revocation is not None:
            return Hold("open_revocation", None)
        case _:
            return _retained(state, world)


def _retained(state: Decided | Ended, world: World) -> Hold | Refusal:
    retained = _last(state) + world.retention
    if not isinstance(state, Upheld | Dismissed):
        return Hold("retention", retained)
    if state.notified is None:
        return Hold("decision_not_notified", None)
    version = world.pinned(state.file.filed)
    if isinstance(version, Refusal):
        return version
    closes = appeal_closes(version.deadlines, state.notified.notified_at, ())
    return Hold("retention", retained if closes is None else max(closes, retained))


def _last(state: Decided | Ended) -> datetime:
    """When the case came to its end."""
    match state:
        case Regraded():
            return state.regrade.recorded_at
        case Reversed():
            return state.undone.recorded_at
        case UpheldFinal() | DismissedFinal():
            return state.ended.recorded_at
        case Appealed() | Contested() if state.appeal.returned is not None:
            return state.appeal.returned.closes_at
        case _:
            ended = ended_at(state)
            assert ended is not None  # noqa: S101  # decided and ended cases have an end
            return ended
