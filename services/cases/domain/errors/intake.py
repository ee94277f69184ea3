"""The refusals of a filing and of the notice to the respondent."""

from datetime import datetime

from services.cases.domain.errors.wording import instant, listed
from shared.kit.decider import Refusal


def no_trade() -> Refusal:
    """A complaint needs the trade in or after which it happened (S1)."""
    return Refusal("no_trade", "The trade in or after which it happened would have to be named.")


def no_incident() -> Refusal:
    """A complaint needs at least one alleged contact."""
    return Refusal("no_incident", "At least one incident with its time would have to be named.")


def party_missing(party: str) -> Refusal:
    """Both sides are named."""
    return Refusal("party_missing", f"The {party} would have to be named.", {"party": party})


def same_party() -> Refusal:
    """Nobody complains of oneself."""
    return Refusal("same_party", "Complainant and respondent would have to be different.")


def too_many(what: str, limit: int) -> Refusal:
    """A collection of the complaint is longer than its limit."""
    return Refusal("too_many", f"There may be at most {limit} {what}.", {"what": what, "limit": limit})


def unknown_channel(channel: str, known: tuple[str, ...]) -> Refusal:
    """The channel has no meaning here."""
    return Refusal(
        "unknown_channel",
        f"A channel would have to be one of: {listed(known)}.",
        {"channel": channel, "channels": known},
    )


def channel_not_named(channel: str) -> Refusal:
    """An incident happened on a channel that the complaint does not name."""
    return Refusal(
        "channel_not_named",
        "The complaint's channels would have to cover the channel of every incident.",
        {"channel": channel},
    )


def incident_in_future(at: datetime) -> Refusal:
    """An incident ends after the complaint was received."""
    return Refusal(
        "incident_in_future",
        "Every incident would have to be over when the complaint is received.",
        {"not_after": instant(at)},
    )


def incident_reversed() -> Refusal:
    """An incident ends before it begins."""
    return Refusal("incident_reversed", "An incident's end would have to be at or after its start.")


def order_paid_in_future(at: datetime) -> Refusal:
    """The order was paid after the complaint was received."""
    return Refusal(
        "order_paid_in_future",
        "The order would have to be paid by the time the complaint is received.",
        {"not_after": instant(at)},
    )


def order_paid_at_needed(rulebook_id: str) -> Refusal:
    """The version in force goes by the time of payment, and the complaint does not give it."""
    return Refusal(
        "order_paid_at_needed",
        "The trade would have to carry the time of its payment, by which this rulebook version applies.",
        {"rulebook": rulebook_id},
    )


def no_rulebook(counted_at: datetime) -> Refusal:
    """No version was in force at the instant that counts."""
    return Refusal(
        "no_rulebook",
        "A rulebook version would have to be in force at the instant that counts.",
        {"instant": instant(counted_at)},
    )


def already_notified(received_at: datetime) -> Refusal:
    """The respondent has the complaint; its receipt does not move."""
    return Refusal(
        "already_notified",
        "The respondent would have to be without notice.",
        {"received_at": instant(received_at)},
    )


def received_at_out_of_range(filed_at: datetime, now: datetime) -> Refusal:
    """A receipt lies between filing and now, both inclusive."""
    return Refusal(
        "received_at_out_of_range",
        "The receipt would have to lie between the filing and now.",
        {"not_before": instant(filed_at), "not_after": instant(now)},
    )
