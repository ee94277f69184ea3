"""The refusals of decisions, proposals and the officers who make them."""

from datetime import datetime

from services.cases.domain.errors.wording import instant, listed
from shared.kit.decider import Refusal


def officer_recused(officer: str) -> Refusal:
    """The officer stepped back from the case for good."""
    return Refusal("officer_recused", "An officer who is not recused would have to act.", {"officer": officer})


def officer_is_party() -> Refusal:
    """Nobody judges one's own case."""
    return Refusal("officer_is_party", "An officer who is no party of the case would have to act.")


def own_proposal_pending(proposal: str) -> Refusal:
    """Who has proposed something does not step back and leave it standing."""
    return Refusal(
        "own_proposal_pending",
        "The officer's own proposal would have to be taken back first.",
        {"proposal": proposal},
    )


def already_handling(officer: str) -> Refusal:
    """The officer has the case in hand."""
    return Refusal("already_handling", "The case would have to be in other hands or in none.", {"officer": officer})


def reason_missing() -> Refusal:
    """A decision that binds others is reasoned in writing."""
    return Refusal("reason_missing", "A written reason would have to be given.")


def evidence_due(due: datetime | None) -> Refusal:
    """The respondent still has time (S10); `due` is None while the respondent is without notice."""
    return Refusal(
        "evidence_due",
        "The evidence window would have to be over or waived, or the respondent would have to have answered.",
        {"due": None if due is None else instant(due)},
    )


def no_verified_evidence() -> Refusal:
    """Nothing admitted is verified; the burden is on the complainant (S12)."""
    return Refusal("no_verified_evidence", "At least one admitted piece of evidence would have to be verified.")


def unknown_grade(grade: str, rulebook_id: str, known: tuple[str, ...]) -> Refusal:
    """The rulebook version does not have this grade."""
    return Refusal(
        "unknown_grade",
        f"The grade would have to be one of: {listed(known)}.",
        {"grade": grade, "rulebook": rulebook_id, "grades": known},
    )


def grade_not_on_this_way(grade: str, outcome: str, grades: tuple[str, ...]) -> Refusal:
    """The grade's track or approvals ask for another way of deciding; `grades` are those this way gives."""
    return Refusal(
        "grade_not_on_this_way",
        f"The grade would have to be one that {outcome} gives: {listed(grades)}.",
        {"grade": grade, "outcome": outcome, "grades": grades},
    )


def grade_not_permitted(grade: str, permitted_by: tuple[str, ...], grades: tuple[str, ...]) -> Refusal:
    """No verified fact permits the grade; `grades` are the permitted ones of the same way."""
    return Refusal(
        "grade_not_permitted",
        f"One of these facts would have to be verified: {listed(permitted_by)}.",
        {"grade": grade, "permitted_by": permitted_by, "grades": grades},
    )


def outcome_closed(outcome: str, reason: str, open_outcomes: tuple[str, ...]) -> Refusal:
    """The check-list closes this outcome; `reason` says what would have to be true."""
    return Refusal("outcome_closed", reason, {"outcome": outcome, "open": open_outcomes})


def unknown_ground(ground: str, rulebook_id: str, known: tuple[str, ...]) -> Refusal:
    """The rulebook version does not have this ground."""
    return Refusal(
        "unknown_ground",
        f"The ground would have to be one of: {listed(known)}.",
        {"ground": ground, "rulebook": rulebook_id, "grounds": known},
    )


def ground_void(ground: str, rulebook_id: str, open_grounds: tuple[str, ...]) -> Refusal:
    """The rulebook version names the ground only to say that it does not apply."""
    return Refusal(
        "ground_void",
        f"The ground does not apply under {rulebook_id}.",
        {"ground": ground, "rulebook": rulebook_id, "open_grounds": open_grounds},
    )


def ground_closed(ground: str, reason: str, open_grounds: tuple[str, ...], open_: tuple[str, ...]) -> Refusal:
    """The check-list closes this ground; `open_` are all codes that are open, grounds or outcomes."""
    return Refusal("ground_closed", reason, {"ground": ground, "open_grounds": open_grounds, "open": open_})


def unknown_referral(referral: str, known: tuple[str, ...]) -> Refusal:
    """A dismissal refers only to channels that exist."""
    return Refusal(
        "unknown_referral",
        f"The referral would have to be one of: {listed(known)}.",
        {"referral": referral, "referrals": known},
    )


def same_officer(officer: str) -> Refusal:
    """Who proposed does not answer: two officers decide."""
    return Refusal("same_officer", "A second officer would have to answer the proposal.", {"proposer": officer})


def not_proposer(proposer: str) -> Refusal:
    """Only the proposer takes a proposal back; others decline it."""
    return Refusal("not_proposer", "The proposer would have to take it back.", {"proposer": proposer})


def decision_already_notified(notified_at: datetime) -> Refusal:
    """The appeal clock runs already and does not start again."""
    return Refusal(
        "decision_already_notified",
        "The decision would have to be without notice.",
        {"notified_at": instant(notified_at)},
    )


def notified_at_out_of_range(decided_at: datetime, now: datetime) -> Refusal:
    """A notice lies between the decision and now, both inclusive."""
    return Refusal(
        "notified_at_out_of_range",
        "The notice would have to lie between the decision and now.",
        {"not_before": instant(decided_at), "not_after": instant(now)},
    )
