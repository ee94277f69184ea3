"""Conformance: read-model rows are put, removed, found and sorted alike in every store."""

from collections.abc import Sequence

import pytest

from shared.kit.log.model import Append, EventLog
from shared.kit.log.rows import (
    MAX_IN,
    MAX_SELECT,
    Operator,
    Put,
    Remove,
    Row,
    RowChange,
    Value,
    Where,
    ordering,
    resume,
)
from tests.support.logs import ITEMS, TALLIES


def change(log: EventLog, *changes: RowChange) -> None:
    log.append(Append((), lambda _: changes))


def item(shelf: str, number: int, label: str | None = None, weight: int | None = None) -> Row:
    return {"shelf": shelf, "number": number, "label": label, "weight": weight, "content": None}


SHELVED = [
    item("a", 1, "plum", 30),
    item("a", 2, None, 10),
    item("a", 3, "pear", None),
    item("b", 1, "apple", 10),
    item("b", 2, "pear", 30),
    item("c", 1, None, None),
]


@pytest.fixture
def shelved(log: EventLog) -> EventLog:
    """A log with six items."""
    change(log, *(Put(ITEMS, row) for row in SHELVED))
    return log


def test_a_row_is_found_by_its_key(shelved: EventLog) -> None:
    assert shelved.get(ITEMS, "b", 2) == SHELVED[4]
    assert shelved.get(ITEMS, "b", 3) is None


def test_a_put_replaces_the_whole_row(shelved: EventLog) -> None:
    change(shelved, Put(ITEMS, {"shelf": "a", "number": 1, "content": b"\x00\xff"}))
    assert shelved.get(ITEMS, "a", 1) == {**item("a", 1), "content": b"\x00\xff"}
    assert len(shelved.select(ITEMS, limit=100)) == 6


def test_a_removed_row_is_gone_and_removing_it_again_is_nothing(shelved: EventLog) -> None:
    change(shelved, Remove(ITEMS, ("a", 1)))
    change(shelved, Remove(ITEMS, ("a", 1)))
    assert shelved.get(ITEMS, "a", 1) is None
    assert len(shelved.select(ITEMS, limit=100)) == 5


def test_of_several_changes_of_one_row_the_last_counts(log: EventLog) -> None:
    put = [Put(TALLIES, {"name": "a", "count": count}) for count in (1, 2)]
    change(log, put[0], Remove(TALLIES, ("a",)), put[1])
    assert log.get(TALLIES, "a") == {"name": "a", "count": 2}
    change(log, put[0], Remove(TALLIES, ("a",)))
    assert log.get(TALLIES, "a") is None
    log.append_batch([Append((), lambda _: [put[0]]), Append((), lambda _: [put[1]])])
    assert log.get(TALLIES, "a") == {"name": "a", "count": 2}


def test_a_row_given_away_is_no_way_into_the_log(log: EventLog) -> None:
    row: dict[str, Value] = {"name": "a", "count": 1}
    change(log, Put(TALLIES, row))
    row["count"] = 2
    assert log.get(TALLIES, "a") == {"name": "a", "count": 1}


@pytest.mark.parametrize(
    ("where", "found"),
    [
        (Where("weight", "=", 10), [1, 3]),
        (Where("weight", "<", 30), [1, 3]),
        (Where("weight", "<=", 30), [0, 1, 3, 4]),
        (Where("weight", ">", 10), [0, 4]),
        (Where("weight", ">=", 10), [0, 1, 3, 4]),
        (Where("weight", "null"), [2, 5]),
        (Where("weight", "not null"), [0, 1, 3, 4]),
        (Where("label", "in", ["pear", "plum", "fig"]), [0, 2, 4]),
        (Where("label", "in", ()), []),
        (Where("label", "null", "ignored"), [1, 5]),
    ],
)
def test_conditions_choose_rows(shelved: EventLog, where: Where, found: list[int]) -> None:
    assert shelved.select(ITEMS, where, limit=100) == [SHELVED[at] for at in found]


def test_conditions_hold_together(shelved: EventLog) -> None:
    found = shelved.select(
        ITEMS, Where("shelf", ">=", "a"), Where("number", "=", 1), Where("label", "not null"), limit=9
    )
    assert found == [SHELVED[0], SHELVED[3]]


def test_in_takes_a_thousand_values(shelved: EventLog) -> None:
    assert len(shelved.select(ITEMS, Where("number", "in", range(MAX_IN)), limit=9)) == 6
    with pytest.raises(ValueError, match="at most 1000 values"):
        shelved.select(ITEMS, Where("number", "in", range(MAX_IN + 1)), limit=9)


@pytest.mark.parametrize(
    ("order", "found"),
    [((), [0, 1, 2, 3, 4, 5]), (("weight",), [2, 5, 1, 3, 0, 4]), (("label", "weight"), [5, 1, 3, 2, 4, 0])],
)
def test_rows_are_sorted_nulls_first_and_by_key_at_last(
    shelved: EventLog, order: Sequence[str], found: list[int]
) -> None:
    assert shelved.select(ITEMS, order=order, limit=100) == [SHELVED[at] for at in found]


@pytest.mark.parametrize(
    "order", [(), ("weight",), ("label",), ("label", "weight"), ("number",), ("content", "weight")]
)
@pytest.mark.parametrize("limit", [1, 2, 4])
def test_pages_of_rows_follow_each_other(shelved: EventLog, order: Sequence[str], limit: int) -> None:
    whole = shelved.select(ITEMS, order=order, limit=100)
    paged: list[Row] = []
    after: tuple[Value, ...] = ()
    while page := shelved.select(ITEMS, order=order, limit=limit, after=after):
        paged += page
        after = resume(ITEMS, order, page[-1])
    assert paged == whole
    assert len(whole) == 6


def test_resuming_keeps_to_the_conditions(shelved: EventLog) -> None:
    light = Where("weight", "=", 10)
    first = shelved.select(ITEMS, light, order=["label"], limit=1)
    assert first == [SHELVED[1]]
    assert shelved.select(ITEMS, light, order=["label"], limit=9, after=(None, "a", 2)) == [SHELVED[3]]


def test_a_resumed_row_need_not_exist_any_more(shelved: EventLog) -> None:
    assert shelved.select(ITEMS, limit=2, after=("a", 99)) == SHELVED[3:5]


def test_a_key_named_in_the_order_is_not_asked_for_twice() -> None:
    assert ordering(ITEMS, ("number",)) == ("number", "shelf")
    assert ordering(ITEMS, ("weight",)) == ("weight", "shelf", "number")


def test_text_sorts_by_code_point(log: EventLog) -> None:
    names = ["", "A", "Z", "a", "ab", "z", "é", "卖家", "\uffff", "😀"]
    change(log, *(Put(TALLIES, {"name": name}) for name in reversed(names)))
    assert [row["name"] for row in log.select(TALLIES, limit=100)] == names


def test_integers_have_64_bits(log: EventLog) -> None:
    for count in (2**63 - 1, -(2**63)):
        change(log, Put(TALLIES, {"name": "a", "count": count}))
        assert log.get(TALLIES, "a") == {"name": "a", "count": count}


@pytest.mark.parametrize(
    "row",
    [
        {"name": "a", "count": 2**63},
        {"name": "a", "count": True},
        {"name": "a", "count": "1"},
        {"name": 1},
        {"name": None},
        {"count": 1},
        {"name": "a\0"},
        {"name": "\ud800"},
        {"name": "a", "colour": "red"},
        {"name": "a", "count": 1, "colour": None},
    ],
)
def test_a_row_that_does_not_fit_is_refused(log: EventLog, row: Row) -> None:
    change(log, Put(TALLIES, {"name": "z"}), Put(TALLIES, {"name": "y", "count": 1}))
    with pytest.raises(ValueError, match="table tallies"):
        change(log, Put(TALLIES, row))
    assert [found["name"] for found in log.select(TALLIES, limit=9)] == ["y", "z"]


@pytest.mark.parametrize("key", [(), ("a",), ("a", 1, 2), ("a", None), (1, "a"), ("a", True)])
def test_a_key_that_does_not_fit_is_refused(log: EventLog, key: tuple[Value, ...]) -> None:
    with pytest.raises(ValueError, match="table items"):
        log.get(ITEMS, *key)
    with pytest.raises(ValueError, match="table items"):
        change(log, Remove(ITEMS, key))


@pytest.mark.parametrize(
    ("column", "operator", "value"),
    [
        ("colour", "=", "red"),
        ("colour", "null", None),
        ("colour", "in", ["red"]),
        ("weight", "=", None),
        ("weight", "=", "10"),
        ("weight", "in", [1, None]),
        ("weight", "in", 1),
        ("label", "in", "pear"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused(
    log: EventLog, column: str, operator: Operator, value: Value
) -> None:
    with pytest.raises(ValueError, match=r"table items|`in` takes"):
        log.select(ITEMS, Where(column, operator, value), limit=1)


@pytest.mark.parametrize("limit", [0, -1, MAX_SELECT + 1])
def test_a_select_has_a_limit(log: EventLog, limit: int) -> None:
    with pytest.raises(ValueError, match="1 to 10000 rows"):
        log.select(ITEMS, limit=limit)


def test_an_order_that_makes_no_sense_is_refused(log: EventLog) -> None:
    with pytest.raises(ValueError, match="no column colour"):
        log.select(ITEMS, order=["colour"], limit=1)
    with pytest.raises(ValueError, match="sorts by a column once"):
        log.select(ITEMS, order=["weight", "weight"], limit=1)
    with pytest.raises(ValueError, match="resumes behind 3 values: weight, shelf, number"):
        log.select(ITEMS, order=["weight"], limit=1, after=(1,))
    with pytest.raises(ValueError, match="column weight of table items"):
        log.select(ITEMS, order=["weight"], limit=1, after=("1", "a", 1))
