"""What officers do before they decide: take a case up, step back from it, judge its evidence (S7, S11, S12)."""

from services.cases.domain import errors
from services.cases.domain.commands import AssessEvidence, Recuse, RuleOnLateEvidence, StartHandling
from services.cases.domain.events import (
    CaseEvent,
    EvidenceAssessed,
    HandlingStarted,
    LateEvidenceAdmitted,
    LateEvidenceExcluded,
    OfficerRecused,
)
from services.cases.domain.evidence_kinds import CARRIER_CERTIFICATE
from services.cases.domain.findings import (
    COVERS_ALLEGED_TIMES,
    NUMBER_ATTRIBUTABLE,
    NUMBER_NOT_ATTRIBUTABLE,
    known_facts,
)
from services.cases.domain.officers import refused_officer
from services.cases.domain.state import Open, Undecided
from services.cases.domain.world import World
from shared.kit.decider import Refusal
from shared.rulebook.model import RulebookVersion


def start_handling(state: Undecided, command: StartHandling) -> list[CaseEvent] | Refusal:
    """Return that the officer took the case up; from another officer's hands too. The first start is S11's."""
    refusal = refused_officer(state.file, command.officer)
    if refusal is not None:
        return refusal
    if state.file.handler == command.officer:
        return errors.already_handling(command.officer)
    return [HandlingStarted(command.officer, state.file.instant(command.at))]


def recuse(state: Undecided, command: Recuse) -> list[CaseEvent] | Refusal:
    """Return that the officer stepped back. Who has proposed takes the proposal back first: it would bind others."""
    refusal = refused_officer(state.file, command.officer)
    if refusal is not None:
        return refusal
    if not isinstance(state, Open) and state.proposal.event.officer == command.officer:
        return errors.own_proposal_pending(state.proposal.id)
    if not command.reason_digest:
        return errors.reason_missing()
    return [OfficerRecused(command.officer, command.reason_digest)]


def assess_evidence(state: Undecided, command: AssessEvidence, world: World) -> list[CaseEvent] | Refusal:
    """Return the judgement of one piece, late ones included, or why it cannot be made.

    While something is proposed evidence may still be judged: confirming looks at the findings anew.
    """
    refusal = refused_officer(state.file, command.officer)
    if refusal is not None:
        return refusal
    piece = state.file.piece(command.evidence_id)
    if piece is None:
        return errors.unknown_evidence(command.evidence_id)
    version = world.pinned(state.file.filed)
    if isinstance(version, Refusal):
        return version
    shows = tuple(dict.fromkeys(command.shows))
    refusal = _refused_shows(shows, piece.submitted.kind, version)
    if refusal is not None:
        return refusal
    return [EvidenceAssessed(command.evidence_id, command.officer, command.verdict, shows)]


def rule_on_late_evidence(state: Undecided, command: RuleOnLateEvidence) -> list[CaseEvent] | Refusal:
    """Return that a late piece is admitted or excluded, or why there is nothing to rule on."""
    refusal = refused_officer(state.file, command.officer)
    if refusal is not None:
        return refusal
    piece = state.file.piece(command.evidence_id)
    if piece is None:
        return errors.unknown_evidence(command.evidence_id)
    if piece.submitted.timeliness != "late":
        return errors.evidence_not_late(command.evidence_id)
    if not command.reason_digest:
        return errors.reason_missing()
    ruled = LateEvidenceAdmitted if command.admit else LateEvidenceExcluded
    return [ruled(command.evidence_id, command.officer, command.reason_digest)]


def _refused_shows(shows: tuple[str, ...], kind: str, version: RulebookVersion) -> Refusal | None:
    known = known_facts(version)
    unknown = next((code for code in shows if code not in known), None)
    if unknown is not None:
        return errors.unknown_fact(unknown, known)
    if COVERS_ALLEGED_TIMES in shows and kind != CARRIER_CERTIFICATE:
        return errors.certificate_needed(kind)
    if NUMBER_ATTRIBUTABLE in shows and NUMBER_NOT_ATTRIBUTABLE in shows:
        return errors.shows_contradict()
    return None
