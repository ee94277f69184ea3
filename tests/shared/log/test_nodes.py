"""The tree is stored with its leaves: every root and proof can be read, also of logs that kept leaves alone before."""

import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from shared.kit.audit.tree import StoredNodes, inclusion_proof, root_at
from shared.kit.log.merkle import leaf_hash, root
from shared.kit.log.model import MAX_NODES, Append, EventLog, LogUnavailable
from shared.kit.log.postgres import open_postgres_log
from shared.kit.log.postgres.migrating import migrate
from shared.kit.log.postgres.migrations import FILES
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.audit import included
from tests.support.logs import StandingClock, draft, everything
from tests.support.postgres import PASSWORD, ROLE, place

SIZE = 37


def fill(log: EventLog, first: int = 0, end: int = SIZE) -> None:
    """Append events one by one, in pairs and in a longer run, as they come."""
    left = [draft(f"case-{n}") for n in range(first, end)]
    while left:
        taken, left = left[: 1 + len(left) % 5], left[1 + len(left) % 5 :]
        log.append(Append(taken))


def check(log: EventLog) -> None:
    """Hold every root and proof of the log against its events."""
    leaves = [leaf_hash(stored.state) for stored in everything(log)]
    nodes = StoredNodes(log.nodes)
    top = root(log.head().frontier)
    assert root_at(nodes, len(leaves)) == top
    for index, leaf in enumerate(leaves):
        assert included(top, len(leaves), index, leaf, inclusion_proof(nodes, index, len(leaves)))


def test_every_leaf_can_be_proven(log: EventLog) -> None:
    fill(log)
    check(log)


def test_nodes_are_asked_by_leaf_and_those_that_are_not_there_are_left_out(log: EventLog) -> None:
    fill(log, 0, 4)
    found = log.nodes([0, 3, 4, 1_000_000, -1])
    assert {leaf: len(nodes) // 32 for leaf, nodes in found.items()} == {0: 1, 3: 3}
    assert log.nodes([]) == {}


def test_more_nodes_than_may_be_are_not_asked(log: EventLog) -> None:
    with pytest.raises(ValueError, match="at most 10000 leaves"):
        log.nodes(range(MAX_NODES + 1))


def back_to_leaves(path: Path) -> None:
    """Make of a file what the version before wrote."""
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER stored_events_keep_UPDATE")
        file.execute("UPDATE stored_events SET nodes = substr(nodes, 1, 32)")
        file.execute("ALTER TABLE stored_events RENAME COLUMN nodes TO leaf")
        file.execute(
            "CREATE TRIGGER stored_events_keep_UPDATE BEFORE UPDATE ON stored_events "
            "BEGIN SELECT RAISE(ABORT, 'stored_events is append-only'); END"
        )
        file.execute("PRAGMA user_version = 1")
        file.commit()


@pytest.mark.parametrize("size", [0, 1, SIZE])
def test_a_file_that_kept_leaves_alone_gets_its_nodes(tmp_path: Path, clock: StandingClock, size: int) -> None:
    path = tmp_path / "log.db"
    log = open_sqlite_log(path, clock)
    fill(log, 0, size)
    held = everything(log)
    log.close()
    back_to_leaves(path)
    log = open_sqlite_log(path, clock)
    assert everything(log) == held
    fill(log, size, size + 3)
    check(log)
    log.close()
    with closing(sqlite3.connect(path)) as file, pytest.raises(sqlite3.IntegrityError, match="append-only"):
        file.execute("UPDATE stored_events SET nodes = nodes")


def test_a_file_whose_leaves_are_not_those_of_its_head_stays_as_it_is(tmp_path: Path, clock: StandingClock) -> None:
    path = tmp_path / "log.db"
    log = open_sqlite_log(path, clock)
    fill(log)
    log.close()
    back_to_leaves(path)
    with closing(sqlite3.connect(path)) as file:
        file.execute("DROP TRIGGER stored_events_keep_UPDATE")
        file.execute("UPDATE stored_events SET leaf = zeroblob(32) WHERE rowid = 20")
        file.execute(
            "CREATE TRIGGER stored_events_keep_UPDATE BEFORE UPDATE ON stored_events "
            "BEGIN SELECT RAISE(ABORT, 'stored_events is append-only'); END"
        )
        file.commit()
    for _ in range(2):
        with pytest.raises(LogUnavailable, match="not those of its head"):
            open_sqlite_log(path, clock)


@pytest.mark.parametrize("size", [0, 1, SIZE])
def test_a_schema_that_kept_leaves_alone_gets_its_nodes(clock: StandingClock, size: int) -> None:
    at = place()
    migrate(at.owner, at.schema, ROLE, (), PASSWORD)
    log = open_postgres_log(at.dsn, at.schema, clock)
    fill(log, 0, size)
    held = everything(log)
    log.close()
    with psycopg.connect(at.owner, autocommit=True) as owner:
        owner.execute(f"SET search_path = {at.schema}")
        owner.execute("ALTER TABLE stored_events DISABLE TRIGGER append_only")
        owner.execute("UPDATE stored_events SET nodes = substr(nodes, 1, 32)")
        owner.execute("ALTER TABLE stored_events RENAME COLUMN nodes TO leaf")
        owner.execute("ALTER TABLE stored_events ENABLE ALWAYS TRIGGER append_only")
        owner.execute("DELETE FROM log_migrations WHERE version = 2")
    with pytest.raises(LogUnavailable, match="run the service's migrate command"):
        open_postgres_log(at.dsn, at.schema, clock)
    assert migrate(at.owner, at.schema, ROLE, (), PASSWORD).applied == (FILES[1].name,)
    log = open_postgres_log(at.dsn, at.schema, clock)
    assert everything(log) == held
    fill(log, size, size + 3)
    check(log)
    log.close()
    at.drop()
