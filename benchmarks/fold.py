"""Claim: the ledger follows the decisions as fast as batches allow, with entries, read model and position in one.

Ours: the follower, page by page, from stored bytes to committed rows. Limit: the bare driver that reads the same
events, decodes them, sums points, and writes in the same batches the very rows that ours wrote. Peer: stock
`ProcessApplication`, following stock decisions of the same sellers.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

import msgspec

from benchmarks import raw, stock
from benchmarks.decisions import fill, samples
from benchmarks.harness import Contender
from services.ledger.application import Ledger
from services.ledger.follower import Follower
from services.ledger.progress import Progress
from services.ledger.publication import Publication
from services.ledger.standings import Standings
from services.ledger.tables import ACCOUNTS, FOLLOWED, TABLES
from shared.contracts.decisions import ORDINARY_UPHELD, ViolationUpheld
from shared.kit import cloudevent
from shared.kit.feed_client import FeedPage
from shared.kit.log.instant import utc_now
from shared.kit.log.sqlite import open_sqlite_log
from shared.rulebook.loader import shipped

ROW: Final = "fold"
STORE: Final = "sqlite"
UNIT: Final = "decisions/s"
SIZE: Final = 4000
TIMELINE: Final = shipped("seed")  # once in a process, as in a service

_decoder: Final = msgspec.json.Decoder(ViolationUpheld)


class NoFeed:
    """Pages are handed to `step`; nothing is fetched."""

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Refuse.

        Raises:
            LookupError: always.
        """
        raise LookupError(f"no page after {after} (limit {limit}, wait {wait_s})")


def fold(path: Path, pages: Sequence[FeedPage]) -> tuple[float, list[int]]:
    """Fold the pages into a new ledger; return the seconds it took and the ledger's head after each page."""
    with closing(open_sqlite_log(path, utc_now, TABLES)) as log:
        progress = Progress()
        codec = Publication(TIMELINE)
        ledger = Ledger(log, codec, TIMELINE, Standings(log, 50_000), progress)
        follower = Follower(ledger, progress, codec, NoFeed())
        heads = []
        start = perf_counter()
        for page in pages:
            if not follower.step(page):
                raise RuntimeError("another writer was there")
            heads.append(progress.now.ledger_position)
        return perf_counter() - start, heads


def batches(path: Path, heads: Sequence[int]) -> list[raw.Writes]:
    """Return what ours wrote, page by page: its events, the rows of the accounts they touch, position and head."""
    accounts = {row[0]: row for row in raw.table(path, ACCOUNTS.name)}
    singles = [(name, raw.table(path, name)) for name in (FOLLOWED.name, "tracking", "log_head")]
    written: list[raw.Writes] = []
    for before, head in zip([0, *heads], heads, strict=False):
        events = raw.read(path, "SELECT * FROM stored_events WHERE rowid > ? AND rowid <= ?", before, head)
        subjects = raw.read(
            path, "SELECT DISTINCT subject FROM stored_events WHERE rowid > ? AND rowid <= ?", before, head
        )
        touched = [accounts[seller] for (seller,) in subjects]
        written.append(
            [
                (raw.insert("stored_events", len(events[0])), events),
                (raw.insert(ACCOUNTS.name, len(touched[0]), replace=True), touched),
                *((raw.insert(name, len(rows[0]), replace=True), rows) for name, rows in singles),
            ]
        )
    return written


def fold_raw(path: Path, like: Path, pages: Sequence[FeedPage], written: Sequence[raw.Writes]) -> float:
    """Fold the pages with the bare driver into a new file; return the seconds it took."""
    with closing(raw.like(like, path)) as connection:
        points: dict[str, int] = {}
        start = perf_counter()
        for page, writes in zip(pages, written, strict=True):
            for state in page.events:
                envelope = cloudevent.decode(state)
                if envelope.type == ORDINARY_UPHELD:
                    upheld = _decoder.decode(envelope.data)
                    points[envelope.subject] = points.get(envelope.subject, 0) + upheld.points
            raw.write(connection, writes)
        return perf_counter() - start


@contextmanager
def contenders(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare one history three times; each round folds it whole into a new file."""
    with TemporaryDirectory() as folder:
        home, number = Path(folder), iter(range(1_000_000))
        pages = fill(home / "cases.db", size)
        _, heads = fold(home / "model.db", pages)
        written = batches(home / "model.db", heads)
        with closing(stock.StockCases(stock.environment(home / "stock-cases.db"))) as decided:
            stock.demand_full(decided)
            for sample in samples(size):
                decided.uphold(sample.seller, sample.case)

            def peer() -> float:
                with closing(stock.StockLedger(stock.environment(home / f"stock-{next(number)}.db"))) as ledger:
                    stock.demand_full(ledger)
                    start = perf_counter()
                    stock.follow(decided, ledger)
                    took = perf_counter() - start
                    if stock.position(ledger) != size:
                        raise RuntimeError("the peer did not fold everything")
                    return size / took

            yield {
                "ours": lambda: size / fold(home / f"ours-{next(number)}.db", pages)[0],
                "limit": lambda: size / fold_raw(home / f"raw-{next(number)}.db", home / "model.db", pages, written),
                "stock": peer,
            }
