"""What ours wrote, decision by decision, for the bare driver to write again: event, queue row, key, and the head."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from benchmarks import raw, raw_postgres
from benchmarks.appending import scope
from benchmarks.decisions import Sample
from benchmarks.raw import EVENTS
from services.cases.tables import CASES
from shared.kit.log import merkle

KEYS: Final = "kept_responses"
MOVE_HEAD: Final = "UPDATE log_head SET position = ?, recorded_us = ?, promised_us = ?, frontier = ?"


def in_file(path: Path) -> list[raw.Writes]:
    """Return the writes of each decision in a file of ours."""
    events = raw.read(path, f"SELECT * FROM {EVENTS} ORDER BY rowid")
    queue = raw.read(path, f"SELECT * FROM {CASES.name} ORDER BY rowid")
    keys = raw.read(path, f"SELECT * FROM {KEYS} ORDER BY rowid")
    columns = [name for _, name, *_ in raw.read(path, f"PRAGMA table_info({EVENTS})")]
    writes: list[raw.Writes] = []
    for event, row, key, head in zip(events, queue, keys, _heads(events, columns), strict=True):
        rows = ((EVENTS, event), (CASES.name, row), (KEYS, key))
        writes.append([*((raw.insert(name, len(row)), [row]) for name, row in rows), (MOVE_HEAD, [head])])
    return writes


def in_schema(schema: str, decided: Sequence[Sample]) -> list[list[raw.SqlRow]]:
    """Return the four rows of each decision in a schema of ours, to which these were appended in this order."""
    events = raw_postgres.read(schema, f"SELECT * FROM {EVENTS} ORDER BY notification_id")
    queue = {row[0]: row for row in raw_postgres.read(schema, f"SELECT * FROM {CASES.name}")}
    keys = {row[0]: row for row in raw_postgres.read(schema, f"SELECT * FROM {KEYS}")}
    heads = _heads(events, raw_postgres.columns(schema, EVENTS))
    return [
        [event, queue[sample.case], keys[scope(sample)], head]
        for event, sample, head in zip(events, decided, heads, strict=True)
    ]


def _heads(events: Sequence[raw.SqlRow], columns: Sequence[str]) -> Iterator[raw.SqlRow]:
    """Yield the head as it was after each event: position, recorded time, promise, frontier."""
    nodes, recorded = columns.index("nodes"), columns.index("recorded_us")
    frontier: merkle.Frontier = ()
    for size, event in enumerate(events):
        frontier = merkle.grown(frontier, size, [event[nodes][: merkle.HASH_BYTES]]).frontier
        yield size + 1, event[recorded], event[recorded], b"".join(frontier)
