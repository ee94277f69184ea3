"""Appeal, stay, correction and pending revocation as a reader may see them: outcomes for all, names for staff."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from services.cases.domain import events
from services.cases.domain.appeal import Appeal, AppealEnd
from services.cases.domain.state import Appealed, Contested, Filed, Penalised, Regraded, Reversed
from services.cases.publication import NAMES
from services.cases.reader import Eyes
from services.cases.reviewshapes import AppealResult, AppealView, CorrectionView, RevocationView, StayView
from shared.kit.decider import Recorded

_RESULTS: Final[Mapping[type[AppealEnd], AppealResult]] = {
    events.AppealRejected: "rejected",
    events.AppealLapsed: "lapsed",
    events.DecisionReversed: "reversed",
    events.DecisionRegraded: "regraded",
    events.DecisionRevoked: "revoked",
    events.DismissalOverturned: "overturned",
}


def appeal_view(state: Filed, eyes: Eyes, now: datetime) -> AppealView | None:
    """Return the appeal that goes on at `now`, else the last one, None without any."""
    appeal = state.appeal if isinstance(state, Appealed | Contested) else state.file.appeal
    if appeal is None:
        return None
    statements = [eyes.text(digest, appeal.party) for digest in appeal.statements]
    return AppealView(
        id=appeal.filed.id,
        party=appeal.party,
        filed_at=appeal.filed.event.filed_at,
        statements=[text for text in statements if text is not None],
        **_standing(appeal, eyes, now),
    )


def _standing(appeal: Appeal, eyes: Eyes, now: datetime) -> dict[str, Any]:
    returned, ended = appeal.returned, appeal.ended
    if ended is not None:
        at = ended.event.lapsed_at if isinstance(ended.event, events.AppealLapsed) else ended.recorded_at
        over = {"outcome": _RESULTS[type(ended.event)], "ended_at": at}
        return {"status": "closed", "closes_at": None, "wanted": None, **over}
    if returned is None:
        return {"status": "held", "closes_at": None, "wanted": None, "outcome": None, "ended_at": None}
    if appeal.lapsed(now):
        over = {"outcome": "lapsed", "ended_at": returned.closes_at}
        return {"status": "closed", "closes_at": None, "wanted": None, **over}
    wanted = eyes.text(returned.reason_digest, appeal.party)
    back = {"status": "returned", "closes_at": returned.closes_at, "wanted": wanted}
    return {**back, "outcome": None, "ended_at": None}


def stay_view(state: Filed, eyes: Eyes) -> StayView | None:
    """Return the stay that holds, None without one."""
    if not isinstance(state, Appealed) or state.stay is None:
        return None
    stay = state.stay.event
    return StayView(
        id=state.stay.id,
        recorded_at=state.stay.recorded_at,
        reviewer=stay.reviewer if eyes.staff else None,
        reason=eyes.text(stay.reason_digest),
    )


def correction_view(state: Filed, eyes: Eyes) -> CorrectionView | None:
    """Return what undid the decision or stands in its place, None where it stands as it was."""
    if not isinstance(state, Regraded | Reversed):
        return None
    fact = state.regrade if isinstance(state, Regraded) else state.undone
    return CorrectionView(
        id=fact.id,
        type=NAMES[type(fact.event)],
        position=fact.position,
        recorded_at=fact.recorded_at,
        reason=eyes.text(fact.event.reason_digest),
        **_lowered(state.regrade),
        **_corrected(fact.event, eyes),
    )


def _lowered(regrade: Recorded[events.DecisionRegraded] | None) -> dict[str, Any]:
    names = "track", "grade", "points"
    return {name: None if regrade is None else getattr(regrade.event, name) for name in names}


def _corrected(
    fact: events.DecisionRegraded | events.DecisionReversed | events.DecisionRevoked, eyes: Eyes
) -> dict[str, Any]:
    said: dict[str, Any] = {"recall": None}
    match fact:
        case events.DecisionRegraded():
            names = [fact.reviewer]
            said |= {"outcome": "regraded"}
        case events.DecisionReversed():
            names = [fact.reviewer]
            said |= {"outcome": "reversed"}
        case events.DecisionRevoked():
            names = [fact.proposed_by, fact.confirmed_by]
            said |= {"outcome": "revoked", "recall": fact.recall if eyes.staff else None}
    return {**said, "officers": names if eyes.staff else []}


def revocation_view(state: Filed, eyes: Eyes) -> RevocationView | None:
    """Return the revocation that waits, None without one and for a reader who is not to know that one does."""
    if not eyes.staff or not isinstance(state, Penalised) or state.revocation is None:
        return None
    return RevocationView(
        id=state.revocation.id,
        supervisor=state.revocation.event.supervisor,
        recorded_at=state.revocation.recorded_at,
        reason=eyes.text(state.revocation.event.reason_digest),
    )
