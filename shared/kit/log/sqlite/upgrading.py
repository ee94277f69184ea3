"""Brings a file of the version before to this one's tables: beside each leaf, the nodes that it completes."""

import sqlite3
from typing import Final

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.merkle import Frontier, grown, packed
from shared.kit.log.sqlite.schema import LEAVES_ALONE, VERSION, guard, guard_name, version_of

BATCH: Final = 10_000  # leaves read at once

_ADMIT: Final = f"DROP TRIGGER {guard_name('stored_events', 'UPDATE')}"
_RENAME: Final = "ALTER TABLE stored_events RENAME COLUMN leaf TO nodes"
_LEAVES: Final = "SELECT rowid, nodes FROM stored_events WHERE rowid > ? ORDER BY rowid LIMIT ?"
_PUT: Final = "UPDATE stored_events SET nodes = ? WHERE rowid = ?"


def upgrade(connection: sqlite3.Connection) -> None:
    """Bring a file to this version's tables, wholly or not at all; one that is new or of this version stays as it is.

    Raises:
        StoreUnavailable: the leaves are not those of the log's head: the file was changed by something else.
    """
    if version_of(connection) != LEAVES_ALONE:
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        connection.execute(_ADMIT)
        connection.execute(_RENAME)
        _add_nodes(connection)
        connection.execute(guard("stored_events", "UPDATE"))
        connection.execute(f"PRAGMA user_version = {VERSION}")
        connection.execute("COMMIT")
    except BaseException:
        connection.rollback()
        raise


def _add_nodes(connection: sqlite3.Connection) -> None:
    frontier: Frontier = ()
    size = 0
    while leaves := connection.execute(_LEAVES, (size, BATCH)).fetchall():
        nodes, frontier = grown(frontier, size, [leaf for _, leaf in leaves])
        connection.executemany(_PUT, [(whole, position) for whole, (position, _) in zip(nodes, leaves, strict=True)])
        size += len(leaves)
    (head,) = connection.execute("SELECT frontier FROM log_head").fetchone()
    if head != packed(frontier):
        raise StoreUnavailable("the leaves of the log are not those of its head")
