"""When the personal data of a case may be destroyed. Source: domain rules §7.

Legal hold (法定留存): while the case or an appeal goes on, until every appeal window has closed, and for the retention
after the case has ended.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.cases.domain import errors
from services.cases.domain.commands import EraseData
from services.cases.domain.events import CaseEvent, PersonalDataErased
from services.cases.domain.state import (
    Appealed,
    Contested,
    Dismissed,
    DismissedFinal,
    Filed,
    Merged,
    Open,
    OverrideProposed,
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
    hold = legal_hold(state, world)
    if hold.until is None or command.at < hold.until:
        return errors.legal_hold(hold.reason, hold.until)
    return [PersonalDataErased(command.erased_by, hold.until)]


def legal_hold(state: Filed, world: World) -> Hold:
    """Return the last reason for which the data is held, as things stand."""
    going_on = still_going_on(state)
    if going_on is not None:
        return going_on
    if isinstance(state, Merged) and _goes_on_elsewhere(state, world):
        return Hold("merged_case", None)
    retained = _end(state) + world.retention
    return Hold("retention", max(retained, _window_end(state) or retained))


def still_going_on(state: Filed) -> Hold | None:
    """Return the hold of a case in which somebody, or the clock, has something to do still; None where nobody has."""
    match state:
        case Open() | SevereProposed() | OverrideProposed():
            return Hold("open_case", None)
        case Appealed() | Contested():
            return Hold("open_appeal", None)
        case Upheld() | UpheldFinal() | Regraded() if state.revocation is not None:
            return Hold("open_revocation", None)
        case Upheld() | Dismissed() if state.notified is None:
            return Hold("decision_not_notified", None)
        case _:
            return None


def _goes_on_elsewhere(state: Merged, world: World) -> bool:
    target = next((other for other in world.related if other.case_id == state.merged.event.into), None)
    return target is not None and not target.erased


def _window_end(state: Filed) -> datetime | None:
    """When the window of an appeal that may still come closes; None where none may."""
    if isinstance(state, Upheld | Dismissed) and state.notified is not None:
        return state.notified.appeal_due
    return None


def _end(state: Filed) -> datetime:
    """When the case came to its end."""
    match state:
        case Regraded():
            return state.regrade.recorded_at
        case Reversed():
            return state.undone.recorded_at
        case UpheldFinal() | DismissedFinal():
            return state.ended.recorded_at
        case _:
            ended = ended_at(state)
            assert ended is not None  # noqa: S101  # decided and ended cases have an end
            return ended
