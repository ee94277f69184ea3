"""Why an account refuses what is asked of it: one constructor per refusal, with the facts that would change it."""

from collections.abc import Iterable
from datetime import datetime

from services.ledger.domain.events import AccountQuarantined
from services.ledger.domain.facts import Entry, Fact, Reversal, Stay
from shared.kit.decider import Refusal


def account_quarantined(quarantine: AccountQuarantined) -> Refusal:
    """The account takes no fact and no lapse until it is released."""
    return Refusal(
        "account_quarantined",
        "the account must be released first",
        {"position": quarantine.position, "cause": quarantine.cause},
    )


def account_not_quarantined() -> Refusal:
    """There is nothing to release."""
    return Refusal("account_not_quarantined", "only an account in quarantine can be released")


def position_not_rising(position: int, last: int) -> Refusal:
    """The fact stands at or before one that is folded already: it was delivered twice, or out of order."""
    return Refusal(
        "position_not_rising", f"the position must be above {last}", {"position": position, "last_position": last}
    )


def recorded_time_not_rising(fact: Fact, through: datetime) -> Refusal:
    """The fact was recorded before an instant through which the account is folded already."""
    return Refusal(
        "recorded_time_not_rising",
        "a fact must be recorded at or after everything folded before it",
        {"recorded_at": fact.recorded_at.isoformat(), "through": through.isoformat()},
    )


def entry_already_recorded(entry: Entry) -> Refusal:
    """An entry of this id counts already, or did: nothing counts twice."""
    return Refusal(
        "entry_already_recorded",
        "each decision makes one entry",
        {"entry": entry.id, "position": entry.position},
    )


def entry_unknown(entry: str) -> Refusal:
    """The account has no entry of this id."""
    return Refusal("entry_unknown", "a reversal or a stay must name an entry of the account", {"entry": entry})


def entry_already_reversed(reversal: Reversal) -> Refusal:
    """The entry was reversed before: a reversal cannot be applied twice, and there is nothing left to stay."""
    return Refusal(
        "entry_already_reversed",
        "the entry must still count",
        {"entry": reversal.entry, "reversed_by": reversal.id, "position": reversal.position},
    )


def sanctions_already_stayed(stay: Stay) -> Refusal:
    """A stay holds over the entry's sanctions already."""
    return Refusal(
        "sanctions_already_stayed",
        "the stay that holds must be lifted before the next",
        {"entry": stay.entry, "stayed_by": stay.id, "position": stay.position},
    )


def sanctions_not_stayed(entry: str) -> Refusal:
    """No stay holds over the entry's sanctions: there was none, or it was lifted."""
    return Refusal("sanctions_not_stayed", "only a stay that holds can be lifted", {"entry": entry})


def effective_after_recorded(entry: Entry) -> Refusal:
    """The entry would count from an instant that had not come when it was recorded."""
    return Refusal(
        "effective_after_recorded",
        "an entry counts from its recording or earlier",
        {"effective_at": entry.effective_at.isoformat(), "recorded_at": entry.recorded_at.isoformat()},
    )


def points_negative(entry: Entry) -> Refusal:
    """Points are whole and never below zero."""
    return Refusal("points_negative", "points must be 0 or more", {"points": entry.points})


def direct_sanction_without_hours(entry: Entry) -> Refusal:
    """A direct sanction has to end by itself, after it started."""
    return Refusal("direct_sanction_without_hours", "a direct sanction runs for 1 hour or more", {"entry": entry.id})


def track_not_in_rulebook(entry: Entry, tracks: Iterable[str]) -> Refusal:
    """No rulebook version in force at the effective instant knows the track."""
    return Refusal(
        "track_not_in_rulebook",
        "the version in force at the effective instant must have the track",
        {"track": entry.track, "tracks": tuple(tracks), "effective_at": entry.effective_at.isoformat()},
    )


def regrade_incomplete(detail: str) -> Refusal:
    """A regrade is one fact of two parts that fit: the reversal of an entry and the one in its place."""
    return Refusal("regrade_incomplete", detail)


def regrade_not_lower(old: Entry, new: Entry) -> Refusal:
    """A regrade may only lower: no heavier track, no more points, and less of something."""
    return Refusal(
        "regrade_not_lower",
        "a regrade must be lower than what it replaces",
        {"track": old.track, "points": old.points, "wanted_track": new.track, "wanted_points": new.points},
    )
