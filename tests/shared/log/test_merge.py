"""Conformance: a table is changed by another of the same columns at once; an append is refused at another head."""

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.kit.log.model import (
    Append,
    Appended,
    EventLog,
    HeadConflict,
    Idempotency,
    KeyTaken,
    LogUnavailable,
    RowConflict,
    Tracking,
)
from shared.kit.log.postgres.connecting import Limits
from shared.kit.log.postgres.datastore import LogDatastore
from shared.kit.log.postgres.recorder import PostgresRecorder
from shared.kit.log.rows import Merge, Put, Remove, Row, RowChange, Table, Unless, Value, Where, unlike
from shared.kit.log.shapes import Shapes
from tests.support.logs import ITEMS, STORES, TABLES, TALLIES, LogStore, StandingClock, draft, store_at
from tests.support.postgres import place

NEXT = Table("items_next", ITEMS.columns, ITEMS.key)
NAMES = Table("names", {"name": "text"}, ("name",))
OTHERS = Table("names_next", {"name": "text"}, ("name",))
ALL = (*TABLES, NEXT, NAMES, OTHERS)
MERGE = Merge(ITEMS, NEXT)


@pytest.fixture
def log(store: LogStore, clock: StandingClock) -> EventLog:
    """An empty log that has both tables."""
    return store.open(clock, ALL)


def changing(*changes: RowChange, events: Sequence[Any] = ()) -> Append:
    return Append(events, lambda _: changes)


def rows(log: EventLog, table: Table) -> list[Row]:
    return log.select(table, limit=100)


def item(number: int, label: str | None = None, weight: int | None = None) -> dict[str, Value]:
    return {"shelf": "a", "number": number, "label": label, "weight": weight, "content": None}


def test_rows_replace_are_added_and_one_with_its_key_alone_removes(log: EventLog) -> None:
    log.append(changing(*(Put(ITEMS, item(number, "old", 1)) for number in (1, 2, 3))))
    log.append(
        changing(Put(NEXT, item(2, "new")), Put(NEXT, item(4, weight=0)), Put(NEXT, item(3)), Put(NEXT, item(9)))
    )
    assert log.append(changing(MERGE)) == Appended(())
    assert rows(log, ITEMS) == [item(1, "old", 1), item(2, "new"), item(4, weight=0)]
    assert rows(log, NEXT) == []


def test_what_its_append_and_its_batch_wrote_before_it_is_merged(log: EventLog) -> None:
    before = changing(Put(NEXT, item(1, "one")), Put(ITEMS, item(2, "two")), events=[draft("case-1")])
    merging = changing(Put(NEXT, item(2)), Put(NEXT, item(3, "three")), MERGE, events=[draft("case-2")])
    assert [type(outcome) for outcome in log.append_batch([before, merging])] == [Appended, Appended]
    assert rows(log, ITEMS) == [item(1, "one"), item(3, "three")]
    assert log.head().position == 2


@pytest.mark.parametrize(
    "appends",
    [
        [changing(Put(NEXT, item(1, "x"))), changing(MERGE, Put(ITEMS, item(1)))],
        [changing(MERGE, MERGE)],
        [changing(Merge(ITEMS, TALLIES))],
        [changing(Merge(ITEMS, ITEMS))],
        [changing(Merge(ITEMS, Table("unknown", ITEMS.columns, ITEMS.key)))],
        [changing(Merge(NAMES, OTHERS))],
    ],
    ids=["change behind", "merge behind", "columns", "itself", "unknown", "nothing beside the key"],
)
def test_a_merge_that_makes_no_sense_takes_its_batch_with_it(log: EventLog, appends: list[Append]) -> None:
    with pytest.raises(ValueError, match=r"merge|not opened with"):
        log.append_batch([changing(events=[draft("case-1")]), *appends])
    assert (log.head().position, rows(log, ITEMS), rows(log, NEXT)) == (0, [], [])


def test_nothing_comes_behind_it_in_a_batch(log: EventLog) -> None:
    with pytest.raises(ValueError, match="behind a merge"):
        log.append_batch([changing(MERGE), changing(Put(ITEMS, item(1)))])
    assert rows(log, ITEMS) == []


def test_many_who_merge_at_once_all_do(log: EventLog) -> None:
    """Also where their appends would have come into one transaction."""
    appends = [changing(Put(NEXT, item(number, "x")), MERGE) for number in range(40)]
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(log.append, appends)) == {Appended(())}
    assert rows(log, ITEMS) == [item(number, "x") for number in range(40)]


def test_events_are_appended_with_it(log: EventLog) -> None:
    """In each way in which a store may write a single append."""
    log.append(changing(events=[draft("case-1")]))
    assert isinstance(log.append(changing(Put(NEXT, item(1, "one")), MERGE, events=[draft("case-2")])), Appended)
    assert (log.head().position, rows(log, ITEMS)) == (2, [item(1, "one")])


def test_one_that_is_refused_changes_nothing(log: EventLog) -> None:
    log.append(changing(Put(NEXT, item(1, "one")), Put(TALLIES, {"name": "t", "count": 1})))
    refused = Append((), lambda _: [MERGE], unless=[Unless(TALLIES, ())])
    assert isinstance(log.append(refused), RowConflict)
    assert (rows(log, ITEMS), rows(log, NEXT)) == ([], [item(1, "one")])


def test_an_append_is_taken_at_its_head_alone(log: EventLog) -> None:
    """Whether it has events or not; the head that counts is the one that stands before it in its batch."""
    put = Put(TALLIES, {"name": "t", "count": 1})
    assert isinstance(log.append(Append([draft("case-1")], head=0)), Appended)
    assert log.append(Append((), lambda _: [put], head=0)) == HeadConflict(1)
    assert log.append(Append([draft("case-2")], head=2)) == HeadConflict(1)
    assert log.get(TALLIES, "t") is None
    assert log.append(Append((), lambda _: [put], head=1)) == Appended(())
    outcomes = log.append_batch([Append([draft("case-2")], head=1), Append([draft("case-3")], head=1)])
    assert outcomes[1] == HeadConflict(2)
    assert log.head().position == 2


def test_a_key_is_named_before_the_head_and_the_head_before_tracking(log: EventLog) -> None:
    key = Idempotency("k", b"d", lambda _: b"r")
    log.append(Append([draft("case-1")], idempotency=key, tracking=Tracking("cases", 1)))
    assert isinstance(log.append(Append(idempotency=key, head=7)), KeyTaken)
    assert log.append(Append(tracking=Tracking("cases", 1), head=7)) == HeadConflict(1)


@pytest.mark.parametrize("column", ["label", "weight", "content"])
@pytest.mark.parametrize("was", [None, "set"])
def test_a_row_that_is_as_it_was_read_meets_no_guard(log: EventLog, column: str, was: str | None) -> None:
    """Any other value of any column does; a row of another key does not."""
    given: dict[str, list[Value]] = {"label": ["b", "a", "c"], "weight": [5, 4, 6], "content": [b"b", b"a", b"c"]}
    row = item(1) | ({column: given[column][0]} if was else {})
    log.append(changing(Put(ITEMS, row), Put(ITEMS, item(2, "other", 9))))
    read = log.get(ITEMS, "a", 1)
    assert read == row
    guards = [*unlike(ITEMS, read)]
    assert isinstance(log.append(Append(unless=guards)), Appended)
    for value in [*given[column], None]:
        log.append(changing(Put(ITEMS, row | {column: value})))
        expected = Appended if value == row[column] else RowConflict
        assert isinstance(log.append(Append(unless=guards)), expected), value


def test_whoever_reads_meanwhile_sees_the_old_rows_or_the_new_ones(log: EventLog) -> None:
    """One select, whatever it has begun to read when the rows change."""
    size, wrong, stop = 400, [], threading.Event()
    log.append(changing(*(Put(ITEMS, item(number, "0")) for number in range(size))))

    def read() -> None:
        while not stop.is_set():
            found = {row["label"] for row in log.select(ITEMS, limit=size)}
            if len(found) != 1:
                wrong.append(found)

    readers = [threading.Thread(target=read) for _ in range(2)]
    for reader in readers:
        reader.start()
    for turn in range(1, 6):
        log.append(changing(*(Put(NEXT, item(number, str(turn))) for number in range(size))))
        log.append(changing(MERGE))
    stop.set()
    for reader in readers:
        reader.join()
    assert wrong == []
    assert {row["label"] for row in log.select(ITEMS, limit=size)} == {"5"}


keys = st.tuples(st.sampled_from(["a", "b", "卖"]), st.integers(0, 3))
values = st.tuples(
    st.none() | st.sampled_from(["", "é"]), st.none() | st.integers(-1, 1), st.none() | st.binary(max_size=1)
)
sets = st.dictionaries(keys, values, max_size=8)


@pytest.fixture(scope="module")
def logs() -> Iterator[list[EventLog]]:
    """A log of each kind."""
    with TemporaryDirectory() as folder:
        stores = [store_at(name, Path(folder)) for name in STORES]
        yield [store.open(StandingClock(), ALL) for store in stores]
        for store in stores:
            store.close()


@settings(max_examples=60, deadline=None)
@given(before=sets, by=sets)
def test_every_store_does_as_the_plain_oracle(logs: list[EventLog], before: dict[Any, Any], by: dict[Any, Any]) -> None:
    expected = {key: value for key, value in (before | by).items() if key not in by or value != (None, None, None)}
    for log in logs:
        log.append(changing(*(Remove(ITEMS, (row["shelf"], row["number"])) for row in rows(log, ITEMS))))
        log.append(changing(*map(putting(ITEMS), before.items()), *map(putting(NEXT), by.items())))
        log.append(changing(MERGE))
        found = {
            (row["shelf"], row["number"]): (row["label"], row["weight"], row["content"]) for row in rows(log, ITEMS)
        }
        assert found == expected
        assert rows(log, NEXT) == []
        assert log.select(ITEMS, Where("weight", "=", 1), limit=9) == [
            row for row in rows(log, ITEMS) if row["weight"] == 1
        ]


def putting(table: Table) -> Callable[[Any], Put]:
    columns = (*ITEMS.key, "label", "weight", "content")
    return lambda pair: Put(table, dict(zip(columns, (*pair[0], *pair[1]), strict=True)))


def test_a_merge_in_postgresql_takes_as_long_as_its_rows(clock: StandingClock) -> None:
    """Or one of very many rows would never get done; what comes after it is limited again."""
    at = place()
    at.migrate(ALL)
    with at.owned() as owner:
        body = "BEGIN PERFORM pg_sleep(3); RETURN NULL; END"
        owner.execute(f"CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS '{body}'".encode())
        owner.execute("CREATE TRIGGER slow AFTER INSERT ON items EXECUTE FUNCTION dawdle()")
    datastore = LogDatastore(at.dsn, at.schema, Limits(statement_s=2))
    recorder = PostgresRecorder(datastore, clock=clock, shapes=Shapes(ALL))
    assert recorder.append_batch([changing(Put(NEXT, item(1, "one")), MERGE)]) == [Appended(())]
    with pytest.raises(LogUnavailable, match="statement timeout"):
        recorder.append_batch([changing(Put(ITEMS, item(2)))])
    datastore.close()
    at.drop()
