"""One append in the making: accounts folded in memory, the events that came of it, the facts that have to wait.

A fact that an account refuses, or that cannot be read or written, quarantines that account; others go on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from services.ledger.casefacts import CaseFact, FollowerAlarm, Unpublishable, Unreadable
from services.ledger.domain.account import MAX_LAPSES, Account, decide, evolve
from services.ledger.domain.commands import AccountCommand, LapseThrough, Quarantine, Release
from services.ledger.domain.events import AccountEvent
from shared.contracts.entries import StandingsDigestRecorded
from shared.kit.cloudevent import Draft
from shared.kit.decider import Refusal
from shared.kit.log.model import Stored
from shared.rulebook.model import Timeline


class Codec(Protocol):
    """What the application needs of the publication."""

    def draft(self, event: AccountEvent, seller: str, version: int, cause: CaseFact | None, actor: str = "") -> Draft:
        """Return the event as it is to be appended."""
        ...

    def digest(self, digest: StandingsDigestRecorded) -> Draft:
        """Return a digest of standings as it is to be appended."""
        ...

    def event(self, stored: Stored) -> AccountEvent:
        """Return a stored event of our own."""
        ...

    def parked(self, state: bytes) -> CaseFact:
        """Return a fact that has waited."""
        ...


@dataclass(frozen=True, slots=True)
class Failed:
    """A fact that cannot be folded into its account, and why."""

    fact: CaseFact
    refusal: Refusal


class Posting:
    """Collects what is to be appended. Nothing of a fact is kept unless all of it can be."""

    def __init__(self, accounts: Mapping[str, Account], timeline: Timeline, codec: Codec) -> None:
        self._timeline = timeline
        self._codec = codec
        self.accounts = dict(accounts)
        self.touched: dict[str, int] = {}  # seller → cases position of the last fact
        self.drafts: list[Draft] = []
        self.parked: list[CaseFact] = []

    def take(self, fact: CaseFact) -> None:
        """Fold a fact into its account; where that cannot be, quarantine the account and let the fact wait."""
        if self.accounts[fact.seller].quarantine is None:
            failed = self.fold(fact)
            if failed is None:
                return
            self._quarantine(failed)
        self.parked.append(fact)
        self.touched[fact.seller] = fact.position

    def fold(self, fact: CaseFact) -> Failed | None:
        """Fold a fact into its account, lapses due before it first; return why that cannot be, nothing kept then."""
        if isinstance(fact.command, Unreadable):
            return Failed(fact, Refusal("fact_unreadable", fact.command.reason))
        refusal = self._give(fact.seller, fact.command, fact)
        if refusal is not None:
            return Failed(fact, refusal)
        self.touched[fact.seller] = fact.position
        return None

    def lapse(self, seller: str, through: datetime) -> None:
        """Let every change of an account that time alone makes, due ≤ `through`, be a fact."""
        more = True
        while more:
            before = len(self.drafts)
            refusal = self._give(seller, LapseThrough(through), None)
            if refusal is not None:
                raise FollowerAlarm("lapse_refused", 0, f"{refusal.code}: {refusal.detail}")
            more = len(self.drafts) - before >= MAX_LAPSES

    def release(self, seller: str, waiting: Sequence[CaseFact], actor: str) -> Failed | Refusal | None:
        """End an account's quarantine and fold what waited, in order; return what still cannot be folded."""
        quarantine = self.accounts[seller].quarantine
        position = 0 if quarantine is None else quarantine.position
        refusal = self._give(seller, Release(position), None, actor)
        if refusal is not None:
            return refusal
        for fact in waiting:
            failed = self.fold(fact)
            if failed is not None:
                return failed
        return None

    def _quarantine(self, failed: Failed) -> None:
        fact, refusal = failed.fact, failed.refusal
        self.lapse(fact.seller, fact.recorded_at)
        reason = f"{refusal.code}: {refusal.detail}"
        refused = self._give(fact.seller, Quarantine(fact.position, fact.id, reason), fact)
        if refused is not None:
            raise FollowerAlarm("quarantine_refused", fact.position, f"{refused.code}: {refused.detail}")

    def _give(self, seller: str, command: AccountCommand, cause: CaseFact | None, actor: str = "") -> Refusal | None:
        account = self.accounts[seller]
        drafts: list[Draft] = []
        try:
            decided = decide(account, command, self._timeline)
            if isinstance(decided, Refusal):
                return decided
            for event in decided:
                drafts.append(self._codec.draft(event, seller, account.version + 1, cause, actor))
                account = evolve(account, event)
        except Unpublishable as error:
            return Refusal("event_unpublishable", str(error))
        except OverflowError:
            return Refusal("beyond_the_calendar", "a sanction would end after the year 9999")
        if drafts:
            self.accounts[seller] = account
            self.drafts += drafts
            self.touched.setdefault(seller, 0)
        return None
