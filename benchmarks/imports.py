"""Claim: a past of many penalties is taken over fast, although every row of its file is checked before any is recorded.

Ours: the importer, from an NDJSON file to the last durable batch. Limit: the bare driver that has the very rows at hand
and writes them in the same batches. Peers read the same file and check nothing: rows of the penalties table, inserted
in bulk; stock aggregates, saved in transactions as large as ours. Emmett appends one stream at a time, so it has none.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from sqlalchemy import Engine

from benchmarks import batched, crud, postgres, raw, raw_postgres, stock, written
from benchmarks.batched import Rows
from benchmarks.comparison import Comparison, Contender
from benchmarks.decisions import ENTRIES_PER_SELLER, seller_name
from benchmarks.raw import EVENTS
from services.cases.imports.importing import BATCH, Importer
from services.cases.publication import imported_stream
from services.cases.tables import IMPORTED, TABLES
from shared.kit.log.instant import utc_now
from shared.kit.log.model import EventLog
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.sqlite import open_sqlite_log
from shared.rulebook.loader import shipped

SIZE: Final = 20_000
FIRST: Final = datetime(2020, 1, 1, tzinfo=UTC)
APART: Final = timedelta(seconds=60)
POINTS: Final = 12
HEAD: Final = "log_head"
KEYS: Final = {IMPORTED.name: IMPORTED.key, HEAD: ("only_row",)}  # of the tables whose rows are written anew


def write_file(path: Path, size: int) -> Path:
    """Write so many penalties, a few for each seller, one minute apart; return the file."""
    sellers = max(1, size // ENTRIES_PER_SELLER)
    with path.open("w", encoding="utf-8") as file:
        for number in range(size):
            penalty = {
                "seller": seller_name(number % sellers),
                "track": "ordinary",
                "points": POINTS,
                "effective_at": (FIRST + number * APART).isoformat(),
                "reference": f"p-{number}",
            }
            file.write(f"{json.dumps(penalty)}\n")
    return path


def ours(log: EventLog, path: Path, size: int) -> float:
    """Import the file into a new log; return the seconds it took.

    Raises:
        RuntimeError: not all of it was recorded.
    """
    importer = Importer(log, shipped("seed"), utc_now)
    start = perf_counter()
    report = importer.run(path, path.name, FIRST, check_only=False, told=lambda *_: None)
    took = perf_counter() - start
    if report.recorded != size:
        raise RuntimeError("the file was not imported whole")
    return took


def ours_in_file(target: Path, path: Path, size: int) -> float:
    """Import into a new file; return the seconds it took."""
    with closing(open_sqlite_log(target, utc_now, TABLES)) as log:
        return ours(log, path, size)


def ours_in_schema(path: Path, size: int) -> float:
    """Import into a new schema; return the seconds it took."""
    with postgres.migrated(TABLES) as at, closing(open_postgres_log(at.dsn, at.schema, utc_now, TABLES)) as log:
        return ours(log, path, size)


def batches(read: Callable[[str], list[raw.SqlRow]]) -> list[Rows]:
    """Return what ours wrote, batch by batch: events, the rows of their sellers, its key, the head.

    `read` returns the rows of a table, events in order of position; which batch has which key does not matter.
    """
    events, keys, head = read(EVENTS), read(written.KEYS), read(HEAD)
    sellers = {imported_stream(str(row[0])): row for row in read(IMPORTED.name)}
    ends = [min(start + BATCH, len(events)) for start in range(0, len(events), BATCH)]
    return batched.batches(
        events, ends, (IMPORTED.name, sellers), lambda number: {written.KEYS: [keys[number]], HEAD: head}
    )


def raw_in_file(target: Path, like: Path, batches: Sequence[raw.Writes]) -> float:
    """Write the batches into a new file with the bare driver; return the seconds it took."""
    with closing(raw.like(like, target)) as connection:
        start = perf_counter()
        for batch in batches:
            raw.write(connection, batch)
        return perf_counter() - start


def raw_in_schema(batches: Sequence[Rows]) -> float:
    """Write the batches into a new schema with the bare driver, by COPY; return the seconds it took."""
    with postgres.migrated(TABLES) as at, postgres.connect(at.schema) as connection:
        rewriting = batched.Rewriting(connection, at.schema, KEYS)
        start = perf_counter()
        for batch in batches:
            rewriting.write(batch)
        return perf_counter() - start


def read_file(path: Path) -> Iterator[dict[str, Any]]:
    """Yield each row, as a peer reads the file."""
    with path.open(encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def crud_imports(engine: Engine, path: Path) -> float:
    """Insert the file's rows; return the seconds it took."""
    with crud.made(engine):
        start = perf_counter()
        crud.insert_all(
            engine,
            (
                {
                    "seller": row["seller"],
                    "case_id": row["reference"],
                    "track": row["track"],
                    "grade": "imported",
                    "points": row["points"],
                    "rulebook": "seed",
                    "request_key": row["reference"],
                    "recorded_at": datetime.fromisoformat(row["effective_at"]),
                    "details": json.dumps(row),
                }
                for row in read_file(path)
            ),
        )
        return perf_counter() - start


def crud_in_schema(path: Path) -> float:
    """Insert into a new schema; return the seconds it took."""
    with postgres.schema() as schema:
        return crud_imports(crud.postgres(postgres.url(), schema), path)


def stock_imports(environment: Mapping[str, str], path: Path) -> float:
    """Save the file's penalties as stock aggregates; return the seconds it took."""
    with closing(stock.StockCases(environment)) as cases:
        stock.demand_full(cases)
        waiting: list[tuple[str, str]] = []
        start = perf_counter()
        for row in read_file(path):
            waiting.append((row["seller"], row["reference"]))
            if len(waiting) == BATCH:
                cases.uphold_all(waiting)
                waiting.clear()
        if waiting:
            cases.uphold_all(waiting)
        return perf_counter() - start


def stock_in_schema(path: Path) -> float:
    """Save in a new schema; return the seconds it took."""
    with postgres.schema() as schema:
        return stock_imports(stock.on_postgres(schema), path)


@contextmanager
def on_sqlite(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the file; each round imports it whole into a new database file."""
    with TemporaryDirectory() as folder:
        home, number = Path(folder), iter(range(1_000_000))
        path, model = write_file(home / "past.ndjson", size), home / "model.db"
        ours_in_file(model, path, size)
        found = batches(lambda name: raw.read(model, f"SELECT * FROM {name} ORDER BY rowid"))
        rows = [batched.statements(batch, KEYS) for batch in found]

        def new() -> Path:
            return home / f"{next(number)}.db"

        yield {
            "ours": lambda: size / ours_in_file(new(), path, size),
            "limit": lambda: size / raw_in_file(new(), model, rows),
            "stock": lambda: size / stock_imports(stock.on_sqlite(new()), path),
            "crud": lambda: size / crud_imports(crud.sqlite(new()), path),
        }


@contextmanager
def on_postgres(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the file; each round imports it whole into a new schema."""
    with TemporaryDirectory() as folder:
        path = write_file(Path(folder) / "past.ndjson", size)
        with postgres.migrated(TABLES) as at:
            with closing(open_postgres_log(at.dsn, at.schema, utc_now, TABLES)) as log:
                ours(log, path, size)
            rows = batches(lambda name: raw_postgres.table(at.schema, name))
        yield {
            "ours": lambda: size / ours_in_schema(path, size),
            "limit": lambda: size / raw_in_schema(rows),
            "stock": lambda: size / stock_in_schema(path),
            "crud": lambda: size / crud_in_schema(path),
        }


COMPARISONS: Final = (
    Comparison("import", "sqlite", "penalties/s", SIZE, on_sqlite, writes=True),
    Comparison("import", "postgres", "penalties/s", SIZE, on_postgres, writes=True),
)
