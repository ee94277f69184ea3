"""A case as a reader may see it, at an instant."""

from datetime import datetime

from services.cases.announcements import Announcement
from services.cases.deadlineview import deadlines
from services.cases.decisionview import decision_view, findings_view, proposal_view
from services.cases.domain.actions import next_actions
from services.cases.domain.case import CaseState, World
from services.cases.domain.checklist import check
from services.cases.domain.decisions import refused_upholding
from services.cases.domain.events import Subject
from services.cases.domain.file import CaseFile, Piece
from services.cases.domain.findings import find
from services.cases.domain.state import Decided, Filed, Open, OverrideProposed, SevereProposed, Unfiled, penalty
from services.cases.endview import duplicates, merger_view, refusal_view, ruling_view
from services.cases.erased import is_erased
from services.cases.reader import Eyes, state_for
from services.cases.reviewview import appeal_view, correction_view, revocation_view, stay_view
from services.cases.shapes import (
    AssessmentView,
    AwaitedView,
    CaseView,
    DefenceView,
    EvidenceView,
    IncidentView,
    OutcomesView,
    Pinned,
    TradeView,
    Unmet,
)
from shared.kit.decider import Refusal


def case_view(
    case_id: str,
    version: int,
    state: CaseState,
    *,
    now: datetime,
    eyes: Eyes,
    world: World,
    awaited: list[Announcement],
    found_subject: Subject,
) -> CaseView:
    """Return the case (filed, whatever its state) as the reader may see it at `now`, in the world with its matter."""
    assert not isinstance(state, Unfiled)  # noqa: S101  # an unfiled case is not found
    file, filed = state.file, state.file.filed
    undecided = isinstance(state, Open | SevereProposed | OverrideProposed)
    return CaseView(
        id=case_id,
        version=version,
        state=state_for(state, now, staff=eyes.staff),
        complainant=filed.complainant,
        respondent=filed.respondent,
        erased=is_erased(state),
        trade=TradeView(id=filed.trade.id, order_paid_at=filed.trade.order_paid_at),
        channels=list(filed.channels),
        incidents=[IncidentView(channel=one.channel, at=one.at, until=one.until) for one in filed.incidents],
        filed_at=filed.filed_at,
        notified_at=file.notified.received_at if file.notified else None,
        waived_at=file.waived_at,
        first_handled_at=file.first_handled_at,
        rulebook=Pinned(id=filed.rulebook.id, digest=filed.rulebook.digest),
        deadlines=deadlines(state, now),
        narrative=eyes.text(filed.narrative_digest, "complainant"),
        contacts=[text for digest in filed.contact_digests if (text := eyes.text(digest, "complainant")) is not None],
        defences=_defences(file, eyes),
        evidence=[_piece(piece, eyes) for piece in file.evidence if eyes.sees(piece.submitted.party)],
        awaited=[_awaited(piece) for piece in awaited if eyes.sees(piece.party)],
        handler=file.handler if eyes.staff else None,
        recused=sorted(file.recused) if eyes.staff else [],
        proposal=proposal_view(state, eyes) if isinstance(state, SevereProposed | OverrideProposed) else None,
        decision=decision_view(state, eyes) if isinstance(state, Decided) else None,
        penalty=penalty(state),
        correction=correction_view(state, eyes),
        appeal=appeal_view(state, eyes, now),
        stay=stay_view(state, eyes),
        revocation=revocation_view(state, eyes),
        merged=merger_view(state, eyes),
        refusal=refusal_view(state, eyes),
        duplicates=duplicates(file, world.related) if eyes.staff else [],
        detector=filed.detector if eyes.staff else None,
        outcomes=_outcomes(file, found_subject, world, now) if undecided and eyes.staff else None,
        next_actions=_actions(state, world, now, eyes),
    )


def _defences(file: CaseFile, eyes: Eyes) -> list[DefenceView]:
    return [
        DefenceView(
            claim=defence.claim,
            submitted_at=defence.submitted_at,
            timeliness=defence.timeliness,
            statement=eyes.text(defence.statement_digest, "respondent"),
        )
        for defence in file.defences
        if eyes.sees("respondent")
    ]


def _piece(piece: Piece, eyes: Eyes) -> EvidenceView:
    submitted, assessed = piece.submitted, piece.assessment
    assessment = None
    if assessed is not None and eyes.staff:
        assessment = AssessmentView(verdict=assessed.verdict, shows=list(assessed.shows), officer=assessed.officer)
    return EvidenceView(
        id=submitted.evidence_id,
        party=submitted.party,
        kind=submitted.kind,
        media_type=submitted.media_type,
        size_bytes=submitted.size_bytes,
        received_at=submitted.received_at,
        timeliness=submitted.timeliness,
        number=eyes.text(submitted.content_digest, submitted.party),
        assessment=assessment,
        ruling=ruling_view(piece, eyes),
    )


def _awaited(announcement: Announcement) -> AwaitedView:
    return AwaitedView(
        id=announcement.evidence_id,
        party=announcement.party,
        kind=announcement.kind,
        media_type=announcement.media_type,
        size_bytes=announcement.size_bytes,
        expires_at=announcement.expires_at,
    )


def _outcomes(file: CaseFile, found_subject: Subject, world: World, now: datetime) -> OutcomesView | None:
    version = world.pinned(file.filed)
    if isinstance(version, Refusal):
        return None
    findings = find(file, found_subject)
    checklist = check(findings, version)
    unmet = refused_upholding(file, now, world)
    return OutcomesView(
        found_subject=found_subject,
        findings=findings_view(findings),
        open=list(checklist.open),
        closed=dict(checklist.closed),
        grades={outcome: list(grades) for outcome, grades in checklist.permitted.items()},
        override=checklist.override,
        upholding_waits_for=None if unmet is None else Unmet(code=unmet.code, detail=unmet.detail),
    )


def _actions(state: Filed, world: World, now: datetime, eyes: Eyes) -> dict[str, list[str]]:
    version = world.pinned(state.file.filed)
    contestable = not isinstance(version, Refusal) and version.dismissal_contestable
    actions = next_actions(state, now, contestable=contestable)
    return {role: list(may) for role, may in actions.items() if eyes.staff or role == eyes.reader}
