"""The second pass: account by account, folded again by workers and compared with what the ledger tells and shows."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final

from services.ledger.replay.answers import QUARANTINED, Clocks
from services.ledger.replay.batch import Came, Rules, fold_batch
from services.ledger.replay.differences import Difference
from services.ledger.replay.live import LiveLedger
from services.ledger.replay.logscan import Step
from services.ledger.replay.progress import Folded, Moment
from services.ledger.replay.rows import SellerRows
from services.ledger.replay.sources import Source
from services.ledger.replay.spool import Account, Spool
from services.ledger.replay.workers import Workers
from services.ledger.tables import ACCOUNTS, CASES, PARKED
from shared.kit.log.rows import Row
from shared.kit.verifying.findings import shown

BATCH_ACCOUNTS: Final = 500
BATCH_EVENTS: Final = 5000


class AccountFold:
    """Folds the accounts in a spool. Where `rows`, each is compared with its row in the ledger's read model; where a
    `live` ledger is given, with what that answers at the clocks given with it.
    """

    def __init__(
        self,
        spool: Spool,
        rules: Rules,
        through: int,
        moment: Moment,
        ledger: Source,
        *,
        rows: bool,
        live: tuple[LiveLedger, Clocks] | None,
    ) -> None:
        self._spool, self._rules, self._through, self._ledger, self._rows = spool, rules, through, ledger, rows
        self._moment = moment
        self._live: LiveLedger | None = None if live is None else live[0]
        self._clocks: Clocks | None = None if live is None else live[1]

    def run(self, workers: Workers, total: int, step: Step) -> Folded:
        """Fold what is not folded yet; return the counts of all. `total` is how many events there are to compare."""
        folded = self._spool.progress("accounts", Folded) or Folded()
        if folded.done:
            return folded
        rows, parked = (
            SellerRows(self._ledger.rows(table) if self._rows else (), folded.last) for table in (ACCOUNTS, PARKED)
        )
        batches = _batches(self._spool.accounts(folded.last))
        for batch in workers.map(fold_batch, ((batch, self._rules, self._through, self._clocks) for batch in batches)):
            differences: list[Difference] = []
            for came in batch:
                differences += self._settle(folded, came, rows)
                differences += self._waits(came, parked)
            differences += self._answers(folded, [came for came in batch if came.difference is None])
            lines = [(line.window, came.seller, line.hash) for came in batch for line in came.lines]
            self._keep(folded, differences, lines)
            step("accounts", folded.events, total)
        folded.done = True
        self._keep(folded, [*self._strange(rows.rest(), _alone), *self._strange(parked.rest(), _waits_alone)], [])
        return folded

    def _keep(self, folded: Folded, differences: Iterable[Difference], lines: Sequence[tuple[Any, ...]]) -> None:
        told = [self._spool.differ(one) for one in differences]
        self._spool.keep("accounts", folded, lines=lines, differences=told)

    def _settle(self, folded: Folded, came: Came, rows: SellerRows) -> Iterator[Difference]:
        """Count an account and yield in what it differs: in its telling, or else in its row."""
        folded.last, folded.accounts = came.seller, folded.accounts + 1
        folded.facts, folded.events = folded.facts + came.facts, folded.events + came.version
        folded.waiting, folded.unfolded = folded.waiting + came.parked, folded.unfolded + came.unfolded
        folded.quarantined += came.quarantined is not None
        before, own = rows.of(came.seller)
        row = own[0] if own else None
        yield from self._strange(before, _alone)
        if came.difference is not None:
            yield came.difference
        elif self._rows and (came.version or row is not None):
            folded.rows += 1
            yield from self._row(came, row)

    def _answers(self, folded: Folded, came: Sequence[Came]) -> Iterator[Difference]:
        """Yield which of some accounts the running ledger answers otherwise."""
        if self._live is None or self._clocks is None or not came:
            return
        answers = self._live.standings([one.seller for one in came], self._clocks)
        for one, answer in zip(came, answers, strict=True):
            folded.standings += 1
            due: object = QUARANTINED if one.standing is None else one.standing
            if answer != due:
                detail = f"the ledger would have to answer {shown(due, 400)}, it says {shown(answer, 400)}"
                yield Difference(one.position, 0, one.seller, "standing", detail)

    def _row(self, came: Came, row: Row | None) -> Iterator[Difference]:
        version, position = (None, None) if row is None else (row["version"], row["position"])
        newer = isinstance(version, int) and version > came.version
        if (newer or (isinstance(position, int) and position > self._through)) and self._goes_on():
            return
        expected = {name: getattr(came, name) for name in ACCOUNTS.columns}
        for name, value in expected.items():
            has = None if row is None else row[name]
            if has != value:
                detail = f"the account's row would have to have {name} {value}, it has {shown(has)}"
                yield Difference(came.position, 0, came.seller, "row", detail)
                return

    def _strange(self, rows: Iterable[Row], told: Callable[[Row], Difference]) -> Iterator[Difference]:
        """Yield what is told of rows that no log tells of; those of later accounts are left to a later replay."""
        for row in rows:
            position = row["position"]
            if not (isinstance(position, int) and position > self._through and self._goes_on()):
                yield told(row)

    def _goes_on(self) -> bool:
        """Whether the ledger has told or followed more since the moment of this replay."""
        return self._ledger.head() > self._moment.ledger.total or (self._ledger.tracked(CASES) or 0) > (
            self._moment.tracked or 0
        )

    def _waits(self, came: Came, parked: SellerRows) -> Iterator[Difference]:
        """Yield where facts do not wait as they came: nothing else that the ledger keeps tells of their bytes."""
        before, own = parked.of(came.seller)
        yield from self._strange(before, _waits_alone)
        if not self._rows or came.difference is not None:
            return
        kept = {row["position"]: row["state"] for row in own}
        for position, state in came.waits:
            if kept.pop(position, None) != state and not self._goes_on():
                detail = "the fact would have to wait as it came from the cases log"
                yield Difference(position, 0, came.seller, "waiting", detail)
                return
        if any(not isinstance(position, int) or position <= self._through for position in kept):
            yield _waits_alone(own[0])


def _waits_alone(row: Row) -> Difference:
    detail = f"a row says that the fact at {shown(row['position'])} waits; it does not"
    return Difference(0, 0, str(row["seller"]), "waiting", detail)


def _alone(row: Row) -> Difference:
    return Difference(0, 0, str(row["seller"]), "row", "the account has a row, and no log tells of it")


def _batches(accounts: Iterable[Account]) -> Iterator[list[Account]]:
    batch: list[Account] = []
    events = 0
    for account in accounts:
        batch.append(account)
        events += len(account.facts) + len(account.told)
        if len(batch) == BATCH_ACCOUNTS or events >= BATCH_EVENTS:
            yield batch
            batch, events = [], 0
    if batch:
        yield batch
