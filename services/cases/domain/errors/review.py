"""The refusals of appeals, stays, revocations and erasure."""

from datetime import datetime

from services.cases.domain.errors.wording import instant, listed
from shared.kit.decider import Refusal


def not_appealed() -> Refusal:
    """There is no appeal to act on."""
    return Refusal("not_appealed", "An appeal would have to be filed first.")


def appeal_used(appeal: str) -> Refusal:
    """A decision is appealed against once; `appeal` is the event that filed it."""
    return Refusal("appeal_used", "The decision would have to be without an appeal so far.", {"appeal": appeal})


def appeal_not_open_to(party: str) -> Refusal:
    """A violation is the respondent's to appeal against, a dismissal the complainant's to contest."""
    return Refusal(
        "appeal_not_open_to", "The decision would have to be against the side that appeals.", {"party": party}
    )


def dismissal_not_contestable(rulebook_id: str) -> Refusal:
    """The rulebook version gives the complainant no appeal."""
    return Refusal(
        "dismissal_not_contestable",
        f"{rulebook_id} would have to let dismissals be contested.",
        {"rulebook": rulebook_id},
    )


def appeal_window_closed(closed_at: datetime) -> Refusal:
    """At the closing instant it is late."""
    return Refusal(
        "appeal_window_closed",
        "The appeal window would have to be open.",
        {"closed_at": instant(closed_at)},
    )


def statement_missing() -> Refusal:
    """An appeal says why."""
    return Refusal("statement_missing", "A written statement would have to be given.")


def reviewer_took_part(reviewer: str) -> Refusal:
    """Nobody reviews a decision in whose case they acted."""
    return Refusal(
        "reviewer_took_part", "A reviewer who took no part in the case would have to act.", {"reviewer": reviewer}
    )


def appeal_returned(closes_at: datetime) -> Refusal:
    """The appeal is with the appellant, who has until `closes_at`."""
    return Refusal(
        "appeal_returned",
        "The appellant would have to supplement the appeal first.",
        {"closes_at": instant(closes_at)},
    )


def appeal_not_returned() -> Refusal:
    """Nobody has asked for more."""
    return Refusal("appeal_not_returned", "The appeal would have to be returned for supplement.")


def appeal_not_lapsed(closes_at: datetime | None) -> Refusal:
    """The window is open, or the platform holds the appeal (None)."""
    return Refusal(
        "appeal_not_lapsed",
        "The appeal would have to be returned, and its window over.",
        {"closes_at": None if closes_at is None else instant(closes_at)},
    )


def not_appellant(party: str) -> Refusal:
    """Only who appealed supplements the appeal."""
    return Refusal("not_appellant", "The side that appealed would have to act.", {"appellant": party})


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


def legal_hold(reason: str, until: datetime | None) -> Refusal:
    """The data is held; `possible_from` is when it may go, None while that depends on something still to happen."""
    possible_from = None if until is None else instant(until)
    detail = "Legal hold would have to be over."
    return Refusal("legal_hold", detail, {"reason": reason, "possible_from": possible_from})


def personal_data_erased(erased_at: datetime) -> Refusal:
    """The case is closed for good: what would be said in it could not be kept."""
    return Refusal(
        "personal_data_erased",
        "The personal data of the case would have to be there still.",
        {"held_until": instant(erased_at)},
    )
