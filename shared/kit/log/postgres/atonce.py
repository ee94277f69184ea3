"""An append in one round trip: staged on the head that this process has left, written if the log stands so.

What the lookup would ask is taken for granted instead, and the statement that writes makes sure of all of it. Where it
finds anything otherwise it writes nothing, and the append goes the long way, which says what is in its way.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, count
from typing import Any, Final, TypeAlias

import psycopg

from shared.kit.log.guards import guards
from shared.kit.log.merkle import packed
from shared.kit.log.model import Append
from shared.kit.log.postgres.listening import channel
from shared.kit.log.postgres.table import PostgresTable
from shared.kit.log.sequence import HeadRow
from shared.kit.log.shapes import Shapes
from shared.kit.log.staging import Known, Staging, asked

MOST: Final = 8  # events and rows: what is larger is well worth two round trips, and its statements would be many

_TURN: Final = "turn"  # has a row where everything is as it was taken for

Part: TypeAlias = tuple[str, Sequence[Any]]
"""A piece of a statement, and its values."""

# By itself, so that the statement behind it has a snapshot of what the last holder of the lock has committed.
_LOCK: Final = "SELECT FROM log_head FOR UPDATE"
_HEAD: Final[str] = (
    "UPDATE log_head SET position = %s, recorded_us = %s, promised_us = %s, frontier = %s "
    "WHERE (position, recorded_us, promised_us) = (%s, %s, %s) "
    "AND coalesce((SELECT max(notification_id) FROM stored_events), 0) = position"
)
_VERSION: Final = "coalesce((SELECT max(originator_version) FROM stored_events WHERE originator_id = %s), 0) = %s"
_UNUSED: Final = "NOT EXISTS (SELECT FROM kept_responses WHERE scope = %s)"
_BEHIND: Final = "NOT EXISTS (SELECT FROM notification_tracking WHERE application_name = %s AND notification_id >= %s)"
_EVENT: Final = (
    "INSERT INTO stored_events"
    " (notification_id, originator_id, originator_version, topic, recorded_us, subject, state, nodes) "
    "SELECT %s::bigint, %s, %s::bigint, %s, %s::bigint, %s, %s::bytea, %s::bytea FROM turn"
)
_KEPT: Final = "INSERT INTO kept_responses SELECT %s, %s::bytea, %s::bytea FROM turn"
_TRACKED: Final = (
    "INSERT INTO notification_tracking SELECT %s, %s::bigint FROM turn "
    "ON CONFLICT (application_name) DO UPDATE SET notification_id = excluded.notification_id"
)


def granted(append: Append) -> Known:
    """Return what an append takes for granted: its streams end where its events begin, its key is not used.

    Raises:
        ValueError: a name is none that every store can hold.
    """
    asked([append])
    versions: dict[str, int] = {}
    for draft in append.events:
        versions.setdefault(draft.stream, draft.stream_version - 1)
    return Known(versions=versions)


def fits(staging: Staging) -> bool:
    """Return whether what was staged can be written at once: it moves the head, is small, and merges no table."""
    return staging.merge is None and 0 < len(staging.events) <= MOST - sum(
        len(changes) for changes in staging.rows.values()
    )


class AtOnce:
    """Writes single appends to the log of a schema with these tables."""

    def __init__(self, schema: str, shapes: Shapes, tables: Mapping[str, PostgresTable]) -> None:
        self._channel, self._shapes, self._tables = channel(schema), shapes, tables

    def written(self, connection: psycopg.Connection[Any], before: HeadRow, append: Append, staging: Staging) -> bool:
        """Write and commit what was staged of an append on the head `before`, if the log stands so; return whether.

        Raises:
            psycopg.Error: where the connection was cut, it is not known whether it was written.
        """
        head = staging.head
        conditions = list(self._conditions(append))
        turn = f"{_HEAD} AND {' AND '.join(condition for condition, _ in conditions)} RETURNING 1"
        moved = (*head[:3], packed(head.frontier), *before[:3], *chain.from_iterable(given for _, given in conditions))
        parts = [(turn, moved), *self._writes(staging)]
        named = ", ".join(f"{name} AS ({part})" for name, (part, _) in zip(_names(), parts, strict=False))
        statement = f"WITH {named} SELECT pg_notify(%s, '') FROM turn"  # noqa: S608  # made of the parts above
        values = [_told(value) for _, given in parts for value in given]
        with connection.pipeline():  # one transaction, committed where the pipeline ends
            connection.execute(_LOCK, prepare=True)
            done = connection.execute(statement.encode(), [*values, self._channel], prepare=True)
        return done.rowcount == 1

    def _conditions(self, append: Append) -> Iterator[Part]:
        """Yield what has to be so for the append to be as it was staged."""
        for stream, version in granted(append).versions.items():
            yield _VERSION, (stream, version)
        if append.idempotency:
            yield _UNUSED, (append.idempotency.scope,)
        if append.tracking:
            yield _BEHIND, (append.tracking.name, append.tracking.position)
        for guard in guards(append, self._shapes):
            select, values = self._tables[guard.shape.name].statement(guard)
            yield f"NOT EXISTS {select}", values

    def _writes(self, staging: Staging) -> Iterator[Part]:
        """Yield what is written, if it is this append's turn."""
        for event in staging.events:
            yield _EVENT, event
        for scope, kept in staging.kept.items():
            yield _KEPT, (scope, kept.digest, kept.response)
        for item in staging.tracked.items():
            yield _TRACKED, item
        for name, changes in staging.rows.items():
            for key, values in changes.items():
                yield self._tables[name].change(key, values, _TURN)


def _names() -> Iterator[str]:
    yield _TURN
    yield from (f"part_{number}" for number in count(1))


def _told(value: Any) -> Any:
    """Return a value as it is sent: a number as text, or its size would choose the type, and each type a statement."""
    return str(value) if isinstance(value, int) else value
