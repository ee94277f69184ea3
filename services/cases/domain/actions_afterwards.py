"""What each role may do next in a decided case, as far as state and clock say."""

from collections.abc import Mapping
from datetime import datetime

from services.cases.domain.appeals import Pending
from services.cases.domain.erasure import still_going_on
from services.cases.domain.events import Party
from services.cases.domain.state import Appealed, Contested, Decided, Dismissed, Penalised, Upheld
from services.cases.domain.submissions import MAX_PIECES


def of_decided(state: Decided, now: datetime, *, contestable: bool) -> Mapping[str, tuple[str, ...]]:
    """Return the actions by role; roles with nothing to do may be there with none."""
    if state.file.erased is not None:
        return {}
    actions: dict[str, tuple[str, ...]] = {} if still_going_on(state) else {"administrator": ("erase_data",)}
    if isinstance(state, Upheld | Dismissed):
        actions |= _undisputed(state, now, contestable=contestable)
    if isinstance(state, Appealed | Contested):
        actions |= _pending(state, now)
    if isinstance(state, Penalised):
        actions |= _revocation(state)
    return actions


def _undisputed(state: Upheld | Dismissed, now: datetime, *, contestable: bool) -> dict[str, tuple[str, ...]]:
    closed = state.notified is not None and state.notified.appeal_due <= now
    appeal = () if closed else ("file_appeal",)
    notice = () if state.notified is not None else ("notify_decision",)
    if isinstance(state, Upheld):
        return {"system": notice, "respondent": appeal}
    return {"system": notice, "complainant": appeal if contestable else ()}


def _pending(state: Pending, now: datetime) -> dict[str, tuple[str, ...]]:
    if state.appeal.lapsed(now):
        return {"system": ("lapse_appeal",)}
    actions: dict[str, tuple[str, ...]] = {party: _evidence(state, party) for party in ("complainant", "respondent")}
    returned = state.appeal.returned is not None
    if returned:
        actions[state.appeal.party] = ("resume_appeal", *actions[state.appeal.party])
    stays: tuple[str, ...] = ()
    if isinstance(state, Appealed):
        stays = ("stay_sanction",) if state.stay is None else ("lift_stay",)
    return {**actions, "reviewer": (*(() if returned else ("return_appeal", "decide_appeal")), *stays)}


def _evidence(state: Pending, party: Party) -> tuple[str, ...]:
    given = sum(piece.submitted.party == party for piece in state.file.evidence)
    return ("submit_evidence",) if given < MAX_PIECES else ()


def _revocation(state: Penalised) -> dict[str, tuple[str, ...]]:
    if state.revocation is None:
        return {"supervisor": ("propose_revocation",)}
    return {"supervisor": ("withdraw_revocation",), "second_supervisor": ("confirm_revocation", "decline_revocation")}
