"""Claim: many callers at once share the wait for the disk, so that together they pass what one row at a time can do.

Ours: 64 callers of the cases service's log, each waiting for its own decision to be durable before it brings the next.
Limit: the bare driver writing one row, the event with its bytes, in each transaction: over 8 connections on PostgreSQL,
over one on SQLite, which has one writer. It writes less than ours on purpose: it knows no queue, no key and no tree.
Peers: as in `single_append`, from as many callers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Engine

from benchmarks import crud, emmett, postgres, raw, raw_postgres, stock
from benchmarks.appending import append
from benchmarks.callers import together
from benchmarks.comparison import Comparison, Contender
from benchmarks.decisions import Sample, samples
from benchmarks.raw import EVENTS
from services.cases.tables import TABLES
from shared.kit.log.grouping import GroupCommit
from shared.kit.log.instant import utc_now
from shared.kit.log.model import EventLog
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.postgres import Place

SIZE: Final = 6400
CALLERS: Final = 64
CONNECTIONS: Final = 8


def ours(opened: AbstractContextManager[EventLog], decided: Sequence[Sample]) -> float:
    """Append from all callers; return the seconds it took."""
    with opened as log:

        def bring(sample: Sample) -> None:
            append(log, sample)

        return together(CALLERS, decided, lambda: bring)


@contextmanager
def in_file(path: Path) -> Iterator[EventLog]:
    """Open a log of ours in a new file."""
    with closing(GroupCommit(open_sqlite_log(path, utc_now, TABLES))) as log:
        yield log


@contextmanager
def in_schema() -> Iterator[EventLog]:
    """Open a log of ours in a new schema."""
    with postgres.migrated(TABLES) as at, closing(opened(at)) as log:
        yield log


def opened(at: Place) -> EventLog:
    """Open the log of ours in a schema."""
    return GroupCommit(open_postgres_log(at.dsn, at.schema, utc_now, TABLES))


def raw_in_file(path: Path, like: Path, events: Sequence[raw.SqlRow]) -> float:
    """Write each event in a transaction of its own; return the seconds it took."""
    statement = raw.insert(EVENTS, len(events[0]))
    with closing(raw.like(like, path)) as connection:
        start = perf_counter()
        for event in events:
            connection.execute(statement, event)
        return perf_counter() - start


def raw_in_schema(events: Sequence[raw.SqlRow]) -> float:
    """Write each event in a transaction of its own, over several connections; return the seconds it took."""
    statement = raw_postgres.insert(EVENTS, len(events[0]))
    with ExitStack() as running:
        at = running.enter_context(postgres.migrated(TABLES))

        def write() -> Callable[[raw.SqlRow], object]:
            connection = running.enter_context(postgres.connect(at.schema))
            return lambda event: connection.execute(statement, event, prepare=True)

        return together(CONNECTIONS, events, write)


def stock_saves(environment: Mapping[str, str], decided: Sequence[Sample]) -> float:
    """Save each decision as a stock aggregate, from all callers; return the seconds it took."""
    with closing(stock.StockCases(environment)) as cases:
        stock.demand_full(cases)

        def bring(sample: Sample) -> None:
            cases.uphold(sample.seller, sample.case)

        return together(CALLERS, decided, lambda: bring)


def crud_adds(engine: Engine, decided: Sequence[Sample]) -> float:
    """Add each decision as a row, from all callers; return the seconds it took."""
    told = [(sample, sample.details()) for sample in decided]
    with crud.made(engine):

        def bring(one: tuple[Sample, str]) -> None:
            crud.add(engine, *one)

        return together(CALLERS, told, lambda: bring)


def _in(at: AbstractContextManager[Any], work: Callable[[Any], float]) -> float:
    with at as place:
        return work(place)


@contextmanager
def on_sqlite(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the decisions; each round writes all of them into a new file."""
    with TemporaryDirectory() as folder:
        home, number, decided = Path(folder), iter(range(1_000_000)), samples(size)
        model = home / "model.db"
        ours(in_file(model), decided)
        events = raw.table(model, EVENTS)

        def new() -> Path:
            return home / f"{next(number)}.db"

        yield {
            "ours": lambda: size / ours(in_file(new()), decided),
            "limit": lambda: size / raw_in_file(new(), model, events),
            "stock": lambda: size / stock_saves(stock.on_sqlite(new()), decided),
            "crud": lambda: size / crud_adds(crud.sqlite(new()), decided),
        }


@contextmanager
def on_postgres(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the decisions; each round writes all of them into a new schema, Emmett's into a new database."""
    decided = samples(size)
    with ExitStack() as running:
        with postgres.migrated(TABLES) as model:
            ours(closing(opened(model)), decided)
            events = raw_postgres.read(model.schema, f"SELECT * FROM {EVENTS}")
        contenders: dict[str, Contender] = {
            "ours": lambda: size / ours(in_schema(), decided),
            "limit": lambda: size / raw_in_schema(events),
            "stock": lambda: size / _in(postgres.schema(), lambda at: stock_saves(stock.on_postgres(at), decided)),
            "crud": lambda: (
                size / _in(postgres.schema(), lambda at: crud_adds(crud.postgres(postgres.url(), at), decided))
            ),
        }
        node = emmett.started(running)
        if node is not None:
            contenders["emmett"] = lambda: size / node.append(decided, CALLERS)
        yield contenders


ALONE: Final = frozenset({"limit", "stock", "crud"})  # on SQLite only ours can share a sync; on PostgreSQL anybody may
COMPARISONS: Final = (
    Comparison("concurrent_append", "sqlite", "decisions/s", SIZE, on_sqlite, writes=True, durable=ALONE),
    Comparison("concurrent_append", "postgres", "decisions/s", SIZE, on_postgres, writes=True),
)
