"""The second set of account rows: as our log makes them, beside the set that answers, until one append switches to it.

`accounts_next` holds what of the second set differs from the first: the row as it has to be, or its key alone where no
row has to be. So a switch changes what differs and no more, and few rows wait for it however many accounts there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final

import msgspec

from services.ledger import digests
from services.ledger.accounts import PREFIX, folded, stream_of
from services.ledger.domain.account import Account
from services.ledger.posting import Codec
from services.ledger.standings import due_row, put
from services.ledger.tables import ACCOUNTS, CASES, DIGESTED, FOLLOWED, NEXT, PARKED, REBUILDS
from shared.contracts.entries import DIGEST, StandingsDigestRecorded
from shared.kit.cloudevent import decode
from shared.kit.log.model import MAX_READ, Append, Appended, EventLog, LogUnavailable, Outcome, RowConflict, Stored
from shared.kit.log.rows import (
    MAX_SELECT,
    Merge,
    Put,
    Remove,
    Row,
    RowChange,
    Table,
    Unless,
    Value,
    Where,
    resume,
    unlike,
)
from shared.rulebook.model import Timeline

BATCH: Final = 200  # accounts that are read and compared at once


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far rows are made: our log's head, the cases position folded through, and the row written with it."""

    head: int
    cases: int
    followed: Row | None


class NextRows:
    """Makes the second set and switches to it; of several that were begun, the last one alone can.

    `differing` counts the rows in which the sets differ, `rules` is the digest of those by which the first was made
    (empty: not known). To be used by one thread.
    """

    def __init__(self, log: EventLog, codec: Codec, timeline: Timeline) -> None:
        """Begin, with nothing made yet; what an earlier one left is removed.

        Raises:
            LogUnavailable: the log takes no writes now, or another one was begun at the same time.
        """
        self._log, self._codec, self._timeline = log, codec, timeline
        self.differing = 0
        self._number = self._begun()
        while left := log.select(NEXT, limit=BATCH):
            self._append([Remove(NEXT, (row["seller"],)) for row in left])
        self._mark = self._marked()
        self.rules = "" if self._mark.followed is None else str(self._mark.followed["rules"])
        self._digest: Stored | None = None
        for _ in self._scan(0, [DIGEST]):
            pass

    def _begun(self) -> int:
        row = self._log.get(REBUILDS, ACCOUNTS.name)
        found: Row = {"name": ACCOUNTS.name, "begun": 0, "switched": 0} if row is None else row
        begun, switched = found["begun"], found["switched"]
        number = 1 + max(value for value in (begun, switched, 0) if isinstance(value, int))
        unless = [Unless(REBUILDS, ())] if row is None else [*unlike(REBUILDS, row)]
        outcome = self._log.append(Append(rows=lambda _: [Put(REBUILDS, {**found, "begun": number})], unless=unless))
        _demand_last(outcome)
        return number

    def _marked(self) -> _Mark:
        """Return how far the log is now: what is written between these reads is found behind the mark again."""
        followed = self._log.get(FOLLOWED, CASES)
        cases = self._log.tracked(CASES)
        return _Mark(self._log.head().position, cases, followed)

    def absent(self, sellers: Sequence[str]) -> list[str]:
        """Return those of some accounts that have a row in neither set."""
        there = self._rows(ACCOUNTS, sellers).keys() | self._rows(NEXT, sellers).keys()
        return [seller for seller in sellers if seller not in there]

    def make(self, sellers: Sequence[str]) -> int:
        """Make the rows of some accounts, at most `BATCH`, as the log has them; return how many have events.

        Raises:
            LogUnavailable: the log takes no writes now, or another set was begun.
        """
        accounts = folded(sellers, self._log.stream(*map(stream_of, sellers)), self._codec)
        first, second = self._rows(ACCOUNTS, sellers), self._rows(NEXT, sellers)
        changes: list[RowChange] = []
        for seller, account in accounts.items():
            row = self._row(account)
            if row != first.get(seller):
                changes.append(Put(NEXT, row or {"seller": seller}))
                self.differing += seller not in second
            elif seller in second:
                changes.append(Remove(NEXT, (seller,)))
                self.differing -= 1
        if changes:
            self._append(changes)
        return sum(account.version > 0 for account in accounts.values())

    def catch_up(self) -> Iterator[int]:
        """Make again what was written to since it was made last; yield how many accounts that are, group by group."""
        before, self._mark = self._mark, self._marked()
        for sellers in chain(self._scan(before.head), self._parked(before.cases)):
            for at in range(0, len(sellers), BATCH):
                group = sellers[at : at + BATCH]
                self.make(group)
                yield len(group)

    def switch(self, rules: str) -> bool:
        """Let the second set be the first, made by these rules; return False, with nothing changed, where anything was
        written since the last `catch_up` began.

        Raises:
            LogUnavailable: as for `make`.
        """
        followed, last = self._mark.followed, self._digest
        changes: list[RowChange] = [
            Remove(DIGESTED, (digests.NAME,)) if last is None else digests.put(_told(last)),
            Put(REBUILDS, {"name": ACCOUNTS.name, "begun": self._number, "switched": self._number}),
            *([] if followed is None else [Put(FOLLOWED, {**followed, "rules": rules})]),
            Merge(ACCOUNTS, NEXT),
        ]
        unless = [Unless(FOLLOWED, ())] if followed is None else [*unlike(FOLLOWED, followed)]
        return isinstance(self._append(changes, unless, self._mark.head), Appended)

    def _append(self, changes: Sequence[RowChange], unless: Sequence[Unless] = (), head: int | None = None) -> Outcome:
        later = Unless(REBUILDS, (Where("begun", ">", self._number),))
        outcome = self._log.append(Append(rows=lambda _: changes, unless=[later, *unless], head=head))
        _demand_last(outcome)
        return outcome

    def _scan(self, after: int, types: Sequence[str] = ()) -> Iterator[list[str]]:
        """Read our log from `after` to the mark by pages; yield whose events are there, and keep the last digest."""
        while after < self._mark.head:
            page = self._log.read(after, MAX_READ, types=types)
            after = page.scanned_through
            self._digest = next((event for event in reversed(page.events) if event.type == DIGEST), self._digest)
            streams = dict.fromkeys(event.stream for event in page.events)
            yield [stream.removeprefix(PREFIX) for stream in streams if stream.startswith(PREFIX)]

    def _parked(self, after: int) -> Iterator[list[str]]:
        """Yield whose facts were parked behind a cases position: an account that waits already has no event of it."""
        place = tuple[Value, ...]()
        while rows := self._log.select(PARKED, Where("position", ">", after), limit=BATCH, after=place):
            place = resume(PARKED, (), rows[-1])
            yield [*dict.fromkeys(str(row["seller"]) for row in rows)]

    def _rows(self, table: Table, sellers: Sequence[str]) -> dict[str, Row]:
        found = self._log.select(table, Where("seller", "in", sellers), limit=len(sellers))
        return {str(row["seller"]): row for row in found}

    def _row(self, account: Account) -> Row | None:
        """Return an account's row as it has to be, None where it has no event."""
        if not account.version:
            return None
        found: Sequence[Row] = ()
        if account.quarantine is not None:
            found = self._log.select(PARKED, Where("seller", "=", account.seller), limit=MAX_SELECT)
        waits = [position for row in found if isinstance(position := row["position"], int)]
        return put(due_row(account, self._timeline, waits)).row


def _told(event: Stored) -> StandingsDigestRecorded:
    return msgspec.json.decode(decode(event.state).data, type=StandingsDigestRecorded)


def _demand_last(outcome: Outcome) -> None:
    if isinstance(outcome, RowConflict) and outcome.table == REBUILDS.name:
        raise LogUnavailable("another rebuild has begun: this one ended, and has changed nothing")
