"""A table that could not be kept, or would meet the log's own, is refused when the log is opened."""

import pytest

from shared.kit.log.rows import Column, Table
from shared.kit.log.shapes import RESERVED, Shapes
from tests.support.logs import TALLIES

COLUMNS: dict[str, Column] = {"name": "text", "count": "integer"}


@pytest.mark.parametrize(
    ("table", "reason"),
    [
        (Table('x" (y); --', COLUMNS, ("name",)), "not a name"),
        (Table("Tallies", COLUMNS, ("name",)), "not a name"),
        (Table("sqlite_tallies", COLUMNS, ("name",)), "not a name"),
        (Table("tallies", {**COLUMNS, "a b": "text"}, ("name",)), "not a name"),
        (Table("x" * 64, COLUMNS, ("name",)), "not a name"),
        (Table("tallies", COLUMNS, ()), "has no key"),
        (Table("tallies", COLUMNS, ("name",), later=("name",)), "none of its key or indexes"),
        (Table("tallies", COLUMNS, ("name",), later=("other",)), "none of its key or indexes"),
        (Table("tallies", COLUMNS, ("colour",)), "must name columns"),
        (Table("tallies", COLUMNS, ("name", "name")), "must name columns"),
        (Table("tallies", COLUMNS, ("name",), (("colour",),)), "must name columns"),
        (Table("tallies", COLUMNS, ("name",), ((),)), "must name columns"),
        (Table("tallies", {"name": "real"}, ("name",)), "not a type"),  # type: ignore[dict-item]  # what is refused
    ],
)
def test_a_table_that_is_not_well_formed_is_refused(table: Table, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        Shapes([table])


@pytest.mark.parametrize("name", sorted(RESERVED))
def test_the_tables_of_the_log_are_not_given_away(name: str) -> None:
    with pytest.raises(ValueError, match="of its own"):
        Shapes([Table(name, COLUMNS, ("name",))])


def test_two_tables_have_two_names() -> None:
    with pytest.raises(ValueError, match="two tables are named tallies"):
        Shapes([TALLIES, TALLIES])


def test_a_table_is_known_by_what_it_says() -> None:
    shapes = Shapes([TALLIES])
    same = Table(TALLIES.name, dict(TALLIES.columns), TALLIES.key)
    assert shapes.of(same) is shapes.of(TALLIES)
    with pytest.raises(ValueError, match="not opened with"):
        shapes.of(Table(TALLIES.name, COLUMNS | {"more": "text"}, TALLIES.key))
