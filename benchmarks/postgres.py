"""PostgreSQL for the comparisons: one server of this process (or the one that `PG_TEST_DSN` names), a place a round.

All contenders use the same server with the same settings; the run fails where they are not durable.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import count
from typing import Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.sql import SQL, Identifier

from shared.kit.log.rows import Table
from tests.support.postgres import Place, Server, place

SETTINGS: Final = ("shared_buffers=256MB", "max_wal_size=4GB", "checkpoint_timeout=30min")  # no checkpoint in a round
DURABLE: Final = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}

_numbers: Final = count(1)


@cache
def owner() -> str:
    """Return the superuser's connection string; the server starts at the first call and ends with this process.

    Raises:
        RuntimeError: the server would not be durable, so no figure of it would count.
    """
    found = os.environ.get("PG_TEST_DSN") or Server(SETTINGS).owner
    with psycopg.connect(found, autocommit=True) as connection:
        for name, wanted in DURABLE.items():
            told = connection.execute("SELECT current_setting(%s)", (name,)).fetchone()
            if told != (wanted,):
                raise RuntimeError(f"{name} would have to be {wanted}, the server says {told}")
    return found


def version() -> str:
    """Return the server's version."""
    with psycopg.connect(owner()) as connection:
        return connection.info.parameter_status("server_version") or "unknown"


def url(database: str = "postgres") -> str:
    """Return the address of a database in the form of a URL, for those who take no other."""
    given = conninfo_to_dict(owner())
    secret = f":{given['password']}" if given.get("password") else ""
    return f"postgresql://{given['user']}{secret}@{given['host']}:{given['port']}/{database}"


@contextmanager
def migrated(tables: Sequence[Table]) -> Iterator[Place]:
    """Yield a new schema with a log's tables, gone afterwards."""
    made = place(owner())
    made.migrate(tables)
    try:
        yield made
    finally:
        made.drop()


@contextmanager
def schema() -> Iterator[str]:
    """Yield the name of a new and empty schema, gone afterwards."""
    name = f"bench_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(owner(), autocommit=True) as connection:
        connection.execute(SQL("CREATE SCHEMA {}").format(Identifier(name)))
        try:
            yield name
        finally:
            connection.execute(SQL("DROP SCHEMA {} CASCADE").format(Identifier(name)))


@contextmanager
def database(template: str = "template1") -> Iterator[str]:
    """Yield the name of a new database, made like `template`, gone afterwards."""
    name = f"bench_{os.getpid()}_{next(_numbers)}"
    with psycopg.connect(owner(), autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(template)))
        try:
            yield name
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def connect(at: str, **given: Any) -> psycopg.Connection[tuple[Any, ...]]:
    """Return the superuser's connection to a schema; statements commit by themselves."""
    return psycopg.connect(owner(), autocommit=True, options=f"-c search_path={at}", **given)
