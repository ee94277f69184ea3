"""What a fact adds to the file of a case: submissions, judgements, deadlines, and who took part."""

from dataclasses import replace
from datetime import datetime
from functools import reduce
from typing import TypeAlias, assert_never

from services.cases.domain import events
from services.cases.domain.events import Fact
from services.cases.domain.file import CaseFile, Piece, Running

Noted: TypeAlias = (
    events.RespondentNotified
    | events.DefenceSubmitted
    | events.EvidenceSubmitted
    | events.EvidenceWindowWaived
    | events.HandlingStarted
    | events.OfficerRecused
    | events.EvidenceAssessed
    | events.LateEvidenceAdmitted
    | events.LateEvidenceExcluded
    | events.DeadlineExtended
    | events.DeadlineBreached
    | events.DeadlinesRecomputed
    | events.PersonalDataErased
)
_Handled: TypeAlias = (
    events.HandlingStarted
    | events.OfficerRecused
    | events.EvidenceAssessed
    | events.LateEvidenceAdmitted
    | events.LateEvidenceExcluded
)
_Timed: TypeAlias = events.DeadlineExtended | events.DeadlineBreached | events.DeadlinesRecomputed


def noted(file: CaseFile, event: Noted) -> CaseFile:
    """Return the file with what the fact says; unchanged where it says nothing new."""
    match event:
        case events.RespondentNotified():
            if file.notified is not None:
                return file
            return replace(file, notified=event, evidence_due=Running(event.evidence_due, "receipt", event.received_at))
        case events.DefenceSubmitted():
            return replace(file, defences=(*file.defences, event))
        case events.EvidenceSubmitted():
            known = file.piece(event.evidence_id) is not None
            return file if known else replace(file, evidence=(*file.evidence, Piece(event)))
        case events.EvidenceWindowWaived():
            return replace(file, waived_at=file.waived_at or event.waived_at)
        case events.PersonalDataErased():
            return replace(file, erased=file.erased or event)
        case events.DeadlineExtended() | events.DeadlineBreached() | events.DeadlinesRecomputed():
            return _timed(file, event)
        case _:
            return _handled(file, event)


def _handled(file: CaseFile, event: _Handled) -> CaseFile:
    match event:
        case events.HandlingStarted():
            first = file.first_handled_at or event.started_at
            return replace(file, first_handled_at=first, handler=event.officer)
        case events.OfficerRecused():
            handler = None if file.handler == event.officer else file.handler
            return replace(file, recused=file.recused | {event.officer}, handler=handler)
        case events.EvidenceAssessed():
            return replace(file, evidence=tuple(_with(piece, event) for piece in file.evidence))
        case events.LateEvidenceAdmitted() | events.LateEvidenceExcluded():
            return replace(file, evidence=tuple(_with(piece, event) for piece in file.evidence))
        case _:
            assert_never(event)


def _with(
    piece: Piece, event: events.EvidenceAssessed | events.LateEvidenceAdmitted | events.LateEvidenceExcluded
) -> Piece:
    if piece.submitted.evidence_id != event.evidence_id:
        return piece
    if isinstance(event, events.EvidenceAssessed):
        return replace(piece, assessment=event)
    return replace(piece, ruling=event)


def _timed(file: CaseFile, event: _Timed) -> CaseFile:
    match event:
        case events.DeadlineBreached():
            if event in file.missed:
                return replace(file, missed=tuple(breach for breach in file.missed if breach != event))
            return replace(file, breached=file.breached | {event.deadline})
        case events.DeadlineExtended():
            if file.running(event.deadline) is None:
                return file
            return file.with_deadline(event.deadline, _extended(file, event))
        case events.DeadlinesRecomputed():
            return reduce(recomputed, event.changes, file)
        case _:
            assert_never(event)


def recomputed(file: CaseFile, change: events.Recomputed) -> CaseFile:
    """Return the file with one deadline counted anew; what is counted from the evidence window's end moves with it."""
    running = file.running(change.deadline)
    if running is None:
        return file
    after = file.with_deadline(change.deadline, replace(running, deadline=change.after))
    if change.deadline == "evidence" and file.resolution.basis == "window":
        return replace(after, resolution=replace(file.resolution, since=change.after.due))
    return after


def _extended(file: CaseFile, event: events.DeadlineExtended) -> Running:
    window: datetime | None = None if file.evidence_due is None else file.evidence_due.due
    if event.cause == "supervisor" or window is None:
        return Running(event.due, "fixed", event.due.due)
    return Running(event.due, "window", window)


def took_part(event: Fact) -> frozenset[str]:
    """Return which officers and supervisors took part by this fact: whoever may therefore not review the decision.

    A reviewer's own acts of review are none, but for overturning a dismissal: what is decided then is another matter.
    """
    names = [getattr(event, field, None) for field in ("officer", "confirmed_by", "supervisor")]
    if isinstance(event, events.DismissalOverturned):
        names.append(event.reviewer)
    return frozenset(name for name in names if name is not None)
