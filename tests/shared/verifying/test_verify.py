"""Whatever is changed in a store behind the log's back is found, at its position; what was not changed is not."""

import random
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from typing import Any, Final

import msgspec
import pytest

from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.log.merkle import grown as grow
from shared.kit.log.merkle import leaf_hash, packed, root
from shared.kit.verifying.findings import MOST_TOLD
from shared.kit.verifying.kept import Cited
from shared.kit.verifying.verify import Verified, verify
from tests.shared.verifying.conftest import EVENTS
from tests.support.damage import Victim

COLUMNS: Final[dict[str, Any]] = {
    "originator_id": "stream-9",
    "originator_version": 77,
    "topic": "demerit.test.other.v1",
    "recorded_us": 1,
    "subject": "s-9",
    "state": None,
    "nodes": None,
}


def cites(response: bytes) -> Sequence[Cited]:
    """Return what a response of the tests cites."""
    events = msgspec.json.decode(response)["events"]
    return [msgspec.convert((one["id"], one["type"], one["position"], one["recorded_at"]), Cited) for one in events]


def verified(victim: Victim, *checkpoints: Checkpoint) -> Verified:
    """Return what is found."""
    with victim.raw() as raw:
        return verify(raw, checkpoints, cites, lambda *_: None)


def positions(found: Verified) -> set[int]:
    """Return where something was found."""
    return {one.position for one in found.told}


def other(value: bytes) -> bytes:
    """Return bytes in which one bit is another."""
    middle = len(value) // 2
    return value[:middle] + bytes([value[middle] ^ 1]) + value[middle + 1 :]


def checkpoint(victim: Victim, size: int) -> Checkpoint:
    """Return the tree's state at a size, as it would have been signed."""
    with victim.raw() as raw:
        leaves = [leaf_hash(event.state) for event in raw.events(0, size)]
        return Checkpoint(raw.log_ids()[0], size, root(grow((), 0, leaves).frontier))


def test_nothing_is_found_where_nothing_was_changed(victim: Victim) -> None:
    """Checkpoints of any size agree."""
    found = verified(victim, *(checkpoint(victim, size) for size in (1, 7, 32, EVENTS)))
    assert (found.told, found.findings, found.position) == ([], 0, EVENTS)
    assert found.checkpoints == [1, 7, 32, EVENTS]
    assert found.root == checkpoint(victim, EVENTS).root.hex()


@pytest.mark.parametrize("column", COLUMNS)
def test_a_changed_column_is_found_in_its_row_and_nowhere_else(victim: Victim, column: str) -> None:
    """Of random rows, and of the first and the last."""
    for position in (1, *random.Random(column).sample(range(2, EVENTS), 3), EVENTS):
        with victim.changed() as execute:
            ((was,),) = execute(f"SELECT {column} FROM stored_events WHERE {{at}} = ?", (position,))
            value = other(was) if COLUMNS[column] is None else COLUMNS[column]
            change = f"UPDATE stored_events SET {column} = ? WHERE {{at}} = ?"
            execute(change, (value, position))
        found = verified(victim)
        neighbours = {position + 1, position + 5} if column in ("recorded_us", "originator_version") else set()
        if column == "originator_id":  # its stream lacks a version now: the one after is out of turn
            neighbours = {position + 5}
        assert position in positions(found), (column, position, found.told)
        assert positions(found) <= {position, EVENTS, *neighbours}
        with victim.changed() as execute:
            execute(change, (was, position))
    assert verified(victim).findings == 0


def test_each_level_of_the_nodes_is_checked_in_its_own_row(victim: Victim) -> None:
    """The node above is completed by another row: that row is not accused."""
    with victim.changed() as execute:
        ((nodes,),) = execute("SELECT nodes FROM stored_events WHERE {at} = ?", (32,))
        assert len(nodes) == 6 * 32
        for level in range(6):
            changed = nodes[: 32 * level] + other(nodes[32 * level : 32 * (level + 1)]) + nodes[32 * (level + 1) :]
            execute("UPDATE stored_events SET nodes = ? WHERE {at} = ?", (changed, 32))
            assert positions(verified(victim)) - {0} == {32}
        for wrong in (b"", nodes[:-32], nodes + nodes[:32], nodes[:-1]):
            execute("UPDATE stored_events SET nodes = ? WHERE {at} = ?", (wrong, 32))
            assert 32 in positions(verified(victim))


def test_a_deleted_row_is_found(victim: Victim) -> None:
    """At its position; the last one by the sequencer's row."""
    for position in (1, 17, EVENTS):
        with victim.changed() as execute:
            columns = "originator_id, originator_version, topic, recorded_us, subject, state, nodes"
            (row,) = execute(f"SELECT {columns} FROM stored_events WHERE {{at}} = ?", (position,))
            execute("DELETE FROM stored_events WHERE {at} = ?", (position,))
        found = verified(victim)
        assert position in {one.position for one in found.told} | {one.position + 1 for one in found.told}
        with victim.changed() as execute:
            values = (position, *row)
            execute(f"INSERT INTO stored_events ({{at}}, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    assert verified(victim).findings == 0


def test_swapped_and_reordered_rows_are_found(victim: Victim) -> None:
    """Each of them: its bytes say where it belongs."""
    for moved in ((3, 4), (10, 30), (5, 6, 7)):
        with victim.changed() as execute:
            move = "UPDATE stored_events SET {at} = ? WHERE {at} = ?"
            for to, position in zip(range(1001, 1010), moved, strict=False):
                execute(move, (to, position))
            for source, position in zip(range(1001, 1010), (*moved[1:], moved[0]), strict=False):
                if source - 1001 < len(moved):
                    execute(move, (position, source))
        assert set(moved) <= positions(verified(victim))
        with victim.changed() as execute:
            for to, position in zip(range(1001, 1010), (*moved[1:], moved[0]), strict=False):
                execute(move, (to, position))
            for source, position in zip(range(1001, 1001 + len(moved)), moved, strict=True):
                execute(move, (position, source))
    assert verified(victim).findings == 0


@pytest.mark.parametrize("position", [0, -5, EVENTS + 1, EVENTS + 9, 2**62])
def test_an_inserted_row_is_found(victim: Victim, position: int) -> None:
    """Wherever it was put."""
    columns = "originator_id, originator_version, topic, recorded_us, subject, state, nodes"
    with victim.changed() as execute:
        (row,) = execute(f"SELECT {columns} FROM stored_events WHERE {{at}} = ?", (EVENTS,))
        values = (position, "stream-8", 1, *row[2:])
        execute(f"INSERT INTO stored_events ({{at}}, {columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)
    assert position in positions(verified(victim)) or position > EVENTS + 1
    assert verified(victim).findings


def test_rows_put_in_by_renumbering_all_that_follow_are_found(victim: Victim) -> None:
    """Every one of those moved says another position; the first hundred are told, all are counted."""
    with victim.changed() as execute:
        for position in range(EVENTS, 9, -1):
            execute("UPDATE stored_events SET {at} = ? WHERE {at} = ?", (position + 1, position))
        execute(
            "INSERT INTO stored_events SELECT 10, 'stream-8', 1, topic, recorded_us - 1, subject, "
            + ("nodes, state" if victim.kind == "postgres" else "state, nodes")
            + " FROM stored_events WHERE {at} = 11"
        )
    found = verified(victim)
    assert set(range(10, EVENTS + 1)) <= positions(found) or found.findings > MOST_TOLD
    assert min(positions(found) - {0}) == 10


def test_a_truncated_tail_is_found_by_the_head_or_by_what_was_signed(victim: Victim) -> None:
    """Also where the sequencer's row was made to fit."""
    signed, before = checkpoint(victim, EVENTS), checkpoint(victim, 30)
    with victim.changed() as execute:
        execute("DELETE FROM kept_responses WHERE scope >= 'scope-30'")
        execute("DELETE FROM stored_events WHERE {at} > ?", (30,))
    assert [one.table for one in verified(victim).told] == ["log_head", "log_head"]
    with victim.changed() as execute:
        ((recorded_us,),) = execute("SELECT recorded_us FROM stored_events WHERE {at} = 30")
        with victim.raw() as raw:
            frontier = grow((), 0, [leaf_hash(event.state) for event in raw.events(0, 30)]).frontier
        execute("UPDATE log_head SET position = 30, recorded_us = ?, frontier = ?", (recorded_us, packed(frontier)))
    assert verified(victim, before).findings == 0
    (found,) = verified(victim, before, signed).told
    assert (found.table, found.position) == ("stored_events", 31)


def test_a_rewritten_history_is_found_by_a_saved_checkpoint(victim: Victim) -> None:
    """Every hash of it fits; only what was signed before does not."""
    saved, early = checkpoint(victim, 35), checkpoint(victim, 3)
    with victim.raw() as raw:
        events = [*raw.every_event()]
    states = [event.state for event in events]
    states[9] = states[9].replace(b'"number":9', b'"number":8')
    nodes, frontier = grow((), 0, map(leaf_hash, states))
    with victim.changed() as execute:
        for event, state, whole in zip(events, states, nodes, strict=True):
            execute("UPDATE stored_events SET state = ?, nodes = ? WHERE {at} = ?", (state, whole, event.position))
        execute("UPDATE log_head SET frontier = ?", (packed(frontier),))
    assert verified(victim, early).findings == 0
    (found,) = verified(victim, early, saved).told
    assert (found.table, found.position) == ("stored_events", 35)


@pytest.mark.parametrize(
    ("statement", "table"),
    [
        ("UPDATE log_head SET position = position - 1", "log_head"),
        ("UPDATE log_head SET position = position + 1", "log_head"),
        ("UPDATE log_head SET recorded_us = recorded_us - 1", "log_head"),
        ("UPDATE log_head SET promised_us = -1", "log_head"),
        ("UPDATE log_head SET promised_us = 9223372036854775807", "log_head"),
        ("UPDATE log_head SET promised_us = 32503680000000000", "log_head"),
        ("UPDATE log_head SET frontier = nodes FROM stored_events WHERE {at} = 1", "log_head"),
        ("DELETE FROM log_head", "log_head"),
        ("UPDATE log_identity SET log_id = 'urn:uuid:other'", "log_identity"),
        ("DELETE FROM log_identity", "log_identity"),
        ("UPDATE kept_responses SET scope = 'scope-99' WHERE scope = 'scope-09'", "kept_responses"),
        ("DELETE FROM kept_responses WHERE scope = 'scope-09'", "kept_responses"),
        (
            "UPDATE kept_responses SET response = (SELECT response FROM kept_responses WHERE scope = 'scope-11') "
            "WHERE scope = 'scope-09'",
            "kept_responses",
        ),
        ("UPDATE kept_responses SET response = digest WHERE scope = 'scope-09'", "kept_responses"),
        ("INSERT INTO kept_responses SELECT 'more', digest, response FROM kept_responses LIMIT 1", "kept_responses"),
    ],
)
def test_rows_beside_the_events_are_checked(victim: Victim, statement: str, table: str) -> None:
    """The sequencer's row, the log's name, and what was kept of requests."""
    with victim.changed() as execute:
        execute(statement)
    found = verified(victim)
    assert {one.table for one in found.told} == {table}


def test_a_checkpoint_of_another_log_is_told_as_that_alone(victim: Victim) -> None:
    """Whatever its size and its root: they say nothing about this log."""
    there = checkpoint(victim, 7)
    for size in (7, EVENTS + 1):
        found = verified(victim, Checkpoint("urn:uuid:another", size, bytes(32)), there)
        (told,) = found.told
        assert (told.column, told.detail) == ("log_id", "what was signed is of urn:uuid:another")
        assert found.checkpoints == [7]


def test_a_store_whose_triggers_are_gone_is_told_so(victim: Victim) -> None:
    """Nothing would have kept anybody from changing it."""
    with victim.changed(armed=False):
        pass
    found = verified(victim)
    assert found.findings == len(found.told) > 0
    assert all("would have to refuse changes" in one.detail for one in found.told)


@pytest.mark.parametrize("victim", ["sqlite"], indirect=True)
def test_a_trigger_that_reads_otherwise_is_told_as_one_that_is_gone(victim: Victim) -> None:
    """And where those alone are missing that came later, no program that makes them has been there yet."""
    with closing(sqlite3.connect(victim.path)) as other:
        other.execute("DROP TRIGGER stored_events_keep_INSERT")
        other.execute("CREATE TRIGGER stored_events_keep_INSERT BEFORE INSERT ON stored_events BEGIN SELECT 1; END")
    (told,) = verified(victim).told
    assert told.row == "stored_events_keep_INSERT"
    with closing(sqlite3.connect(victim.path)) as other:
        for table in ("stored_events", "log_identity", "kept_responses"):
            other.execute(f"DROP TRIGGER {table}_keep_INSERT")
    found = verified(victim)
    assert (found.findings, len([note for note in found.notes if "keep_INSERT" in note])) == (0, 1)


def test_many_differences_are_counted_and_the_first_told(victim: Victim) -> None:
    """A report stays short, whatever happened."""
    with victim.changed() as execute:
        execute("UPDATE stored_events SET topic = 'x', subject = 'y', originator_version = originator_version + 1000")
    found = verified(victim)
    assert len(found.told) == MOST_TOLD < found.findings


def test_bytes_that_are_no_event_are_told_in_ascii(victim: Victim) -> None:
    """Whoever changed them wrote them: nothing of theirs reaches a terminal as it is."""
    with victim.changed() as execute:
        execute("UPDATE stored_events SET state = ?, topic = ? WHERE {at} = 4", (b"\xff\x1b[31m", "\x1b[31m\n" * 90))
    found = verified(victim)
    assert positions(found) == {4}
    assert all(one.detail.isascii() and one.detail.isprintable() for one in found.told)
