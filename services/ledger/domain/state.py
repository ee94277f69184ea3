"""The account of one seller: its facts folded from the ledger's own events, and what may be added to them.

`decide` and `evolve` are the only way in. Everything an account answers is computed from its facts (R1); what it
remembers beside them saves computing it again and changes no answer.
"""

from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

from services.ledger.domain.course import Course, course_of
from services.ledger.domain.events import (
    AccountEvent,
    AccountQuarantined,
    AccountReleased,
    SanctionsMoved,
    StandingLapsed,
    fact_of,
)
from services.ledger.domain.facts import Fact
from services.ledger.domain.knowledge import learn, learn_all, nothing_known
from shared.rulebook.model import Timeline


class Remembered:
    """The last course computed for an account, with the facts it was computed from."""

    __slots__ = ("kept",)

    def __init__(self) -> None:
        self.kept: tuple[tuple[Fact, ...], Course] | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """卖家账号. A seller account as its `version` events leave it, facts in order of cases position.

    `through` is the later of the last fact's recorded time and the last lapse: everything due until then, inclusive,
    is on record. None before the first fact.
    """

    seller: str
    version: int = 0
    facts: tuple[Fact, ...] = ()
    through: datetime | None = None
    quarantine: AccountQuarantined | None = None
    remembered: Remembered = field(default_factory=Remembered, compare=False, repr=False)


def open_account(seller: str) -> Account:
    """Return the account of `seller` before anything happened to it."""
    return Account(seller)


def evolve(account: Account, event: AccountEvent) -> Account:
    """Return the account after `event`. Total: whatever is on record is taken as it is."""
    facts, through, quarantine = account.facts, account.through, account.quarantine
    match event:
        case StandingLapsed():
            through = _later(through, event.at)
        case AccountQuarantined():
            quarantine = event
        case AccountReleased():
            quarantine = None
        case SanctionsMoved():
            pass  # the fact that it goes on with is known
        case told:
            fact = fact_of(told)
            facts, through = (*facts, fact), _later(through, fact.recorded_at)
    return Account(account.seller, account.version + 1, facts, through, quarantine, account.remembered)


def course(account: Account, timeline: Timeline) -> Course:
    """Return the course of all that the account knows; computed once for an account that does not change."""
    kept = account.remembered.kept
    if kept is not None:
        facts, found = kept
        if found.known.timeline is timeline and account.facts[: len(facts)] == facts:
            if len(facts) == len(account.facts):
                return found
            known = found.known
            for fact in account.facts[len(facts) :]:
                known = learn(known, fact)
            return remember(account, account.facts, course_of(known))
    if not account.facts:
        return _blank(timeline)
    return remember(account, account.facts, course_of(learn_all(timeline, account.facts)))


@lru_cache(maxsize=16)
def _blank(timeline: Timeline) -> Course:
    """Return the course of every account without facts."""
    return course_of(nothing_known(timeline))


def remember(account: Account, facts: tuple[Fact, ...], found: Course) -> Course:
    """Keep the course of `facts`, the account's or those it is about to have, for the next question; return it."""
    account.remembered.kept = (facts, found)
    return found


def next_lapse(account: Account, timeline: Timeline) -> datetime | None:
    """Return the first instant later than `through` at which points, standing or a sanction change by time alone.

    None if none ever does, or without a fact.
    """
    if account.through is None:
        return None
    change = next(course(account, timeline).changes(account.through), None)
    return change.at if change is not None else None


def _later(through: datetime | None, instant: datetime) -> datetime:
    return instant if through is None else max(through, instant)
