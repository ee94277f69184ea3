"""The read model: one row per account, and in memory the rows read last, each with its standing ready to send.

A standing is rendered when it is first asked for, and is a cache with an end: it is answered only while the instant
asked about lies in [valid_from, valid_until), otherwise the answer is made from the facts again. What is stored says
nothing that a clock decides, so that a replay makes the same rows.
"""

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import msgspec

from services.ledger.domain.account import Account, course, next_lapse
from services.ledger.domain.standing import standing_in
from services.ledger.lru import Lru
from services.ledger.rendering import body_of, etag_of
from services.ledger.tables import ACCOUNTS, REBUILDS
from shared.kit.log.instant import to_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import Put, Row
from shared.rulebook.model import Timeline

FOREVER_US: Final = 2**62  # stands for "no end": later than any instant that can be written down


class AccountRow(msgspec.Struct, frozen=True):
    """One account as the read model holds it. `quarantined` is a cases position; then there is no standing to send.

    `version` 0 is an account without facts. What stands behind `next_lapse_us` is only in memory, once the standing
    was rendered; `valid_until_us` is exclusive.
    """

    seller: str
    version: int
    position: int
    quarantined: int | None
    parked: int
    next_lapse_us: int | None
    valid_from_us: int = 0
    valid_until_us: int = 0
    etag: str = ""
    body: bytes = b""

    def answers(self, now_us: int) -> bool:
        """Return whether `body` is the standing at this instant."""
        return self.valid_from_us <= now_us < self.valid_until_us


def row_of(account: Account, timeline: Timeline, position: int) -> AccountRow:
    """Return the row of an account that is not quarantined, `position` being that of its last fact in cases."""
    lapse = next_lapse(account, timeline)
    return AccountRow(account.seller, account.version, position, None, 0, None if lapse is None else to_us(lapse))


def rendered(row: AccountRow, account: Account, timeline: Timeline, at: datetime) -> AccountRow:
    """Return the row of an account that is not quarantined with its standing at `at`."""
    standing = standing_in(account.seller, course(account, timeline), at)
    body = body_of(standing, account.version)
    return msgspec.structs.replace(
        row,
        valid_from_us=0 if standing.valid_from is None else to_us(standing.valid_from),
        valid_until_us=FOREVER_US if standing.valid_until is None else to_us(standing.valid_until),
        etag=etag_of(body),
        body=body,
    )


def quarantined(account: Account, since: int, *, position: int, parked: int) -> AccountRow:
    """Return the row of an account that cannot answer: the fact at `since` could not be folded, `parked` facts wait."""
    return AccountRow(account.seller, account.version, position, since, parked, None)


def due_row(account: Account, timeline: Timeline, waits: Sequence[int]) -> AccountRow:
    """Return the row that an account with events has to have, `waits` being the cases positions of facts that wait."""
    position = max([*(fact.position for fact in account.facts), *waits], default=0)
    if account.quarantine is None:
        return row_of(account, timeline, position)
    return quarantined(account, account.quarantine.position, position=position, parked=len(waits))


def put(row: AccountRow) -> Put:
    """Return the change that writes this row."""
    return Put(
        ACCOUNTS,
        {
            "seller": row.seller,
            "version": row.version,
            "position": row.position,
            "quarantined": row.quarantined,
            "parked": row.parked,
            "next_lapse_us": row.next_lapse_us,
        },
    )


def _read(row: Row) -> AccountRow:
    return AccountRow(**row)  # type: ignore[arg-type]  # the table's typed columns are the fields, name by name


class Standings:
    """Reads account rows; those read last stay in memory for as long as the one writer does not replace them.

    `switched` is the number of the rebuild after which they were read.
    """

    def __init__(self, log: EventLog, capacity: int) -> None:
        self._log = log
        self._rows: Lru[str, AccountRow] = Lru(capacity)
        self._lock = threading.Lock()
        self._generation = 0
        self.switched = self._switched()

    def row(self, seller: str) -> AccountRow | None:
        """Return the row of an account as committed, or None: nothing was ever folded for it."""
        kept = self._rows.get(seller)
        if kept is not None:
            return kept
        generation = self._generation
        found = self._log.get(ACCOUNTS, seller)
        row = None if found is None else _read(found)
        if row is not None:
            self.keep(row, generation)
        return row

    @property
    def generation(self) -> int:
        """How often rows were replaced: what was read before the number rose may be old."""
        return self._generation

    def keep(self, row: AccountRow, generation: int) -> None:
        """Keep a row that was read or rendered anew at `generation`, unless rows were replaced since."""
        with self._lock:
            if generation == self._generation:
                self._rows.put(row.seller, row)

    def replace(self, rows: list[AccountRow]) -> None:
        """Take over rows that were committed just now."""
        with self._lock:
            self._generation += 1
            for row in rows:
                self._rows.put(row.seller, row)

    def evict(self, sellers: Iterable[str]) -> None:
        """Drop the rows of these accounts from memory: another process has written them."""
        with self._lock:
            self._generation += 1
            for seller in sellers:
                self._rows.drop(seller)

    def look(self) -> None:
        """Drop every row from memory where all were made anew since the last look; raises `LogUnavailable`."""
        switched = self._switched()
        if switched != self.switched:
            self.switched = switched
            self.forget()

    def _switched(self) -> int:
        row = self._log.get(REBUILDS, ACCOUNTS.name)
        number = None if row is None else row["switched"]
        return number if isinstance(number, int) else 0

    def forget(self) -> None:
        """Drop every row from memory: somebody else may have written."""
        with self._lock:
            self._generation += 1
            self._rows.clear()
