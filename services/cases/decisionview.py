"""Findings, proposals and decisions as they are shown."""

from typing import Any

from services.cases.domain.events import ComplaintDismissed, Findings, SevereViolationProposed
from services.cases.domain.state import Decided, Proposed
from services.cases.publication import NAMES
from services.cases.reader import Eyes
from services.cases.shapes import DecisionView, FindingsView, ProposalView


def findings_view(findings: Findings) -> FindingsView:
    """Return the findings as they are shown."""
    return FindingsView(
        found_subject=findings.found_subject,
        claim=findings.claim,
        frequent_contact=findings.frequent_contact,
        number_attributable=findings.number_attributable,
        factors=list(findings.factors),
        certificate_covers=findings.certificate_covers,
    )


def proposal_view(state: Proposed, eyes: Eyes) -> ProposalView | None:
    """Return what waits for a second officer, None for a reader who is not to know that something does."""
    if not eyes.staff:
        return None
    proposal = state.proposal.event
    severe = isinstance(proposal, SevereViolationProposed)
    return ProposalView(
        id=state.proposal.id,
        outcome="propose_severe" if severe else "propose_override",
        officer=proposal.officer,
        grade=proposal.grade,
        findings=findings_view(proposal.findings),
        recorded_at=state.proposal.recorded_at,
        reason=eyes.text(proposal.reason_digest),
    )


def decision_view(state: Decided, eyes: Eyes) -> DecisionView:
    """Return the decision that stands; who made it and why is for staff."""
    decision = state.decision.event
    if isinstance(decision, ComplaintDismissed):
        content: dict[str, Any] = {"ground": decision.ground, "referral": decision.referral, "confirmed_by": None}
        content |= {"grade": None, "points": None, "factors": []}
    else:
        content = {"ground": None, "referral": None, "confirmed_by": decision.confirmed_by if eyes.staff else None}
        content |= {"grade": decision.grade, "points": decision.points, "factors": list(decision.factors)}
    return DecisionView(
        id=state.decision.id,
        type=NAMES[type(decision)],
        position=state.decision.position,
        recorded_at=state.decision.recorded_at,
        findings=findings_view(decision.findings),
        officer=decision.officer if eyes.staff else None,
        reason=eyes.text(decision.reason_digest),
        notified_at=state.notified.notified_at if state.notified else None,
        **content,
    )
