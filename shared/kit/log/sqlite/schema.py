"""The tables of a log in SQLite.

Positions are a column named `rowid`: the library reads it by that name, and VACUUM renumbers only rowids without one.
Columns stand before `state`, so that reading them does not walk the pages of a long event.
"""

import sqlite3
from typing import Final
from uuid import uuid4

from shared.kit.log.errors import StoreUnavailable

VERSION: Final = 2
LEAVES_ALONE: Final = 1  # the version that kept leaves without the nodes above them


KEPT_FOR_EVER: Final = ("stored_events", "log_identity", "kept_responses")
ACTIONS: Final = ("UPDATE", "DELETE", "INSERT")
_TAKEN: Final = {  # what an INSERT must not meet: REPLACE would delete it, on most connections past every other trigger
    "stored_events": (
        "EXISTS (SELECT 1 FROM stored_events WHERE rowid = NEW.rowid) OR EXISTS (SELECT 1 FROM stored_events"
        " WHERE originator_id = NEW.originator_id AND originator_version = NEW.originator_version)"
    ),
    "log_identity": "EXISTS (SELECT 1 FROM log_identity)",
    "kept_responses": (
        "EXISTS (SELECT 1 FROM kept_responses WHERE scope = NEW.scope)"
        " OR EXISTS (SELECT 1 FROM kept_responses WHERE rowid = NEW.rowid)"
    ),
}


def guard_name(table: str, action: str) -> str:
    """Return the name of the trigger that refuses an action, UPDATE, DELETE, or INSERT over a row that is there."""
    return f"{table}_keep_{action}"


def guard(table: str, action: str) -> str:
    """Return the statement that makes this trigger, letter for letter as the file then tells it."""
    when = f" WHEN {_TAKEN[table]}" if action == "INSERT" else ""
    return (
        f"CREATE TRIGGER {guard_name(table, action)} BEFORE {action} ON {table}{when} "
        f"BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"
    )


GUARDS: Final = {guard_name(table, action): guard(table, action) for table in KEPT_FOR_EVER for action in ACTIONS}
STATEMENTS: Final = (
    """
CREATE TABLE IF NOT EXISTS stored_events (
    rowid INTEGER PRIMARY KEY,
    originator_id TEXT NOT NULL,
    originator_version INTEGER NOT NULL,
    topic TEXT NOT NULL,
    recorded_us INTEGER NOT NULL,
    subject TEXT,
    nodes BLOB NOT NULL,
    state BLOB NOT NULL,
    UNIQUE (originator_id, originator_version)
)
""",
    "CREATE INDEX IF NOT EXISTS stored_events_by_subject ON stored_events (subject) WHERE subject IS NOT NULL",
    "CREATE INDEX IF NOT EXISTS stored_events_by_topic ON stored_events (topic)",
    """
CREATE TABLE IF NOT EXISTS log_identity (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    log_id TEXT NOT NULL
)
""",
    """
CREATE TABLE IF NOT EXISTS log_head (
    only INTEGER PRIMARY KEY CHECK (only = 1),
    position INTEGER NOT NULL,
    recorded_us INTEGER NOT NULL,
    promised_us INTEGER NOT NULL,
    frontier BLOB NOT NULL
)
""",
    """
CREATE TABLE IF NOT EXISTS kept_responses (
    scope TEXT PRIMARY KEY NOT NULL,
    digest BLOB NOT NULL,
    response BLOB NOT NULL
)
""",
    "INSERT INTO log_head VALUES (1, 0, 0, 0, x'') ON CONFLICT DO NOTHING",
)


def version_of(connection: sqlite3.Connection) -> int:
    """Return the version of the tables in a file, 0 for one that has none."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def check_version(connection: sqlite3.Connection) -> None:
    """Accept a file that is empty or holds a log of this version, or one that can be brought to it.

    Raises:
        StoreUnavailable: another version's program made it.
    """
    version = version_of(connection)
    if version not in (0, LEAVES_ALONE, VERSION):
        raise StoreUnavailable(f"the file has version {version} of the log's tables, this program knows {VERSION}")


def check_kept(connection: sqlite3.Connection) -> None:
    """Accept a file that holds a log of this version, as it is.

    Raises:
        StoreUnavailable: it holds none, or one that only opening it for writing brings to this version.
    """
    version = version_of(connection)
    if version != VERSION:
        raise StoreUnavailable(f"the file would have to hold a log of version {VERSION} of its tables, not {version}")


def arm(connection: sqlite3.Connection) -> None:
    """Make the triggers that keep what was appended: those that are missing, and those that read otherwise."""
    found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall())
    for name, statement in GUARDS.items():
        if found.get(name) == statement:
            continue
        if name in found:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute(statement)


def mark(connection: sqlite3.Connection) -> None:
    """Give a new file its version and its log's name; a file that has them keeps them."""
    connection.execute(f"PRAGMA user_version = {VERSION}")
    name = f"urn:uuid:{uuid4()}"
    connection.execute("INSERT INTO log_identity SELECT 1, ? WHERE NOT EXISTS (SELECT 1 FROM log_identity)", (name,))


def log_id(connection: sqlite3.Connection) -> str:
    """Return the log's name."""
    name: str = connection.execute("SELECT log_id FROM log_identity").fetchone()[0]
    return name
