"""What corrected an account, and what that did to sanctions when it was recorded: reversals, regrades, stays, lifts."""

from collections.abc import Iterator
from datetime import datetime

from services.ledger.domain.events import FactEvent, SanctionsStayed, StayLifted, ViolationReversed
from services.ledger.domain.facts import Reversal, Stay, StayLift
from services.ledger.domain.standing import known_by
from services.ledger.history import History
from services.ledger.statement import moved
from shared.contracts.timeline import Correction, CorrectionKind


def corrections_of(history: History, known_at: datetime | None) -> Iterator[Correction]:
    """Yield the corrections known at `known_at` (inclusive; None: all), in order of position.

    A regrade is one: with what its reversal did and what the entry in its place brought.
    """
    known = known_by(history.account.facts, known_at, None)
    events = [event for _, event in history.facts[: len(known)]]
    for event, following in zip(events, [*events[1:], None], strict=False):
        correction = _correction(event)
        if correction is not None:
            if correction.kind == "regraded" and following is not None:
                correction.sanctions += moved(following.sanctions)
            yield correction


def _correction(event: FactEvent) -> Correction | None:
    match event:
        case ViolationReversed():
            return _told(event.reversal, event.reversal.kind, event)
        case SanctionsStayed():
            return _told(event.stay, "stayed", event)
        case StayLifted():
            return _told(event.lift, "stay_lifted", event)
        case _:
            return None


def _told(fact: Reversal | Stay | StayLift, kind: CorrectionKind, event: FactEvent) -> Correction:
    return Correction(
        at=fact.recorded_at,
        fact=fact.id,
        kind=kind,
        entry=fact.entry,
        cases_position=fact.position,
        sanctions=moved(event.sanctions),
    )
