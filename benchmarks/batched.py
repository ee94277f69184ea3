"""What ours wrote in batches, for the bare driver to write again in the same ones: the limit of `fold` and `import`."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

import psycopg

from benchmarks import raw, raw_postgres
from benchmarks.raw import EVENTS

STREAM: Final = 1  # the column of an event's row that names its stream

Rows = dict[str, list[raw.SqlRow]]  # of one batch, by table


def batches(
    events: Sequence[raw.SqlRow],
    ends: Sequence[int],
    touched: tuple[str, Mapping[str, raw.SqlRow]],
    others: Callable[[int], Rows],
) -> list[Rows]:
    """Return the rows of each batch: its events, the rows of the streams that they touch, and its `others` by number.

    `events` are in order of position, `ends` the position after each batch; `touched` is a table with its rows by
    stream. A row that ours wrote in several batches is written as it was in the end each time.
    """
    name, by_stream = touched
    return [
        {
            EVENTS: list(events[before:end]),
            name: [by_stream[stream] for stream in streams(events[before:end]) if stream in by_stream],
            **others(number),
        }
        for number, (before, end) in enumerate(zip([0, *ends], ends, strict=False))
    ]


def streams(events: Sequence[raw.SqlRow]) -> list[str]:
    """Return the streams that events are in, each once; one that is of no account has no row."""
    return list(dict.fromkeys(event[STREAM] for event in events))


def statements(batch: Rows, replaced: Mapping[str, Sequence[str]]) -> raw.Writes:
    """Return a batch as statements of SQLite; rows of the tables `replaced`, with their keys, may be there already."""
    return [(raw.insert(name, len(rows[0]), replace=name in replaced), rows) for name, rows in batch.items()]


class Rewriting:
    """Writes batches into a schema: new rows by COPY, those of the tables `replaced` by their keys."""

    def __init__(
        self, connection: psycopg.Connection[tuple[Any, ...]], schema: str, replaced: Mapping[str, Sequence[str]]
    ) -> None:
        self._connection = connection
        self._replacing = {
            name: raw_postgres.upsert(name, key, raw_postgres.columns(schema, name)) for name, key in replaced.items()
        }

    def write(self, batch: Rows) -> None:
        """Write a batch in one durable transaction."""
        with self._connection.transaction(), self._connection.cursor() as cursor:
            for name, rows in batch.items():
                if name in self._replacing:
                    cursor.executemany(self._replacing[name], rows)
                else:
                    raw_postgres.copy(self._connection, name, rows)
