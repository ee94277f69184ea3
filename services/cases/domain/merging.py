"""How a complaint ends without a decision of its own: merged into another case, or refused. Source: R12, domain §3."""

from collections.abc import Sequence
from typing import Final

from services.cases.domain import errors
from services.cases.domain.commands import MergeComplaint, RefuseComplaint
from services.cases.domain.events import CaseEvent, ComplaintMerged, ComplaintRefused, Incident
from services.cases.domain.matters import Related, covered, judged, overlap
from services.cases.domain.officers import refused_officer
from services.cases.domain.referrals import REFERRALS
from services.cases.domain.state import Open, Undecided
from services.cases.domain.world import World
from shared.kit.decider import Refusal

BELONGS_ELSEWHERE: Final = "belongs_elsewhere"
REFUSAL_CODES: Final = (
    BELONGS_ELSEWHERE,  # 不属于受理范围: the referral says where it belongs
    "no_such_trade",  # 交易不存在
    "not_a_party",  # 非交易双方: the complainant has no part in the trade
    "too_long_ago",  # 超出受理时限
    "not_understandable",  # 描述不清
    "decided_before",  # 一事不再理: the same matter was decided in another case
)
"""Why the platform does not take a matter up (不予受理)."""


def merge(state: Undecided, command: MergeComplaint, world: World) -> list[CaseEvent] | Refusal:
    """Return that the complaint is merged into a case that shares one of its incidents, or why not."""
    if not isinstance(state, Open):
        return errors.proposal_pending(state.proposal.id, state.proposal.event.officer)
    refusal = refused_officer(state.file, command.officer)
    if refusal is not None:
        return refusal
    if not command.reason_digest:
        return errors.reason_missing()
    other = next((related for related in world.related if related.case_id == command.into), None)
    if other is None:
        return errors.another_incident(command.into)
    refusal = refused_merger(judged(state.file.filed.incidents, world.related), other)
    if refusal is not None:
        return refusal
    return [ComplaintMerged(command.into, command.officer, command.reason_digest)]


def refused_merger(incidents: Sequence[Incident], other: Related) -> Refusal | None:
    """Return why a complaint about these incidents is not merged into that case, None where it is.

    That case judges for both, or has: while it is undecided; once it is decided, only where its penalty stands and is
    for every one of these incidents. So no incident is left that nobody judges.
    """
    if not overlap(incidents, other.incidents):
        return errors.another_incident(other.case_id)
    if other.undecided:
        return None
    if other.penalty is None or other.erased:
        return errors.merged_into_ended(other.case_id)
    return None if covered(incidents, other.incidents) else errors.incidents_left(other.case_id)


def refuse(state: Undecided, command: RefuseComplaint) -> list[CaseEvent] | Refusal:
    """Return that the platform does not take the complaint up, with code and reason, or why it has to."""
    if state.file.first_handled_at is not None or not isinstance(state, Open):
        return errors.handling_started()
    refusal = refused_officer(state.file, command.officer)
    if refusal is not None:
        return refusal
    if not command.reason_digest:
        return errors.reason_missing()
    if command.code not in REFUSAL_CODES:
        return errors.unknown_refusal_code(command.code, REFUSAL_CODES)
    if command.referral is not None and command.referral not in REFERRALS:
        return errors.unknown_referral(command.referral, REFERRALS)
    if (command.code == BELONGS_ELSEWHERE) != (command.referral is not None):
        return errors.referral_needed(BELONGS_ELSEWHERE)
    return [ComplaintRefused(command.officer, command.code, command.referral, command.reason_digest)]
