"""Claim: one decision after the other is durable nearly as fast as the bare driver can make its rows durable.

Ours: a decision is encoded and appended with its work-queue row and its idempotency key; leaf and tree with it.
Limit: the bare driver writing those very rows, one durable transaction each. Peer: a stock aggregate saved.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Final

from benchmarks import raw, stock
from benchmarks.decisions import Sample, samples
from benchmarks.harness import Contender
from services.cases.tables import CASES, FOREVER_US, TABLES
from shared.kit.log import merkle
from shared.kit.log.instant import utc_now
from shared.kit.log.model import Append, Appended, Idempotency
from shared.kit.log.rows import Put, Row
from shared.kit.log.sqlite import open_sqlite_log

ROW: Final = "single_append"
STORE: Final = "sqlite"
UNIT: Final = "decisions/s"
SIZE: Final = 2000

NOW_US: Final = 1_760_000_000_000_000
MOVE_HEAD: Final = "UPDATE log_head SET position = ?, recorded_us = ?, promised_us = ?, frontier = ?"


def queue_row(sample: Sample) -> Row:
    """Return the work queue's row of a decided case."""
    instants = ("filed_us", "first_handling_due_us", "first_handled_us", "evidence_due_us", "resolution_due_us")
    return {
        "case_id": sample.case,
        "version": 9,
        "state": "upheld",
        "notified": 1,
        "review_from_us": 0,
        "respondent": sample.seller,
        "complainant": "b-1",
        "officer": "o-1",
        "ended_us": NOW_US,
        "provisional": 0,
        "next_due_us": FOREVER_US,
        "decision": sample.case,
        "decision_type": "ordinary",
        **dict.fromkeys(instants, NOW_US),
    }


def appending(sample: Sample) -> Append:
    """Return a decision as the application appends it."""
    kept = Idempotency(
        f"demerit-local o-1 POST /cases/{sample.case}/decision {sample.case}",
        b"\0" * 32,
        lambda stamps: b'{"position":%d,"status":201}' % stamps[0].position,
    )
    return Append(events=[sample.draft()], rows=lambda _: [Put(CASES, queue_row(sample))], idempotency=kept)


def append(path: Path, decided: Sequence[Sample]) -> float:
    """Append each decision by itself to a new log; return the seconds it took."""
    with closing(open_sqlite_log(path, utc_now, TABLES)) as log:
        start = perf_counter()
        for sample in decided:
            outcome = log.append(appending(sample))
            assert isinstance(outcome, Appended)
        return perf_counter() - start


def written(path: Path) -> list[raw.Writes]:
    """Return what ours wrote, decision by decision: event, queue row, key, and the head as it was after each."""
    events = raw.read(path, "SELECT * FROM stored_events ORDER BY rowid")
    queue = raw.read(path, f"SELECT * FROM {CASES.name} ORDER BY rowid")
    keys = raw.read(path, "SELECT * FROM kept_responses ORDER BY rowid")
    columns = [name for _, name, *_ in raw.read(path, "PRAGMA table_info(stored_events)")]
    leaf, recorded = columns.index("leaf"), columns.index("recorded_us")
    frontier: merkle.Frontier = ()
    writes: list[raw.Writes] = []
    for size, (event, row, key) in enumerate(zip(events, queue, keys, strict=True)):
        frontier = merkle.append(frontier, size, event[leaf])
        head = (size + 1, event[recorded], event[recorded], b"".join(frontier))
        rows = (("stored_events", event), (CASES.name, row), ("kept_responses", key))
        writes.append([*((raw.insert(name, len(row)), [row]) for name, row in rows), (MOVE_HEAD, [head])])
    return writes


def append_raw(path: Path, like: Path, decided: Sequence[raw.Writes]) -> float:
    """Write each decision's rows by themselves into a new file with the bare driver; return the seconds it took."""
    with closing(raw.like(like, path)) as connection:
        connection.execute(raw.insert("log_head", 5), (1, 0, 0, 0, b""))
        start = perf_counter()
        for writes in decided:
            raw.write(connection, writes)
        return perf_counter() - start


def append_stock(path: Path, decided: Sequence[Sample]) -> float:
    """Save each decision as a stock aggregate; return the seconds it took."""
    with closing(stock.StockCases(stock.environment(path))) as cases:
        stock.demand_full(cases)
        start = perf_counter()
        for sample in decided:
            cases.uphold(sample.seller, sample.case)
        return perf_counter() - start


@contextmanager
def contenders(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the decisions; each round writes all of them into a new file."""
    with TemporaryDirectory() as folder:
        home, number, decided = Path(folder), iter(range(1_000_000)), samples(size)
        model = home / "model.db"
        append(model, decided)
        rows = written(model)
        yield {
            "ours": lambda: size / append(home / f"ours-{next(number)}.db", decided),
            "limit": lambda: size / append_raw(home / f"raw-{next(number)}.db", model, rows),
            "stock": lambda: size / append_stock(home / f"stock-{next(number)}.db", decided),
        }
