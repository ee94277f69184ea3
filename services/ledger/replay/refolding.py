"""One account folded again from its facts in the cases log, event by event beside what the ledger's log tells of it."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from datetime import datetime
from hashlib import sha256
from typing import Final, NamedTuple

import msgspec

from services.ledger.domain.account import MAX_LAPSES, Account, course, decide, evolve, next_lapse, open_account
from services.ledger.domain.answer import Held
from services.ledger.domain.commands import LapseThrough
from services.ledger.domain.events import AccountEvent, AccountQuarantined, AccountReleased, FactEvent, StandingLapsed
from services.ledger.domain.standing import held_in
from services.ledger.replay.reading import CaseFact, Reader, UnknownFact
from services.ledger.replay.telling import telling
from shared.contracts import entries as contract
from shared.kit.cloudevent import Envelope, canonical, decode
from shared.kit.decider import Refusal
from shared.rulebook.model import Timeline

# Refusals that depend on limits of those days: what was beyond them then need not be beyond them now.
OF_ITS_TIME: Final = ("fact_unreadable", "event_unpublishable")
HELD: Final = tuple(field.name for field in fields(Held))


class Difference(msgspec.Struct, frozen=True):
    """Where the ledger's log is not what the cases log makes: first by `cases_position`, then by `ledger_position`.

    Positions are 0 where there is none. `detail` says in words what would have to be there.
    """

    cases_position: int
    ledger_position: int
    seller: str
    code: str
    detail: str


class Told(NamedTuple):
    """One event of the ledger's log about the account: `window` numbers the digest its entry counts for, from 0."""

    state: bytes
    window: int | None


class Line(NamedTuple):
    """What a digest's window tells of an account: the SHA-256 of its line."""

    window: int
    hash: bytes


class Refolded(NamedTuple):
    """What came of one account. `waiting` facts are in quarantine, `unfolded` ones lie behind where the ledger is."""

    account: Account
    next_lapse: datetime | None
    position: int
    events: int
    waiting: int
    unfolded: int
    lines: list[Line]
    difference: Difference | None


class Differs(Exception):
    """The account's telling ends here: it differs."""

    def __init__(self, difference: Difference) -> None:
        super().__init__(difference.detail)
        self.difference = difference


class Refolding:
    """Folds one account. `through` is the cases position up to which the ledger has folded."""

    def __init__(self, seller: str, told: Sequence[Told], reader: Reader, timeline: Timeline, through: int) -> None:
        self._account, self._told, self._at = open_account(seller), told, 0
        self._reader, self._timeline, self._through = reader, timeline, through
        self._pending: tuple[int, int, datetime] | None = None
        self._lines: list[Line] = []
        self._read: Envelope | None = None

    def run(self, states: Sequence[bytes]) -> Refolded:
        """Return what comes of the account's facts, given as stored, in order of position."""
        difference, waiting, last, unfolded = None, 0, 0, 0
        try:
            facts = [self._reader.fact(state) for state in states]
            unfolded = sum(fact.position > self._through for fact in facts)
            folded = facts[: len(facts) - unfolded]
            last = folded[-1].position if folded else 0
            waiting = self._fold(folded)
            self._trailing()
            self._line()
        except UnknownFact as unknown:
            difference = self._difference(None, "unknown_fact", str(unknown)).difference
        except Differs as found:
            difference = found.difference
        lapse = None if self._account.quarantine is not None else next_lapse(self._account, self._timeline)
        return Refolded(self._account, lapse, last, self._at, waiting, unfolded, self._lines, difference)

    def _fold(self, facts: Sequence[CaseFact]) -> int:
        """Fold the facts in order; return how many wait at the end."""
        for number, fact in enumerate(facts):
            if not self._released():
                return len(facts) - number
            self._lapse(fact.recorded_at, fact)
            while not self._one(fact):
                if not self._released():
                    return len(facts) - number
        return 0

    def _one(self, fact: CaseFact) -> bool:
        """Fold a fact; return False where the ledger put the account in quarantine instead, rightly."""
        decided = self._decided(fact)
        told = self._next()
        if told is not None and told.type == contract.QUARANTINED:
            self._quarantined(fact, told, decided)
            return False
        if isinstance(decided, Refusal):
            reason = f"{decided.code}: {decided.detail}"
            self._take(AccountQuarantined(fact.position, fact.id, reason), fact)
            return False
        for event in decided:
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
            raise self._difference(fact, "quarantined", detail if ours is None else f"{detail}, or not for {ours}")
        reason = said.reason
        if isinstance(decided, Refusal) and code not in OF_ITS_TIME:
            reason = f"{decided.code}: {decided.detail}"
        self._take(AccountQuarantined(fact.position, fact.id, reason), fact)

    def _released(self) -> bool:
        """Let the account out of its quarantine, if the ledger tells of it; return whether it is out."""
        quarantine = self._account.quarantine
        if quarantine is None:
            return True
        if self._next() is None:
            return False
        self._take(AccountReleased(quarantine.position), None)
        return True

    def _lapse(self, until: datetime, cause: CaseFact) -> None:
        more = True
        while more:
            events = decide(self._account, LapseThrough(until), self._timeline)
            if isinstance(events, Refusal):
                raise self._difference(cause, events.code, events.detail)
            for event in events:
                self._take(event, cause)
            more = len(events) == MAX_LAPSES

    def _trailing(self) -> None:
        """Take what the ledger tells behind the last fact: lapses, as far as it has recorded them."""
        while (told := self._next()) is not None and self._released():
            expected = decide(self._account, LapseThrough(told.time), self._timeline)
            if isinstance(expected, Refusal) or not expected:
                detail = f"no fact and no passing of time makes the {told.type!a} that the ledger tells"
                raise self._difference(None, "not_explained", detail)
            self._take(expected[0], None)

    def _next(self) -> Envelope | None:
        if self._at == len(self._told):
            return None
        if self._read is None:
            self._read = decode(self._told[self._at].state)
        return self._read

    def _take(self, event: AccountEvent, cause: CaseFact | None) -> None:
        """Compare the next event of the ledger with this one, and go on behind it."""
        told, version = self._next(), self._account.version + 1
        due = telling(event, version, self._timeline, None if cause is None else cause.recorded_at)
        if told is None:
            raise self._difference(cause, "missing", f"the ledger would have to tell {due.type} with {shown(due.data)}")
        by_fact = None if isinstance(event, StandingLapsed | AccountReleased) else cause
        for name, has, would in (
            ("type", told.type, due.type),
            ("streamversion", told.streamversion, version),
            ("subject", told.subject, self._account.seller),
            ("stream", told.stream, f"account-{self._account.seller}"),
            ("time", told.time if due.at is not None else None, due.at),
            ("causationid", told.causationid, "" if by_fact is None else by_fact.id),
            ("correlationid", told.correlationid, "" if by_fact is None else by_fact.case),
        ):
            if has != would:
                raise self._difference(cause, name, f"{name} would have to be {would!s}, the ledger says {has!s}")
        if bytes(told.data) != due.rendered():
            raise self._difference(cause, "data", _unlike(bytes(told.data), due.rendered()))
        self._entered(event)
        self._account = evolve(self._account, event)
        self._at, self._read = self._at + 1, None
        if isinstance(event, FactEvent) and cause is not None:
            self._noted(cause.recorded_at)

    def _entered(self, event: AccountEvent) -> None:
        """Before an entry of another window counts: tell what the last one made of the account."""
        window = self._told[self._at].window
        if isinstance(event, FactEvent) and self._pending is not None and self._pending[0] != window:
            self._line()

    def _noted(self, recorded_at: datetime) -> None:
        window = self._told[self._at - 1].window
        self._pending = None if window is None else (window, self._account.version, recorded_at)

    def _line(self) -> None:
        if self._pending is None:
            return
        window, version, recorded_at = self._pending
        held = held_in(course(self._account, self._timeline), recorded_at)
        told = {"seller": self._account.seller, "account_version": version, "as_of": recorded_at}
        line = canonical(told | {name: getattr(held, name) for name in HELD})
        self._lines.append(Line(window, sha256(line).digest()))
        self._pending = None

    def _difference(self, cause: CaseFact | None, code: str, detail: str) -> Differs:
        told = self._next()
        position = 0 if told is None else told.position
        at = 0 if cause is None else cause.position
        return Differs(Difference(at, position, self._account.seller, code, ascii(detail)[1:-1][:1000]))


def shown(data: object) -> str:
    """Return data as short JSON."""
    return msgspec.json.encode(data, order="sorted").decode()[:400]


def _unlike(told: bytes, due: bytes) -> str:
    """Return the fields in which two data differ."""
    has, would = msgspec.json.decode(told), msgspec.json.decode(due)
    return "; ".join(_fields(has, would)) or "the data would have to be canonical JSON"


def _fields(has: dict[str, object], would: dict[str, object]) -> Iterator[str]:
    for name in sorted(has.keys() | would.keys()):
        if has.get(name) != would.get(name) or (name in has) != (name in would):
            yield f"{name} would have to be {shown(would.get(name))}, the ledger says {shown(has.get(name))}"
