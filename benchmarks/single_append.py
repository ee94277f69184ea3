"""Claim: one decision after the other is durable nearly as fast as the bare driver can make its rows durable.

Ours: a decision is encoded and appended with its work-queue row and its idempotency key; leaf and tree with it.
Limit: the bare driver writing those very rows, one durable transaction each; on PostgreSQL in one round trip.
Peers: a stock aggregate saved, a row of a penalties table, an event of Emmett's on PostgreSQL.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from sqlalchemy import Engine

from benchmarks import crud, emmett, postgres, raw, raw_postgres, stock, written
from benchmarks.appending import append
from benchmarks.comparison import Comparison, Contender
from benchmarks.decisions import Sample, samples
from benchmarks.raw import EVENTS
from services.cases.tables import CASES, TABLES
from shared.kit.log.instant import utc_now
from shared.kit.log.model import EventLog
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.sqlite import open_sqlite_log

SIZE: Final = 2000


def one_by_one(log: EventLog, decided: Sequence[Sample]) -> float:
    """Append each decision by itself; return the seconds it took."""
    start = perf_counter()
    for sample in decided:
        append(log, sample)
    return perf_counter() - start


def ours_in_file(path: Path, decided: Sequence[Sample]) -> float:
    """Append to a new file; return the seconds it took."""
    with closing(open_sqlite_log(path, utc_now, TABLES)) as log:
        return one_by_one(log, decided)


def ours_in_schema(decided: Sequence[Sample]) -> float:
    """Append to a new schema; return the seconds it took."""
    with (
        postgres.migrated(TABLES) as at,
        closing(open_postgres_log(at.dsn, at.schema, utc_now, TABLES)) as log,
    ):
        return one_by_one(log, decided)


def raw_in_file(path: Path, like: Path, decided: Sequence[raw.Writes]) -> float:
    """Write each decision's rows by themselves into a new file with the bare driver; return the seconds it took."""
    with closing(raw.like(like, path)) as connection:
        connection.execute(raw.insert("log_head", 5), (1, 0, 0, 0, b""))
        start = perf_counter()
        for writes in decided:
            raw.write(connection, writes)
        return perf_counter() - start


def raw_in_schema(decided: Sequence[Sequence[raw.SqlRow]]) -> float:
    """Write each decision's rows by themselves into a new schema with the bare driver; return the seconds it took."""
    with postgres.migrated(TABLES) as at, postgres.connect(at.schema) as connection:
        names = (EVENTS, CASES.name, written.KEYS)
        statement = raw_postgres.together([(name, len(row)) for name, row in zip(names, decided[0], strict=False)])
        values = [[value for row in rows for value in row] for rows in decided]
        start = perf_counter()
        for given in values:
            connection.execute(statement, given, prepare=True)
        return perf_counter() - start


def stock_saves(environment: Mapping[str, str], decided: Sequence[Sample]) -> float:
    """Save each decision as a stock aggregate; return the seconds it took."""
    with closing(stock.StockCases(environment)) as cases:
        stock.demand_full(cases)
        start = perf_counter()
        for sample in decided:
            cases.uphold(sample.seller, sample.case)
        return perf_counter() - start


def stock_in_schema(decided: Sequence[Sample]) -> float:
    """Save in a new schema; return the seconds it took."""
    with postgres.schema() as schema:
        return stock_saves(stock.on_postgres(schema), decided)


def crud_adds(engine: Engine, decided: Sequence[Sample]) -> float:
    """Add each decision as a row; return the seconds it took."""
    details = [sample.details() for sample in decided]
    with crud.made(engine):
        start = perf_counter()
        for sample, told in zip(decided, details, strict=True):
            crud.add(engine, sample, told)
        return perf_counter() - start


def crud_in_schema(decided: Sequence[Sample]) -> float:
    """Add to a new schema; return the seconds it took."""
    with postgres.schema() as schema:
        return crud_adds(crud.postgres(postgres.url(), schema), decided)


@contextmanager
def on_sqlite(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the decisions; each round writes all of them into a new file."""
    with TemporaryDirectory() as folder:
        home, number, decided = Path(folder), iter(range(1_000_000)), samples(size)
        model = home / "model.db"
        ours_in_file(model, decided)
        rows = written.in_file(model)

        def new() -> Path:
            return home / f"{next(number)}.db"

        yield {
            "ours": lambda: size / ours_in_file(new(), decided),
            "limit": lambda: size / raw_in_file(new(), model, rows),
            "stock": lambda: size / stock_saves(stock.on_sqlite(new()), decided),
            "crud": lambda: size / crud_adds(crud.sqlite(new()), decided),
        }


@contextmanager
def on_postgres(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the decisions; each round writes all of them into a new schema, Emmett's into a new database."""
    decided = samples(size)
    with ExitStack() as running:
        with postgres.migrated(TABLES) as model:
            with closing(open_postgres_log(model.dsn, model.schema, utc_now, TABLES)) as log:
                one_by_one(log, decided)
            rows = written.in_schema(model.schema, decided)
        contenders: dict[str, Contender] = {
            "ours": lambda: size / ours_in_schema(decided),
            "limit": lambda: size / raw_in_schema(rows),
            "stock": lambda: size / stock_in_schema(decided),
            "crud": lambda: size / crud_in_schema(decided),
        }
        node = emmett.started(running)
        if node is not None:
            contenders["emmett"] = lambda: size / node.append(decided, callers=1)
        yield contenders


EVERY_ONE: Final = frozenset({"ours", "limit", "stock", "crud", "emmett"})
COMPARISONS: Final = (
    Comparison("single_append", "sqlite", "decisions/s", SIZE, on_sqlite, writes=True, durable=EVERY_ONE),
    Comparison("single_append", "postgres", "decisions/s", SIZE, on_postgres, writes=True, durable=EVERY_ONE),
)
