"""The sequencer's row in SQLite."""

import sqlite3

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.merkle import packed
from shared.kit.log.sequence import HeadRow, head_row


def read_head(connection: sqlite3.Connection) -> HeadRow:
    """Return the sequencer's row; raises `StoreUnavailable` where it is none."""
    return head_row(connection.execute("SELECT position, recorded_us, promised_us, frontier FROM log_head").fetchone())


def trusted_head(connection: sqlite3.Connection) -> HeadRow:
    """Return the sequencer's row, to write after it.

    Raises:
        StoreUnavailable: it is not that of the last event: the file was changed by something else than the log.
    """
    head = read_head(connection)
    (last,) = connection.execute("SELECT MAX(rowid) FROM stored_events").fetchone()
    if head.position != (last or 0):
        raise StoreUnavailable(f"the log's head says {head.position}, its last event {last or 0}")
    return head


def write_head(connection: sqlite3.Connection, before: HeadRow, after: HeadRow) -> None:
    """Replace the sequencer's row.

    Raises:
        StoreUnavailable: the row is not `before`: another program has written to the file.
    """
    row = (after.position, after.recorded_us, after.promised_us, packed(after.frontier))
    found = connection.execute(
        "UPDATE log_head SET position = ?, recorded_us = ?, promised_us = ?, frontier = ? "
        "WHERE position = ? AND recorded_us = ? AND promised_us = ?",
        (*row, before.position, before.recorded_us, before.promised_us),
    )
    if found.rowcount != 1:
        raise StoreUnavailable("the log's head is not where this process left it: another program has written")
