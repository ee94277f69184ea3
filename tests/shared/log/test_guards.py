"""Conformance: an append with a guard is refused where a row meets it, and no race or batch gets round it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from shared.kit.log.model import (
    MAX_UNLESS,
    Append,
    Appended,
    EventLog,
    Idempotency,
    KeyTaken,
    RowConflict,
    StreamConflict,
    Tracking,
    TrackingConflict,
)
from shared.kit.log.rows import MAX_IN, Put, Remove, RowChange, Table, Unless, Where
from tests.support.logs import ITEMS, TALLIES, LogStore, StandingClock, draft, everything

WRITERS = 8


def item(shelf: str, number: int, label: str | None = None, weight: int | None = None) -> dict[str, str | int | None]:
    return {"shelf": shelf, "number": number, "label": label, "weight": weight, "content": None}


def guarded(*where: Where, changes: tuple[RowChange, ...] = (), stream: str | None = None) -> Append:
    """Return an append that is refused where an item meets these conditions."""
    return Append([draft(stream)] if stream else (), lambda _: changes, unless=[Unless(ITEMS, where)])


def changing(*changes: RowChange) -> Append:
    return Append((), lambda _: changes)


PEAR = Where("label", "=", "pear")


def test_a_row_that_meets_a_guard_refuses_the_whole_append(log: EventLog) -> None:
    log.append(changing(Put(ITEMS, item("a", 1, "pear"))))
    refused = Append(
        [draft("case-1")],
        lambda _: [Put(TALLIES, {"name": "failed"})],
        Idempotency("failed", b"d", lambda _: b""),
        Tracking("failed", 1),
        [Unless(ITEMS, (PEAR,))],
    )
    assert log.append(refused) == RowConflict("items", item("a", 1, "pear"))
    assert (log.head().position, log.kept("failed"), log.tracked("failed")) == (0, None, 0)
    assert log.get(TALLIES, "failed") is None
    assert everything(log) == []


def test_a_guard_that_no_row_meets_is_no_hindrance(log: EventLog) -> None:
    log.append(changing(Put(ITEMS, item("a", 1, "plum")), Put(ITEMS, item("a", 2))))
    assert isinstance(log.append(guarded(PEAR, stream="case-1")), Appended)


def test_all_conditions_of_a_guard_must_be_met_by_one_row(log: EventLog) -> None:
    log.append(changing(Put(ITEMS, item("a", 1, "pear", 10)), Put(ITEMS, item("a", 2, "plum", 30))))
    assert isinstance(log.append(guarded(PEAR, Where("weight", "=", 30))), Appended)
    assert log.append(guarded(PEAR, Where("weight", "=", 10))) == RowConflict("items", item("a", 1, "pear", 10))


def test_a_guard_without_conditions_wants_an_empty_table(log: EventLog) -> None:
    assert isinstance(log.append(guarded(changes=(Put(ITEMS, item("a", 1)),))), Appended)
    assert log.append(guarded()) == RowConflict("items", item("a", 1))


def test_of_rows_that_meet_a_guard_the_lowest_key_is_named(log: EventLog) -> None:
    log.append(changing(*(Put(ITEMS, item(shelf, number, "pear")) for shelf, number in [("b", 1), ("a", 3), ("a", 2)])))
    assert log.append(guarded(PEAR)) == RowConflict("items", item("a", 2, "pear"))
    below = [changing(Put(ITEMS, item("a", 1, "pear"))), guarded(PEAR)]
    assert log.append_batch(below)[1] == RowConflict("items", item("a", 1, "pear"))


def test_of_several_guards_the_first_that_is_met_is_named(log: EventLog) -> None:
    log.append(changing(Put(ITEMS, item("a", 1, "pear")), Put(TALLIES, {"name": "t", "count": 1})))
    unless = [
        Unless(ITEMS, (Where("label", "=", "fig"),)),
        Unless(TALLIES, (Where("count", ">", 0),)),
        Unless(ITEMS, (PEAR,)),
    ]
    assert log.append(Append(unless=unless)) == RowConflict("tallies", {"name": "t", "count": 1})


def test_the_rows_of_an_append_do_not_meet_its_own_guard(log: EventLog) -> None:
    once = guarded(PEAR, changes=(Put(ITEMS, item("a", 1, "pear")),), stream="case-1")
    assert isinstance(log.append(once), Appended)


def test_rows_of_appends_before_it_in_its_batch_meet_a_guard(log: EventLog) -> None:
    outcomes = log.append_batch(
        [
            guarded(PEAR, changes=(Put(ITEMS, item("a", 1, "pear")),), stream="case-1"),
            guarded(PEAR, changes=(Put(ITEMS, item("a", 2, "pear")),), stream="case-2"),
            Append([draft("case-3")]),
        ]
    )
    assert [type(outcome) for outcome in outcomes] == [Appended, RowConflict, Appended]
    assert outcomes[1] == RowConflict("items", item("a", 1, "pear"))
    assert [event.stream for event in everything(log)] == ["case-1", "case-3"]
    assert log.get(ITEMS, "a", 2) is None


def test_rows_of_a_refused_append_meet_no_guard(log: EventLog) -> None:
    log.append(changing(Put(ITEMS, item("z", 1, "fig"))))
    fig = Where("label", "=", "fig")
    outcomes = log.append_batch([guarded(fig, changes=(Put(ITEMS, item("a", 1, "pear")),)), guarded(PEAR)])
    assert [type(outcome) for outcome in outcomes] == [RowConflict, Appended]


@pytest.mark.parametrize(
    "undone",
    [Remove(ITEMS, ("a", 1)), Put(ITEMS, item("a", 1, "plum")), Put(ITEMS, item("a", 1))],
    ids=["removed", "replaced", "made null"],
)
def test_a_row_that_an_append_before_it_undid_meets_no_guard(log: EventLog, undone: RowChange) -> None:
    log.append(changing(Put(ITEMS, item("a", 1, "pear"))))
    outcomes = log.append_batch([guarded(PEAR), changing(undone), guarded(PEAR, stream="case-1")])
    assert [type(outcome) for outcome in outcomes] == [RowConflict, Appended, Appended]


def test_behind_rows_that_were_undone_the_next_one_is_found(log: EventLog) -> None:
    log.append(changing(*(Put(ITEMS, item("a", number, "pear")) for number in range(1, 6))))
    undone = changing(Remove(ITEMS, ("a", 1)), Put(ITEMS, item("a", 2, "plum")), Remove(ITEMS, ("a", 3)))
    assert log.append_batch([undone, guarded(PEAR)])[1] == RowConflict("items", item("a", 4, "pear"))
    remove = changing(Remove(ITEMS, ("a", 4)), Remove(ITEMS, ("a", 5)))
    assert log.append_batch([remove, guarded(PEAR)])[1] == Appended(())


def test_a_guard_is_the_last_reason_to_refuse(log: EventLog) -> None:
    key = Idempotency("k", b"d", lambda _: b"r")
    pear = changing(Put(ITEMS, item("a", 1, "pear")))
    log.append(Append([draft("case-1")], pear.rows, key, Tracking("cases", 1)))
    unless = [Unless(ITEMS, (PEAR,))]
    taken = [draft("case-1")]
    assert isinstance(log.append(Append(taken, idempotency=key, unless=unless)), KeyTaken)
    assert isinstance(log.append(Append(taken, tracking=Tracking("cases", 1), unless=unless)), TrackingConflict)
    assert isinstance(log.append(Append(taken, unless=unless)), StreamConflict)
    assert isinstance(log.append(Append([draft("case-1", 2)], unless=unless)), RowConflict)


@pytest.mark.parametrize("place", ["same log", "one batch"])
def test_of_many_who_guard_against_each_other_exactly_one_wins(log: EventLog, place: str) -> None:
    appends = [
        guarded(PEAR, changes=(Put(ITEMS, item("a", number, "pear")),), stream=f"case-{number}") for number in range(64)
    ]
    if place == "one batch":
        outcomes = log.append_batch(appends)
    else:
        with ThreadPoolExecutor(WRITERS) as threads:
            outcomes = list(threads.map(log.append, appends))
    assert sum(isinstance(outcome, Appended) for outcome in outcomes) == 1
    (row,) = log.select(ITEMS, limit=9)
    assert outcomes.count(RowConflict("items", row)) == 63
    assert [event.stream for event in everything(log)] == [f"case-{row['number']!s}"]


def test_guards_are_limited(log: EventLog) -> None:
    log.append(changing(Put(ITEMS, item("a", MAX_UNLESS, "pear"))))
    unless = [Unless(ITEMS, (Where("number", "=", number),)) for number in range(1, MAX_UNLESS + 2)]
    assert isinstance(log.append(Append(unless=unless[:MAX_UNLESS])), RowConflict)
    with pytest.raises(ValueError, match="at most 200 guards"):
        log.append(Append([draft("case-1")], unless=unless))
    assert log.head().position == 0


@pytest.mark.parametrize(
    "guard",
    [
        Unless(Table("unknown", {"name": "text"}, ("name",)), ()),
        Unless(ITEMS, (Where("colour", "=", "red"),)),
        Unless(ITEMS, (Where("weight", "=", None),)),
        Unless(ITEMS, (Where("weight", "=", "10"),)),
        Unless(ITEMS, (Where("number", "in", range(MAX_IN + 1)),)),
    ],
    ids=["table", "column", "null", "type", "too many values"],
)
def test_a_guard_that_makes_no_sense_takes_its_whole_batch_with_it(log: EventLog, guard: Unless) -> None:
    with pytest.raises(ValueError, match=r"table|`in` takes"):
        log.append_batch([Append([draft("case-1")]), Append([draft("case-2")], unless=[guard])])
    assert log.head().position == 0


def test_a_guard_looks_at_what_was_kept(store: LogStore, clock: StandingClock) -> None:
    log = store.open(clock)
    log.append(changing(Put(ITEMS, item("a", 1, "pear"))))
    log.close()
    expected = RowConflict if store.keeps else Appended
    assert isinstance(store.open(clock).append(guarded(PEAR)), expected)
