"""The second round trip of an append: write everything that was staged, and commit it."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, Final

import psycopg

from shared.kit.log import merging
from shared.kit.log.merkle import packed
from shared.kit.log.postgres.listening import channel
from shared.kit.log.postgres.table import PostgresTable
from shared.kit.log.sequence import HeadRow, StagedEvent
from shared.kit.log.staging import Staging

# The bytes of all events come as one value, cut here: as text where they are, which is half as long as their digits. So
# do the nodes of all leaves.
_EVENTS: Final = """
WITH joined AS MATERIALIZED (SELECT {states} AS states, %s::bytea AS nodes)
INSERT INTO stored_events
    (notification_id, originator_id, originator_version, topic, recorded_us, subject, nodes, state)
SELECT given.position, given.stream, given.version, given.topic, given.recorded_us, given.subject,
    substr(joined.nodes, given.node, given.nodes), substr(joined.states, given.start, given.size)
FROM joined, unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::bigint[], %s::text[],
    %s::integer[], %s::integer[], %s::integer[], %s::integer[])
    AS given (position, stream, version, topic, recorded_us, subject, start, size, node, nodes)
"""
_KEPT: Final = "INSERT INTO kept_responses SELECT * FROM unnest(%s::text[], %s::bytea[], %s::bytea[])"
_TRACKED: Final = (
    "INSERT INTO notification_tracking SELECT * FROM unnest(%s::text[], %s::bigint[]) "
    "ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id"
)
_HEAD: Final = "UPDATE log_head SET position = %s, recorded_us = %s, promised_us = %s, frontier = %s"
_PATIENT: Final = "SET LOCAL statement_timeout = 0"  # a merge takes as long as its rows: it would never get done
_NOTIFY: Final = "SELECT pg_notify(%s, '')"


def commit(
    connection: psycopg.Connection[Any],
    schema: str,
    tables: Mapping[str, PostgresTable],
    before: HeadRow,
    staging: Staging,
) -> None:
    """Write what was staged and commit, in one message: a statement that fails keeps the rest from being run.

    Raises:
        psycopg.Error: where the connection was cut, it is not known whether it was written.
    """
    parts = list(_statements(tables, staging))
    if staging.head is not before:
        head = staging.head
        parts.append((_HEAD, [head.position, head.recorded_us, head.promised_us, packed(head.frontier)]))
    if staging.events:
        parts.append((_NOTIFY, [channel(schema)]))
    statements = "; ".join([*(statement for statement, _ in parts), "COMMIT"])
    psycopg.ClientCursor(connection).execute(statements, [value for _, values in parts for value in values])


def _statements(tables: Mapping[str, PostgresTable], staging: Staging) -> Iterator[tuple[str, Sequence[Any]]]:
    if staging.events:
        yield _events(staging.events)
    if staging.kept:
        kept = staging.kept.values()
        yield _KEPT, [[*staging.kept], [one.digest for one in kept], [one.response for one in kept]]
    if staging.tracked:
        yield _TRACKED, [[*staging.tracked], [*staging.tracked.values()]]
    for name, changes in staging.rows.items():
        yield from tables[name].changes(changes)
    if staging.merge:
        yield _PATIENT, ()
        for statement in merging.statements(*staging.merge):
            yield statement, ()


def _events(events: Sequence[StagedEvent]) -> tuple[str, list[Any]]:
    positions, streams, versions, types, times, subjects, states, nodes = (list(c) for c in zip(*events, strict=True))
    joined = b"".join(states)
    given: bytes | str = joined
    form = "%s::bytea"
    if b"\0" not in joined and joined.isascii():
        given, form = joined.decode("ascii"), "convert_to(%s, 'UTF8')"
    columns = [positions, streams, versions, types, times, subjects, *_places(states), *_places(nodes)]
    return _EVENTS.format(states=form), [given, b"".join(nodes), *columns]


def _places(values: Sequence[bytes]) -> tuple[list[int], list[int]]:
    """Return where each value begins, from 1, and how long it is, once all are joined."""
    sizes = [len(value) for value in values]
    return list(accumulate(sizes[:-1], initial=1)), sizes
