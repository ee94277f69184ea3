"""The refusals of appeals, as the parties and the clock bring them."""

from datetime import datetime

from services.cases.domain.errors.wording import instant
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
