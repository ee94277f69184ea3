"""How a log's connections are opened: where, as whom, in which schema, and how long anything may take."""

import re
from dataclasses import dataclass
from select import POLLIN, poll
from typing import Any, Final

import psycopg
from psycopg import conninfo

CONNECTIONS: Final = 8
LOCK_S: Final = 5.0
_NAME: Final = re.compile(r"(?!pg_)[a-z][a-z0-9_]{0,62}")
_RESERVED: Final = frozenset({"public", "information_schema"})


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of a store: connections of its pool, callers that wait for one, and seconds.

    `lock_s` bounds the wait for a connection and for another process's append, `statement_s` one statement, `idle_s`
    what an append may compute while it holds the log. `poll_s` is the longest time until an append of another process
    is heard of when its notification is lost.
    """

    connections: int = CONNECTIONS
    waiting: int = 512
    connect_s: int = 5
    lock_s: float = LOCK_S
    statement_s: float = 30.0
    idle_s: float = 30.0
    poll_s: float = 0.1


def checked_name(name: str) -> str:
    """Return a name of a schema or a role that needs no quotes.

    Raises:
        ValueError: it is not made of small letters, digits and underscores, is too long, or is PostgreSQL's own.
    """
    if not _NAME.fullmatch(name) or name in _RESERVED:
        raise ValueError(f"not a name for a schema or a role of a log: {name!r}")
    return name


def connection_info(dsn: str, schema: str, limits: Limits) -> str:
    """Return the connection string with the session's settings in it, so that they cost no round trip.

    Raises:
        psycopg.ProgrammingError: `dsn` is no connection string.
        ValueError: the schema's name is not plain.
    """
    given = conninfo.conninfo_to_dict(dsn)
    settings = {
        "search_path": checked_name(schema),
        "lock_timeout": _milliseconds(limits.lock_s),
        "statement_timeout": _milliseconds(limits.statement_s),
        "idle_in_transaction_session_timeout": _milliseconds(limits.idle_s),
        "default_transaction_isolation": r"read\ committed",  # each statement sees what was committed before it
    }
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    ours: dict[str, Any] = {
        "connect_timeout": limits.connect_s,
        "application_name": f"demerit-{schema}",
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 30_000,
        **{name: value for name, value in given.items() if value is not None},
        "client_encoding": "UTF8",
        "options": f"{given.get('options') or ''} {options}".strip(),
    }
    return conninfo.make_conninfo("", **ours)


def _milliseconds(seconds: float) -> int:
    return max(1, round(seconds * 1000))


def check_alive(connection: psycopg.Connection[Any]) -> None:
    """Accept a connection at rest: without a round trip, since one that was cut has something to read, namely its end.

    Raises:
        psycopg.OperationalError: the server has closed it.
    """
    waiting = poll()
    waiting.register(connection.fileno(), POLLIN)
    if waiting.poll(0):
        connection.close()  # or the pool would take it back
        raise psycopg.OperationalError("the server has closed the connection")
