"""The one writer of the ledger: facts, lapses and releases become events, rows and progress, one append each."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from services.ledger import waiting
from services.ledger.accounts import Accounts
from services.ledger.casefacts import CaseFact, FollowerAlarm
from services.ledger.casestree import frontier_at, grown
from services.ledger.digests import Digests
from services.ledger.digests import put as put_digest
from services.ledger.domain.errors import account_not_quarantined
from services.ledger.posting import Codec, Failed, Posting
from services.ledger.progress import Folded, Progress
from services.ledger.rebuilding import rules_of
from services.ledger.standings import AccountRow, Standings, put, quarantined, row_of
from services.ledger.tables import ACCOUNTS, CASES, FOLLOWED, PARKED, REBUILDS
from shared.contracts.entries import DIGEST_ENTRIES
from shared.kit.cloudevent import Draft
from shared.kit.decider import Refusal
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.merkle import Frontier
from shared.kit.log.model import Append, Appended, EventLog, LogUnavailable, Stamp, Tracking
from shared.kit.log.rows import Put, Remove, RowChange, Unless, Value, Where, resume
from shared.rulebook.model import Timeline

MAX_PARKED: Final = 1000  # facts that wait for one account
LAPSE_BATCH: Final = 200  # accounts in one append of lapses


@dataclass(frozen=True, slots=True)
class Reached:
    """Where a page of the cases log ends: position and recorded time of its last event, the log's name, its frontier.

    The frontier is None where it is not known what came before.
    """

    position: int
    recorded_at: datetime
    source: str
    frontier: Frontier | None


@dataclass(frozen=True, slots=True)
class Released:
    """An account answers again: `folded` facts that waited since cases `position` count now.

    `events` are what the ledger's log says of it: each with its stamp, in order.
    """

    seller: str
    position: int
    folded: int
    events: tuple[tuple[Draft, Stamp], ...]


class Ledger:
    """Writes to one log. Calls block, and take turns; what they write is told to `standings` and `progress`."""

    def __init__(
        self,
        log: EventLog,
        codec: Codec,
        timeline: Timeline,
        standings: Standings,
        progress: Progress,
        *,
        accounts: int = 50_000,
        entries: int = DIGEST_ENTRIES,
    ) -> None:
        self._log, self._codec, self._timeline = log, codec, timeline
        self._standings, self._progress = standings, progress
        self._accounts = Accounts(log, codec, accounts)
        self._digests = Digests(log, codec, timeline, self._accounts, entries)
        self._rules = rules_of(timeline)
        self._source: str | None = None
        self.frontier: Frontier | None = None  # of the cases log's tree, as far as it is folded; None: not worked out
        self.digests_due = False  # whether, when last looked, one was: then another one may be
        self._lock = threading.Lock()
        self.refresh()

    @property
    def source(self) -> str | None:
        """The name of the cases log that was met first, None before."""
        return self._source

    def refresh(self) -> None:
        """Forget what is in memory and read again how far the log says that the cases were folded.

        Raises:
            LogUnavailable: the log cannot say.
        """
        with self._lock:
            self._forget()
            self._standings.look()
            position, row = self._log.tracked(CASES), self._log.get(FOLLOWED, CASES)
            recorded_us = None if row is None else row["recorded_us"]
            self._source = None if row is None else str(row["source"])
            self.frontier = frontier_at(self._log, position)
            recorded_at = from_us(recorded_us) if isinstance(recorded_us, int) else None
            self._progress.tell(Folded(position, recorded_at, self._log.head().position))

    def look(self) -> None:
        """Forget what is in memory where all rows were made anew since; raises `LogUnavailable`, as for `fold`."""
        with self._lock:
            before = self._standings.switched
            self._standings.look()
            if self._standings.switched != before:
                self._digests.forget()

    @contextmanager
    def resting(self) -> Iterator[None]:
        """Hold back whatever this process would write."""
        with self._lock:
            yield

    def fold(self, facts: Sequence[CaseFact], reached: Reached) -> bool:
        """Fold facts, in order of cases position, and come to `reached`; return False, and write nothing, where
        another writer was there first: then `refresh`.

        Raises:
            FollowerAlarm: more facts wait for one account than may.
            LogUnavailable: whether it was written is not known: `refresh`.
        """
        with self._lock:
            posting = self._posting({fact.seller for fact in facts})
            for fact in facts:
                posting.take(fact)
            rows = self._rows(posting)
            changes: list[RowChange] = [*map(put, rows), *map(waiting.put, posting.parked), *self._followed(reached)]
            stamps = self._commit(posting, rows, changes, Tracking(CASES, reached.position))
            if stamps is None:
                return False
            self._source, self.frontier = reached.source, reached.frontier
            self._progress.tell(Folded(reached.position, reached.recorded_at, self._head(stamps)))
            return True

    def keep(self, *rows: Put) -> None:
        """Write rows about the cases log that come of no fact; raises `LogUnavailable`, as for `fold`."""
        with self._lock:
            self._append(Append(rows=lambda _: rows))

    def lapse(self, through: datetime) -> bool:
        """Record every change that time alone makes to any account, due ≤ `through`; return False on a conflict.

        Nothing recorded at or before `through` may come from the cases log any more.

        Raises:
            LogUnavailable: as for `fold`.
        """
        order, after = ("next_lapse_us",), tuple[Value, ...]()
        due = Where("next_lapse_us", "<=", to_us(through))
        while True:
            with self._lock:
                found = self._log.select(ACCOUNTS, due, order=order, limit=LAPSE_BATCH, after=after)
                if found and not self._lapse([str(row["seller"]) for row in found], through):
                    return False
            if len(found) < LAPSE_BATCH:
                return True
            after = resume(ACCOUNTS, order, found[-1])

    def digest(self) -> bool:
        """Record the next digest of standings, if all its entries are there; return False on a conflict.

        Raises:
            LogUnavailable: as for `fold`.
        """
        with self._lock:
            digest = self._digests.due(self._progress.now.ledger_position)
            self.digests_due = digest is not None
            if digest is None:
                return True
            change = put_digest(digest)
            drafts = [self._codec.digest(digest)]
            stamps = self._append(Append(events=drafts, rows=lambda _: [change], unless=self._made_anew()))
            if stamps is None:
                return False
            self._digests.recorded(digest)
            self._progress.tell(replace(self._progress.now, ledger_position=self._head(stamps)))
            return True

    def release(self, seller: str, actor: str) -> Released | Failed | Refusal:
        """Fold what waits for a quarantined account, all of it or nothing, and let it answer again.

        Returns what could not be folded even now, or why nothing was tried.

        Raises:
            LogUnavailable: as for `fold`.
        """
        with self._lock:
            where = Where("seller", "=", seller)
            rows = self._log.select(PARKED, where, order=("position",), limit=MAX_PARKED)
            posting = self._posting({seller})
            quarantine = posting.accounts[seller].quarantine
            if quarantine is None:
                return account_not_quarantined()
            standing = self._standings.row(seller)
            if damaged := waiting.damaged(rows, 0 if standing is None else standing.parked):
                return damaged
            try:
                facts = [self._codec.parked(state) for row in rows if isinstance(state := row["state"], bytes)]
            except FollowerAlarm as alarm:
                return Refusal(alarm.code, alarm.detail, {"position": alarm.position})
            failed = posting.release(seller, facts, actor)
            if failed is not None:
                return failed
            made = self._rows(posting)
            changes: list[RowChange] = [
                *map(put, made),
                *(Remove(PARKED, (seller, row["position"])) for row in rows),
            ]
            stamps = self._commit(posting, made, changes, None)
            if stamps is None:
                return Refusal("released_meanwhile", "nobody else writes to the account meanwhile")
            self._progress.tell(replace(self._progress.now, ledger_position=self._head(stamps)))
            events = tuple(zip(posting.drafts, stamps, strict=True))
            return Released(seller, quarantine.position, len(facts), events)

    def _posting(self, sellers: Iterable[str]) -> Posting:
        return Posting(self._accounts.load(sellers), self._timeline, self._codec)

    def _lapse(self, sellers: Sequence[str], through: datetime) -> bool:
        posting = self._posting(sellers)
        for seller in sellers:
            posting.lapse(seller, through)
            posting.touched.setdefault(seller, 0)
        rows = self._rows(posting)
        stamps = self._commit(posting, rows, list(map(put, rows)), None)
        if stamps is not None:
            self._progress.tell(replace(self._progress.now, ledger_position=self._head(stamps)))
        return stamps is not None

    def _rows(self, posting: Posting) -> list[AccountRow]:
        """Return the rows of the accounts touched; where no fact touched one, its position stays as it was."""
        waiting: dict[str, int] = {}
        for fact in posting.parked:
            waiting[fact.seller] = waiting.get(fact.seller, 0) + 1
        rows = []
        for seller, position in posting.touched.items():
            account = posting.accounts[seller]
            before = self._standings.row(seller) if seller in waiting or not position else None
            last = position or (0 if before is None else before.position)
            if account.quarantine is None:
                rows.append(row_of(account, self._timeline, last))
                continue
            parked = waiting.get(seller, 0) + (0 if before is None else before.parked)
            if parked > MAX_PARKED:
                raise FollowerAlarm("too_many_wait", last, f"more than {MAX_PARKED} facts wait for one account")
            rows.append(quarantined(account, account.quarantine.position, position=last, parked=parked))
        return rows

    def _followed(self, reached: Reached) -> list[Put]:
        recorded_us = to_us(reached.recorded_at)
        row = Put(FOLLOWED, {"name": CASES, "source": reached.source, "recorded_us": recorded_us, "rules": self._rules})
        return [row] if reached.frontier is None else [row, grown(reached.position, reached.frontier)]

    def _commit(
        self, posting: Posting, rows: list[AccountRow], changes: Sequence[RowChange], tracking: Tracking | None
    ) -> tuple[Stamp, ...] | None:
        """Append; return the stamps of the events, or None on a conflict, with nothing written."""
        unless = self._made_anew()
        stamps = self._append(Append(posting.drafts, lambda _: changes, tracking=tracking, unless=unless))
        if stamps is not None:
            self._accounts.keep({seller: posting.accounts[seller] for seller in posting.touched})
            self._standings.replace(rows)
        return stamps

    def _made_anew(self) -> list[Unless]:
        """Return the guard that no rebuild has switched rows since those in memory were read."""
        return [Unless(REBUILDS, (Where("switched", ">", self._standings.switched),))]

    def _append(self, append: Append) -> tuple[Stamp, ...] | None:
        """Append; return the stamps of the events, or None on a conflict, with nothing written."""
        try:
            outcome = self._log.append(append)
        except LogUnavailable:
            self._forget()
            raise
        if not isinstance(outcome, Appended):
            self._forget()
            return None
        return outcome.stamps

    def _head(self, stamps: Sequence[Stamp]) -> int:
        """The head of our own log behind what got these stamps."""
        return stamps[-1].position if stamps else self._progress.now.ledger_position

    def _forget(self) -> None:
        self._digests.forget()
        self._accounts.forget()
        self._standings.forget()
