"""What a fact must be for an account to take it. Each check returns the refusal, or None."""

from services.ledger.domain import errors
from services.ledger.domain.commands import (
    FactCommand,
    LiftStay,
    RecordEntry,
    RegradeEntry,
    ReverseEntry,
    StaySanctions,
)
from services.ledger.domain.facts import Entry, Fact, Reversal, Stay, StayLift
from services.ledger.domain.lowering import lower
from services.ledger.domain.state import Account
from shared.kit.decider import Refusal
from shared.rulebook.model import Timeline


def refusal_of(account: Account, command: FactCommand, timeline: Timeline) -> Refusal | None:
    """Return why the account does not take this fact, or None if it does."""
    match command:
        case RecordEntry():
            alone = errors.regrade_incomplete("a regrade comes with the reversal of what it replaces")
            refused = alone if command.entry.regrades is not None else None
            return _order(account, command.entry) or refused or _entry(account, command.entry, timeline)
        case ReverseEntry():
            alone = errors.regrade_incomplete("the reversal of a regrade comes with what replaces the entry")
            refused = alone if command.reversal.kind == "regraded" else None
            return _order(account, command.reversal) or refused or _living(account, command.reversal.entry)
        case RegradeEntry():
            return (
                _order(account, command.reversal)
                or _living(account, command.reversal.entry)
                or _entry(account, command.entry, timeline)
                or _regrade(account, command)
            )
        case StaySanctions():
            return _order(account, command.stay) or _living(account, command.stay.entry) or _stay(account, command.stay)
        case LiftStay():
            return _order(account, command.lift) or _living(account, command.lift.entry) or _lift(account, command.lift)


def _order(account: Account, fact: Fact) -> Refusal | None:
    if account.facts and fact.position <= account.facts[-1].position:
        return errors.position_not_rising(fact.position, account.facts[-1].position)
    if account.through is not None and fact.recorded_at < account.through:
        return errors.recorded_time_not_rising(fact, account.through)
    return None


def _entry(account: Account, entry: Entry, timeline: Timeline) -> Refusal | None:
    recorded = _recorded(account, entry.id)
    if recorded is not None:
        return errors.entry_already_recorded(recorded)
    if entry.points < 0:
        return errors.points_negative(entry)
    if entry.effective_at > entry.recorded_at:
        return errors.effective_after_recorded(entry)
    if entry.direct and any(sanction.hours is None or sanction.hours < 1 for sanction in entry.direct):
        return errors.direct_sanction_without_hours(entry)
    version = timeline.at(entry.effective_at)
    tracks = version.tracks if version is not None else {}
    return None if entry.track in tracks else errors.track_not_in_rulebook(entry, tracks)


def _living(account: Account, entry: str) -> Refusal | None:
    if _recorded(account, entry) is None:
        return errors.entry_unknown(entry)
    for fact in account.facts:
        if isinstance(fact, Reversal) and fact.entry == entry:
            return errors.entry_already_reversed(fact)
    return None


def _stay(account: Account, stay: Stay) -> Refusal | None:
    holds = _holding_stay(account, stay.entry)
    return None if holds is None else errors.sanctions_already_stayed(holds)


def _lift(account: Account, lift: StayLift) -> Refusal | None:
    return errors.sanctions_not_stayed(lift.entry) if _holding_stay(account, lift.entry) is None else None


def _holding_stay(account: Account, entry: str) -> Stay | None:
    for fact in reversed(account.facts):
        if isinstance(fact, Stay | StayLift) and fact.entry == entry:
            return fact if isinstance(fact, Stay) else None
    return None


def _regrade(account: Account, command: RegradeEntry) -> Refusal | None:
    reversal, entry = command.reversal, command.entry
    if reversal.kind != "regraded" or entry.regrades != reversal.entry:
        return errors.regrade_incomplete("the new entry must name the one that is reversed as regraded")
    if (entry.position, entry.recorded_at) != (reversal.position, reversal.recorded_at):
        return errors.regrade_incomplete("both parts stand at the same position and recorded time")
    old = _recorded(account, reversal.entry)
    if old is None or entry.effective_at != old.effective_at:
        return errors.regrade_incomplete("a regrade counts from the original's effective instant")
    return None if lower(entry, old) else errors.regrade_not_lower(old, entry)


def _recorded(account: Account, entry: str) -> Entry | None:
    for fact in account.facts:
        if fact.id == entry and isinstance(fact, Entry):
            return fact
    return None
