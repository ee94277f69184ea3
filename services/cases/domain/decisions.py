"""What one officer decides or proposes: dismiss, uphold as ordinary, propose severe, propose an override (S2, S5, S12).

A dismissal does not wait for the evidence window: the window protects the respondent, whom a dismissal does not
burden. Everything that may end in points does.
"""

from datetime import datetime

from services.cases.domain import errors, events
from services.cases.domain.checklist import PROPOSE_SEVERE, UPHOLD_ORDINARY, Checklist, Outcome, check, grades_by
from services.cases.domain.commands import Dismiss, NotifyDecision, ProposeOverride, ProposeSevere, UpholdOrdinary
from services.cases.domain.deadlines import appeal_due
from services.cases.domain.events import CaseEvent, ComplaintDismissed, DecisionNotified, Findings
from services.cases.domain.file import CaseFile
from services.cases.domain.findings import find, has_verified
from services.cases.domain.matters import penalised
from services.cases.domain.officers import refused_officer
from services.cases.domain.referrals import REFERRAL_OF, REFERRALS
from services.cases.domain.rulings import ordinary_upheld
from services.cases.domain.state import Dismissed, Open, Upheld
from services.cases.domain.world import World
from shared.kit.decider import Refusal
from shared.rulebook.model import RulebookVersion

_ReasonedCommand = Dismiss | UpholdOrdinary | ProposeSevere | ProposeOverride


def dismiss(state: Open, command: Dismiss, world: World) -> list[CaseEvent] | Refusal:
    """Return the dismissal on the one ground that is open, with the referral (the ground's own where none is given)."""
    version = _entitled(state.file, command, world)
    if isinstance(version, Refusal):
        return version
    findings = find(state.file, command.found_subject)
    refusal = _refused_ground(command.ground, check(findings, version), version)
    if refusal is not None:
        return refusal
    referral = command.referral or REFERRAL_OF.get(command.ground)
    if referral is not None and referral not in REFERRALS:
        return errors.unknown_referral(referral, REFERRALS)
    return [
        ComplaintDismissed(command.officer, command.ground, findings, referral, command.reason_digest, version.ref),
    ]


def _refused_ground(code: str, checklist: Checklist, version: RulebookVersion) -> Refusal | None:
    ground = version.grounds.get(code)
    if ground is None:
        return errors.unknown_ground(code, version.id, tuple(version.grounds))
    if ground.void:
        return errors.ground_void(code, version.id, checklist.open_grounds)
    if code in checklist.closed:
        return errors.ground_closed(code, checklist.closed[code], checklist.open_grounds, checklist.open)
    return None


def uphold_ordinary(state: Open, command: UpholdOrdinary, world: World) -> list[CaseEvent] | Refusal:
    """Return the ordinary violation with its points, or why it cannot be upheld."""
    version = _entitled(state.file, command, world)
    if isinstance(version, Refusal):
        return version
    findings = find(state.file, command.found_subject)
    refusal = refused_upholding(state.file, command.at, world) or refused_grade(
        UPHOLD_ORDINARY, command.grade, findings, version
    )
    if refusal is not None:
        return refusal
    grade = version.grades[command.grade]
    return [ordinary_upheld(state.file, version, grade, findings, command.officer, command.reason_digest)]


def propose_severe(state: Open, command: ProposeSevere, world: World) -> list[CaseEvent] | Refusal:
    """Return the proposal of a severe violation, or why it cannot be proposed."""
    version = _entitled(state.file, command, world)
    if isinstance(version, Refusal):
        return version
    findings = find(state.file, command.found_subject)
    refusal = refused_upholding(state.file, command.at, world) or refused_grade(
        PROPOSE_SEVERE, command.grade, findings, version
    )
    if refusal is not None:
        return refusal
    return [events.SevereViolationProposed(command.officer, command.grade, findings, command.reason_digest)]


def propose_override(state: Open, command: ProposeOverride, world: World) -> list[CaseEvent] | Refusal:
    """Return the proposal to uphold an insult case all the same (S5's special case), or why there can be none."""
    version = _entitled(state.file, command, world)
    if isinstance(version, Refusal):
        return version
    findings = find(state.file, command.found_subject)
    refusal = refused_upholding(state.file, command.at, world) or refused_override(command.grade, findings, version)
    if refusal is not None:
        return refusal
    return [events.OverrideProposed(command.officer, command.grade, findings, command.reason_digest)]


def _entitled(file: CaseFile, command: _ReasonedCommand, world: World) -> RulebookVersion | Refusal:
    """The version to decide under, where this officer may decide and says why."""
    refusal = refused_officer(file, command.officer)
    if refusal is not None:
        return refusal
    if not command.reason_digest:
        return errors.reason_missing()
    return world.pinned(file.filed)


def refused_upholding(file: CaseFile, now: datetime, world: World) -> Refusal | None:
    """Return why nothing can be upheld at `now`: the respondent unheard, nothing verified, or an incident that is
    penalised already in another case (R12).
    """
    if not file.respondent_heard(now):
        return errors.evidence_due(file.window_end("respondent"))
    if not has_verified(file):
        return errors.no_verified_evidence()
    other = penalised(file.filed.incidents, world.related)
    if other is not None and other.penalty is not None:
        return errors.incident_already_penalised(other.case_id, other.penalty)
    return None


def refused_grade(outcome: Outcome, code: str, findings: Findings, version: RulebookVersion) -> Refusal | None:
    """Return why this outcome cannot give this grade under these findings, None where it can."""
    known = _refused_way(outcome, code, version)
    if known is not None:
        return known
    checklist = check(findings, version)
    if outcome in checklist.closed:
        return errors.outcome_closed(outcome, checklist.closed[outcome], checklist.open)
    permitted = checklist.permitted[outcome]
    if code not in permitted:
        return errors.grade_not_permitted(code, version.grades[code].permitted_by, permitted)
    return None


def refused_override(code: str, findings: Findings, version: RulebookVersion) -> Refusal | None:
    """Return why the exception cannot give this grade under these findings, None where it can."""
    known = _refused_way(UPHOLD_ORDINARY, code, version)
    if known is not None:
        return known
    checklist = check(findings, version)
    if checklist.override is not None:
        return errors.outcome_closed("propose_override", checklist.override, checklist.open)
    return None


def _refused_way(outcome: Outcome, code: str, version: RulebookVersion) -> Refusal | None:
    if code not in version.grades:
        return errors.unknown_grade(code, version.id, tuple(version.grades))
    grades = grades_by(outcome, version)
    return None if code in grades else errors.grade_not_on_this_way(code, outcome, grades)


def notify_decision(state: Upheld | Dismissed, command: NotifyDecision, world: World) -> list[CaseEvent] | Refusal:
    """Return the notice, from which the appeal window runs: decision ≤ `notified_at` ≤ now, once.

    Now is never before the decision, even where the clock was set back in between.
    """
    if state.notified is not None:
        return errors.decision_already_notified(state.notified.notified_at)
    decided_at = state.decision.recorded_at
    now = max(command.at, decided_at)
    notified_at = now if command.notified_at is None else command.notified_at
    if not decided_at <= notified_at <= now:
        return errors.notified_at_out_of_range(decided_at, now)
    version = world.pinned(state.file.filed)
    if isinstance(version, Refusal):
        return version
    return [DecisionNotified(notified_at, appeal_due(version.deadlines, notified_at))]
