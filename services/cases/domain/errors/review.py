"""The refusals of reviews, stays and revocations."""

from services.cases.domain.errors.wording import listed
from shared.kit.decider import Refusal


def reviewer_took_part(reviewer: str) -> Refusal:
    """Nobody reviews a decision in whose case they acted."""
    return Refusal(
        "reviewer_took_part", "A reviewer who took no part in the case would have to act.", {"reviewer": reviewer}
    )


def regrade_needs_grade() -> Refusal:
    """A regrade names the lower grade; nothing else does."""
    return Refusal("regrade_needs_grade", "A grade would have to be given for a regrade, and for nothing else.")


def grade_not_lower(grade: str, lower: tuple[str, ...]) -> Refusal:
    """An appeal may only lower."""
    return Refusal(
        "grade_not_lower",
        f"The grade would have to be lower than the decision: {listed(lower)}.",
        {"grade": grade, "lower": lower},
    )


def dismissal_not_gradable() -> Refusal:
    """A dismissal has no grade."""
    return Refusal("dismissal_not_gradable", "A contested dismissal would have to be rejected or reversed.")


def already_stayed(stay: str) -> Refusal:
    """The stay holds already."""
    return Refusal("already_stayed", "The decision would have to be without a stay.", {"stay": stay})


def not_stayed() -> Refusal:
    """There is no stay to lift."""
    return Refusal("not_stayed", "The decision would have to be stayed.")


def not_upheld() -> Refusal:
    """Only a violation that counts can be revoked."""
    return Refusal("not_upheld", "A violation would have to be upheld and count.")


def revocation_pending(proposal: str, proposer: str) -> Refusal:
    """One revocation waits already."""
    return Refusal(
        "revocation_pending",
        "The revocation that is proposed would have to be answered or taken back first.",
        {"proposal": proposal, "proposer": proposer},
    )


def another_decision(asked: str, decision: str) -> Refusal:
    """The case is decided otherwise than the recall selected."""
    return Refusal(
        "another_decision",
        "The decision would have to be the one that stands.",
        {"asked": asked, "decision": decision},
    )
