"""What becomes of a proposal: a second officer confirms or declines it, or the proposer takes it back (S2, S5).

Confirming looks at the case as it stands now: evidence may have come in or been judged anew since the proposal.
"""

from services.cases.domain import errors
from services.cases.domain.checklist import PROPOSE_SEVERE
from services.cases.domain.commands import AnswerProposal, WithdrawProposal
from services.cases.domain.decisions import refused_grade, refused_override, refused_upholding
from services.cases.domain.events import CaseEvent, Findings, ProposalDeclined, ProposalWithdrawn
from services.cases.domain.findings import find
from services.cases.domain.officers import refused_officer
from services.cases.domain.rulings import ordinary_upheld, severe_upheld
from services.cases.domain.state import Open, Proposed, SevereProposed, Undecided
from services.cases.domain.world import World
from shared.kit.decider import Refusal
from shared.rulebook.model import RulebookVersion


def answer_proposal(state: Undecided, command: AnswerProposal, world: World) -> list[CaseEvent] | Refusal:
    """Return the decision or the refusal to make it, by an officer other than the proposer.

    A declined proposal needs a reason of its own; a confirmed one without keeps the proposer's.
    """
    if isinstance(state, Open):
        return errors.nothing_proposed()
    refusal = refused_officer(state.file, command.officer)
    if refusal is not None:
        return refusal
    if command.officer == state.proposal.event.officer:
        return errors.same_officer(command.officer)
    if command.answer == "confirm":
        return _confirmed(state, command, world)
    if not command.reason_digest:
        return errors.reason_missing()
    return [ProposalDeclined(command.officer, command.reason_digest)]


def _confirmed(state: Proposed, command: AnswerProposal, world: World) -> list[CaseEvent] | Refusal:
    file, proposal = state.file, state.proposal.event
    version = world.pinned(file.filed)
    if isinstance(version, Refusal):
        return version
    findings = find(file, proposal.findings.found_subject)
    reason_digest = command.reason_digest or proposal.reason_digest
    refusal = refused_upholding(file, command.at, world) or _refused_now(state, findings, version)
    if refusal is not None:
        return refusal
    grade = version.grades[proposal.grade]
    upheld = severe_upheld if isinstance(state, SevereProposed) else ordinary_upheld
    return [upheld(file, version, grade, findings, proposal.officer, reason_digest, command.officer)]


def _refused_now(state: Proposed, findings: Findings, version: RulebookVersion) -> Refusal | None:
    grade = state.proposal.event.grade
    if isinstance(state, SevereProposed):
        return refused_grade(PROPOSE_SEVERE, grade, findings, version)
    return refused_override(grade, findings, version)


def withdraw_proposal(state: Undecided, command: WithdrawProposal) -> list[CaseEvent] | Refusal:
    """Return that the proposer took the proposal back; anybody else would have to decline it."""
    if isinstance(state, Open):
        return errors.nothing_proposed()
    proposer = state.proposal.event.officer
    if command.officer != proposer:
        return errors.not_proposer(proposer)
    return [ProposalWithdrawn(command.officer)]
