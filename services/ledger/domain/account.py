"""The account's decision table: what may be added to an account, and which events tell of it. Source: R8 to R13.

`decide` and `evolve` are the only way into an account.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Final

from services.ledger.domain import errors
from services.ledger.domain.changes import in_order, moves, turns
from services.ledger.domain.checks import refusal_of
from services.ledger.domain.commands import (
    AccountCommand,
    LapseThrough,
    LiftStay,
    Quarantine,
    RecordEntry,
    RegradeEntry,
    Release,
    ReverseEntry,
    StaySanctions,
    facts_of,
)
from services.ledger.domain.course import course_of
from services.ledger.domain.events import (
    AccountEvent,
    AccountQuarantined,
    AccountReleased,
    FactEvent,
    OrdinaryViolationRecorded,
    Points,
    SanctionChange,
    SanctionsMoved,
    SanctionsStayed,
    SevereViolationRecorded,
    StandingLapsed,
    StayLifted,
    ViolationReversed,
)
from services.ledger.domain.facts import Entry, Fact, Reversal, Stay, StayLift
from services.ledger.domain.knowledge import learn
from services.ledger.domain.lowering import SEVERE
from services.ledger.domain.state import Account, course, evolve, next_lapse, open_account, remember
from shared.kit.decider import Refusal
from shared.rulebook.model import Timeline

MAX_CHANGES: Final = 128  # of sanctions, told by one event; they fit with the longest names
MAX_LAPSES: Final = 1000  # lapses of one `LapseThrough`; what is due beyond them comes with the next

__all__ = ["MAX_LAPSES", "Account", "course", "decide", "evolve", "next_lapse", "open_account"]


def decide(account: Account, command: AccountCommand, timeline: Timeline) -> list[AccountEvent] | Refusal:
    """Return the events that `command` makes of `account`, in order, or why it is refused.

    Before a fact stand all lapses due at or before its recorded time, so that the sequence of events is a function of
    the facts, however `LapseThrough` was given in between. A `LapseThrough` makes at most `MAX_LAPSES` events, and
    none for an instant that is past already.
    """
    if isinstance(command, Release):
        return (
            [AccountReleased(command.position)] if account.quarantine is not None else errors.account_not_quarantined()
        )
    if account.quarantine is not None:
        return errors.account_quarantined(account.quarantine)
    match command:
        case Quarantine():
            return [AccountQuarantined(command.position, command.cause, command.reason)]
        case LapseThrough():
            return list(islice(_lapses(account, command.instant, timeline), MAX_LAPSES))
        case RecordEntry() | ReverseEntry() | RegradeEntry() | StaySanctions() | LiftStay():
            refused = refusal_of(account, command, timeline)
            return refused if refused is not None else _recorded(account, facts_of(command), timeline)


def _recorded(account: Account, facts: tuple[Fact, ...], timeline: Timeline) -> list[AccountEvent]:
    events: list[AccountEvent] = [*_lapses(account, facts[0].recorded_at, timeline)]
    courses = [course(account, timeline)]
    for fact in facts:
        courses.append(course_of(learn(courses[-1].known, fact)))
    turned = turns(courses[0], courses[-1], facts[0].recorded_at)  # a regrade is one fact: its first event tells all
    for fact, before, after in zip(facts, courses, courses[1:], strict=False):
        points = before.points(fact.recorded_at), after.look(fact.recorded_at).points
        events += _told_whole(fact, points, in_order(moves(before.known, after.known), turned))
        turned = []
    remember(account, (*account.facts, *facts), courses[-1])
    return events


def _lapses(account: Account, until: datetime, timeline: Timeline) -> Iterator[StandingLapsed]:
    """Yield the changes that time alone makes after `through`, at or before `until`, in order."""
    if account.through is None:
        return
    for change in course(account, timeline).changes(account.through, until):
        before, after = change.before, change.after
        yield StandingLapsed(change.at, before.points, after.points, before.standing, after.standing)


def _told_whole(
    fact: Fact, points: tuple[Points, Points], changes: tuple[SanctionChange, ...]
) -> Iterator[AccountEvent]:
    """Yield the event of a fact, and those that go on with what it does to sanctions, `MAX_CHANGES` each."""
    yield _told(fact, points, changes[:MAX_CHANGES])
    for start in range(MAX_CHANGES, len(changes), MAX_CHANGES):
        more = changes[start : start + MAX_CHANGES]
        yield SanctionsMoved(fact.id, fact.position, fact.recorded_at, points[1], points[1], more)


def _told(fact: Fact, points: tuple[Points, Points], changes: tuple[SanctionChange, ...]) -> FactEvent:
    """Return the event of a fact: points at its recorded time without and with it, and what it does to sanctions.

    Only the severe track makes severe violations; every other track's are ordinary ones.
    """
    match fact:
        case Entry(track=track) if track == SEVERE:
            return SevereViolationRecorded(fact, *points, changes)
        case Entry():
            return OrdinaryViolationRecorded(fact, *points, changes)
        case Reversal():
            return ViolationReversed(fact, *points, changes)
        case Stay():
            return SanctionsStayed(fact, *points, changes)
        case StayLift():
            return StayLifted(fact, *points, changes)
