"""Makes the read model anew from our own log: every account row, and how far digests were made.

A row is a fold of its own account and depends on no other row. So rows are replaced one group after the other, in
place, beside live traffic if need be; whoever reads meanwhile gets the old row or the new one. No event comes of it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

import msgspec

from services.ledger import digests
from services.ledger.accounts import PREFIX, every_account, folded, stream_of
from services.ledger.domain.account import Account
from services.ledger.posting import Codec
from services.ledger.standings import AccountRow, put, quarantined, row_of
from services.ledger.tables import ACCOUNTS, CASES, FOLLOWED, PARKED
from shared.contracts.entries import DIGEST, StandingsDigestRecorded
from shared.kit.cloudevent import decode
from shared.kit.log.model import MAX_READ, Append, Appended, EventLog
from shared.kit.log.rows import MAX_SELECT, Put, Remove, Unless, Where
from shared.rulebook.digest import digest_of
from shared.rulebook.model import Timeline

BATCH: Final = 100  # accounts in one append: two guards each
ATTEMPTS: Final = 20  # of a group whose accounts are written to meanwhile


def rules_of(timeline: Timeline) -> str:
    """Return the digest of all that rows depend on beside the facts: versions, and when they hold."""
    return digest_of(timeline)


def rebuild(log: EventLog, codec: Codec, timeline: Timeline) -> int:
    """Bring all rows to the rules of `timeline`, if they are of others; return how many were made anew.

    To be called before anybody reads or writes rows. Interrupted, it starts again, by whatever rules come next.

    Raises:
        LogUnavailable: the log takes no writes now.
    """
    followed, rules = log.get(FOLLOWED, CASES), rules_of(timeline)
    if followed is None or followed["rules"] == rules:
        return 0
    # Until all are made they are of no rulebook: cut off here, whoever starts next makes them anew.
    log.append(Append(rows=lambda _: [Put(FOLLOWED, {**followed, "rules": ""})]))
    done = refill(log, codec, timeline)
    log.append(Append(rows=lambda _: [Put(FOLLOWED, {**followed, "rules": rules})]))
    return done


def refill(
    log: EventLog, codec: Codec, timeline: Timeline, told: Callable[[Sequence[str]], object] = lambda _: None
) -> int:
    """Make every row anew, whatever stands there, and remove those of no account; return how many were made.

    Anybody may write to the log meanwhile: what was folded by then is in the rows. Interrupted, it may be begun again.
    `told` hears of the accounts of each group once their rows are replaced or removed; what it raises ends the work.

    Raises:
        LogUnavailable: the log takes no writes now, or some account never rests.
    """
    done, known = 0, _Known(log, codec, timeline)
    for sellers in _with_events(log):
        known.renew(sellers)
        done += len(sellers)
        told(sellers)
    for sellers in every_account(log, BATCH):
        alone = [seller for seller, account in known.accounts(sellers).items() if not account.version]
        log.append(Append(rows=lambda _, alone=alone: [Remove(ACCOUNTS, (seller,)) for seller in alone]))  # type: ignore[misc]  # bound in this turn
        told(alone)
    last = _last_digest(log)
    if last is not None:
        log.append(Append(rows=lambda _: [digests.put(last)]))
    return done


class _Known:
    """Rows as the log has them."""

    def __init__(self, log: EventLog, codec: Codec, timeline: Timeline) -> None:
        self._log, self._codec, self._timeline = log, codec, timeline

    def accounts(self, sellers: Sequence[str]) -> dict[str, Account]:
        """Return accounts as the log makes them now."""
        return folded(sellers, self._log.stream(*map(stream_of, sellers)), self._codec)

    def renew(self, sellers: Sequence[str]) -> None:
        """Replace the rows of some accounts.

        A row that is ahead of what was folded here is newer, or damaged: what was folded is put in its place then, and
        looked at again, until nothing is ahead of it.
        """
        for _ in range(ATTEMPTS):
            rows = [self._row(account) for account in self.accounts(sellers).values()]
            changes = [put(row) for row in rows]
            ahead = [guard for row in rows for guard in _ahead(row)]
            outcome = self._log.append(Append(rows=lambda _, c=changes: c, unless=ahead))  # type: ignore[misc]  # as above
            if isinstance(outcome, Appended):
                return
            self._log.append(Append(rows=lambda _, c=changes: c))  # type: ignore[misc]  # as above

    def _row(self, account: Account) -> AccountRow:
        facts = [fact.position for fact in account.facts]
        if account.quarantine is None:
            return row_of(account, self._timeline, max(facts, default=0))
        found = self._log.select(PARKED, Where("seller", "=", account.seller), order=("position",), limit=MAX_SELECT)
        waits = [position for row in found if isinstance(position := row["position"], int)]
        since = account.quarantine.position
        return quarantined(account, since, position=max([*facts, *waits], default=0), parked=len(waits))


def _ahead(row: AccountRow) -> Iterator[Unless]:
    own = Where("seller", "=", row.seller)
    yield Unless(ACCOUNTS, (own, Where("version", ">", row.version)))
    yield Unless(ACCOUNTS, (own, Where("position", ">", row.position)))


def _with_events(log: EventLog) -> Iterator[list[str]]:
    """Yield the accounts in the order in which they came, so many at once."""
    after, group = 0, list[str]()
    while (page := log.read(after, MAX_READ)).events:
        after = page.scanned_through
        first = [one.stream for one in page.events if one.stream_version == 1 and one.stream.startswith(PREFIX)]
        for stream in first:
            group.append(stream.removeprefix(PREFIX))
            if len(group) == BATCH:
                yield group
                group = []
    if group:
        yield group


def _last_digest(log: EventLog) -> StandingsDigestRecorded | None:
    after, last = 0, None
    while (page := log.read(after, MAX_READ, types=[DIGEST])).events:
        after, last = page.scanned_through, page.events[-1]
    return None if last is None else msgspec.json.decode(decode(last.state).data, type=StandingsDigestRecorded)
