"""Claim: the ledger follows the decisions as fast as batches allow, with entries, read model and position in one.

Ours: the follower, page by page, from stored bytes to committed rows. Limit: the bare driver that has the same events
at hand, decodes them, sums points, and writes in the same batches the very rows that ours wrote. Peers: stock
`ProcessApplication` following stock decisions of the same sellers, and on PostgreSQL Emmett's consumer with a
projection into a table of points.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from benchmarks import batched, emmett, postgres, raw, raw_postgres, stock
from benchmarks.batched import Rows
from benchmarks.comparison import Comparison, Contender, Store
from benchmarks.decisions import Sample, fill, samples
from benchmarks.folding import fold, sums
from benchmarks.raw import EVENTS
from services.ledger.accounts import stream_of
from services.ledger.tables import ACCOUNTS, CASES, FOLLOWED, GROWN, TABLES
from shared.kit.feed_client import FeedPage
from shared.kit.log.instant import utc_now
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.postgres import Place

SIZE: Final = 4000
CHUNK: Final = 1000  # decisions of a transaction, where a peer's history is prepared
HEAD: Final = "log_head"
TRACKING: Final[Mapping[Store, str]] = {"sqlite": "tracking", "postgres": "notification_tracking"}


def replaced(store: Store) -> dict[str, Sequence[str]]:
    """Return the tables of which a batch writes rows anew, with their keys."""
    keys = {table.name: table.key for table in (ACCOUNTS, FOLLOWED, GROWN)}
    return {**keys, TRACKING[store]: ("application_name",), HEAD: ("only_row",)}


def ours_in_file(path: Path, pages: Sequence[FeedPage]) -> tuple[float, list[int]]:
    """Fold into a new file; return the seconds it took and the ledger's head after each page."""
    with closing(open_sqlite_log(path, utc_now, TABLES)) as log:
        return fold(log, pages)


def ours_in_schema(at: Place, pages: Sequence[FeedPage]) -> tuple[float, list[int]]:
    """Fold into a new schema; return the seconds it took and the ledger's head after each page."""
    with closing(open_postgres_log(at.dsn, at.schema, utc_now, TABLES)) as log:
        return fold(log, pages)


def batches(
    read: Callable[[str], list[raw.SqlRow]], pages: Sequence[FeedPage], heads: Sequence[int], store: Store
) -> list[Rows]:
    """Return what ours wrote, page by page: events, the rows of the accounts they touch, how far cases are followed
    and hashed.

    `read` returns the rows of a table, events in order of position.
    """
    accounts = {stream_of(row[0]): row for row in read(ACCOUNTS.name)}
    lasting = {table: read(table) for table in (FOLLOWED.name, GROWN.name, HEAD)}
    return batched.batches(
        read(EVENTS),
        heads,
        (ACCOUNTS.name, accounts),
        lambda number: {**lasting, TRACKING[store]: [(CASES, pages[number].scanned_through)]},
    )


def raw_in_file(path: Path, like: Path, pages: Sequence[FeedPage], written: Sequence[raw.Writes]) -> float:
    """Fold the pages with the bare driver into a new file; return the seconds it took."""
    with closing(raw.like(like, path)) as connection:
        points: dict[str, int] = {}
        start = perf_counter()
        for page, writes in zip(pages, written, strict=True):
            sums(points, page)
            raw.write(connection, writes)
        return perf_counter() - start


def raw_in_schema(pages: Sequence[FeedPage], written: Sequence[Rows]) -> float:
    """Fold the pages with the bare driver into a new schema: events by COPY; return the seconds it took."""
    with postgres.migrated(TABLES) as at, postgres.connect(at.schema) as connection:
        rewriting, points = batched.Rewriting(connection, at.schema, replaced("postgres")), dict[str, int]()
        start = perf_counter()
        for page, batch in zip(pages, written, strict=True):
            sums(points, page)
            rewriting.write(batch)
        return perf_counter() - start


def stock_decided(environment: Mapping[str, str], decided: Sequence[Sample]) -> stock.StockCases:
    """Return the peer's decisions, of these samples."""
    cases = stock.StockCases(environment)
    stock.demand_full(cases)
    for start in range(0, len(decided), CHUNK):
        cases.uphold_all((sample.seller, sample.case) for sample in decided[start : start + CHUNK])
    return cases


def stock_folds(environment: Mapping[str, str], decided: stock.StockCases, size: int) -> float:
    """Let the peer follow its decisions into a new ledger; return the seconds it took.

    Raises:
        RuntimeError: it did not fold all of them.
    """
    with closing(stock.StockLedger(environment)) as ledger:
        stock.demand_full(ledger)
        start = perf_counter()
        stock.follow(decided, ledger)
        took = perf_counter() - start
        if stock.position(ledger) != size:
            raise RuntimeError("the peer did not fold everything")
        return took


@contextmanager
def on_sqlite(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare one history twice; each round folds it whole into a new file."""
    with TemporaryDirectory() as folder, ExitStack() as running:
        home, number = Path(folder), iter(range(1_000_000))
        pages, model = fill(home / "cases.db", size), home / "model.db"
        _, heads = ours_in_file(model, pages)
        found = batches(lambda name: raw.table(model, name), pages, heads, "sqlite")
        rows = [batched.statements(batch, replaced("sqlite")) for batch in found]
        decided = running.enter_context(closing(stock_decided(stock.on_sqlite(home / "stock.db"), samples(size))))

        def new() -> Path:
            return home / f"{next(number)}.db"

        yield {
            "ours": lambda: size / ours_in_file(new(), pages)[0],
            "limit": lambda: size / raw_in_file(new(), model, pages, rows),
            "stock": lambda: size / stock_folds(stock.on_sqlite(new()), decided, size),
        }


@contextmanager
def on_postgres(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare one history three times; each round folds it whole into a new schema, Emmett into a new database."""
    with TemporaryDirectory() as folder, ExitStack() as running:
        pages = fill(Path(folder) / "cases.db", size)
        with postgres.migrated(TABLES) as at:
            _, heads = ours_in_schema(at, pages)
            rows = batches(lambda name: raw_postgres.table(at.schema, name), pages, heads, "postgres")
        decided = running.enter_context(
            closing(stock_decided(stock.on_postgres(running.enter_context(postgres.schema())), samples(size)))
        )

        def ours() -> float:
            with postgres.migrated(TABLES) as at:
                return size / ours_in_schema(at, pages)[0]

        def peer() -> float:
            with postgres.schema() as schema:
                return size / stock_folds(stock.on_postgres(schema), decided, size)

        contenders: dict[str, Contender] = {
            "ours": ours,
            "limit": lambda: size / raw_in_schema(pages, rows),
            "stock": peer,
        }
        node = emmett.started(running)
        if node is not None:
            history = running.enter_context(node.history(samples(size)))
            contenders["emmett"] = lambda: size / node.fold(history, size)
        yield contenders


COMPARISONS: Final = (
    Comparison("fold", "sqlite", "decisions/s", SIZE, on_sqlite, writes=True),
    Comparison("fold", "postgres", "decisions/s", SIZE, on_postgres, writes=True),
)
