"""One account folded again from its facts in the cases log, event by event beside what the ledger's log tells of it."""

from collections.abc import Sequence
from datetime import datetime
from itertools import dropwhile, takewhile
from typing import Final, NamedTuple

import msgspec

from services.ledger.domain.account import MAX_LAPSES, Account, decide, evolve, next_lapse, open_account
from services.ledger.domain.commands import LapseThrough
from services.ledger.domain.events import AccountEvent, AccountQuarantined, AccountReleased, FactEvent, StandingLapsed
from services.ledger.replay.beside import Beside, Told
from services.ledger.replay.differences import Difference, Differs
from services.ledger.replay.lines import Line, Lines
from services.ledger.replay.reading import CaseFact, Reader, UnknownFact
from shared.contracts import entries as contract
from shared.kit.cloudevent import Envelope
from shared.kit.decider import Refusal
from shared.rulebook.model import Timeline

# Refusals that depend on limits of those days: what was beyond them then need not be beyond them now.
OF_ITS_TIME: Final = ("fact_unreadable", "event_unpublishable")


class Refolded(NamedTuple):
    """What came of one account. `waits` are the facts in quarantine, by position, as stored; `unfolded` ones lie behind
    where the ledger is.
    """

    account: Account
    next_lapse: datetime | None
    position: int
    waits: list[tuple[int, bytes]]
    unfolded: int
    lines: list[Line]
    difference: Difference | None


class Refolding:
    """Folds one account. `through` is the cases position up to which the ledger has folded."""

    def __init__(self, seller: str, told: Sequence[Told], reader: Reader, timeline: Timeline, through: int) -> None:
        self._account, self._beside, self._lines = open_account(seller), Beside(told, timeline), Lines(timeline)
        self._reader, self._timeline, self._through = reader, timeline, through

    def run(self, states: Sequence[bytes]) -> Refolded:
        """Return what comes of the account's facts, given as stored, in order of position."""
        difference, waiting, last, unfolded = None, 0, 0, 0
        folded: list[CaseFact] = []
        try:
            facts = [self._reader.fact(state) for state in states]
            unfolded = sum(fact.position > self._through for fact in facts)
            folded = facts[: len(facts) - unfolded]
            last = folded[-1].position if folded else 0
            waiting = self._fold(folded)
            self._trailing()
            self._lines.end()
        except UnknownFact as unknown:
            difference = self._differs(None, "unknown_fact", str(unknown)).difference
        except Differs as found:
            difference = found.difference
        first = len(folded) - waiting
        waits = [(fact.position, state) for fact, state in zip(folded[first:], states[first:], strict=False)]
        lapse = None if self._account.quarantine is not None else next_lapse(self._account, self._timeline)
        return Refolded(self._account, lapse, last, waits, unfolded, self._lines.made, difference)

    def _fold(self, facts: Sequence[CaseFact]) -> int:
        """Fold the facts in order; return how many wait at the end."""
        for number, fact in enumerate(facts):
            if not self._released():
                return len(facts) - number
            while not self._one(fact):
                if not self._released():
                    return len(facts) - number
        return 0

    def _one(self, fact: CaseFact) -> bool:
        """Fold a fact, lapses before it first; return False where the ledger put the account in quarantine, rightly."""
        decided = self._decided(fact)
        if isinstance(decided, Refusal):
            self._lapse(fact.recorded_at, fact)
        else:
            for event in takewhile(lambda one: isinstance(one, StandingLapsed), decided):
                self._take(event, fact)
        told = self._beside.next()
        if told is not None and told.type == contract.QUARANTINED:
            self._quarantined(fact, told, decided)
            return False
        if isinstance(decided, Refusal):
            reason = f"{decided.code}: {decided.detail}"
            self._take(AccountQuarantined(fact.position, fact.id, reason), fact)
            return False
        for event in dropwhile(lambda one: isinstance(one, StandingLapsed), decided):
            self._take(event, fact)
        return True

    def _decided(self, fact: CaseFact) -> list[AccountEvent] | Refusal:
        if fact.command is None:
            return Refusal("fact_unreadable", "its data break the contract")
        try:
            return decide(self._account, fact.command, self._timeline)
        except OverflowError:
            return Refusal("beyond_the_calendar", "a sanction would end after the year 9999")

    def _quarantined(self, fact: CaseFact, told: Envelope, decided: list[AccountEvent] | Refusal) -> None:
        """Take a quarantine whose reason is ours, or one that only the limits of its day explain."""
        said = msgspec.json.decode(told.data, type=contract.AccountQuarantined)
        code = said.reason.partition(":")[0]
        ours = decided.code if isinstance(decided, Refusal) else None
        if code != ours and code not in OF_ITS_TIME:
            detail = f"the ledger could not fold the {fact.type!a} here for {code!a}; it can be folded"
            raise self._differs(fact, "quarantined", detail if ours is None else f"{detail}, or not for {ours}")
        reason = said.reason
        if isinstance(decided, Refusal) and code not in OF_ITS_TIME:
            reason = f"{decided.code}: {decided.detail}"
        self._take(AccountQuarantined(fact.position, fact.id, reason), fact)

    def _released(self) -> bool:
        """Let the account out of its quarantine, if the ledger tells of it; return whether it is out."""
        quarantine = self._account.quarantine
        if quarantine is None:
            return True
        if self._beside.next() is None:
            return False
        self._take(AccountReleased(quarantine.position), None)
        return True

    def _lapse(self, until: datetime, cause: CaseFact) -> None:
        more = True
        while more:
            events = decide(self._account, LapseThrough(until), self._timeline)
            if isinstance(events, Refusal):
                raise self._differs(cause, events.code, events.detail)
            for event in events:
                self._take(event, cause)
            more = len(events) == MAX_LAPSES

    def _trailing(self) -> None:
        """Take what the ledger tells behind the last fact: lapses, as far as it has recorded them."""
        while (told := self._beside.next()) is not None and self._released():
            expected = decide(self._account, LapseThrough(told.time), self._timeline)
            if isinstance(expected, Refusal) or not expected:
                detail = f"no fact and no passing of time makes the {told.type!a} that the ledger tells"
                raise self._differs(None, "not_explained", detail)
            self._take(expected[0], None)

    def _take(self, event: AccountEvent, cause: CaseFact | None) -> None:
        """Compare the next event of the ledger with this one, and let it count."""
        window = self._beside.take(self._account, event, cause)
        self._account = evolve(self._account, event)
        if isinstance(event, FactEvent) and cause is not None:
            self._lines.entered(self._account, window, cause.recorded_at)

    def _differs(self, cause: CaseFact | None, code: str, detail: str) -> Differs:
        return self._beside.differs(self._account.seller, cause, code, detail)
