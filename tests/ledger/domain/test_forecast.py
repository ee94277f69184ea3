"""What one more violation would bring, and when what there is lapses."""

import pytest

from services.ledger.domain.forecast import MAX_CHANGES, SUPPOSED, forecast
from services.ledger.domain.standing import timeline_of
from shared.rulebook.loader import shipped
from tests.support.ladders import SEED, shanghai
from tests.support.ledger_story import Story


def warned() -> Story:
    """12 ordinary points since 1 March 2025."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-01T10:00")
    return told


def test_without_a_supposed_violation_it_tells_what_lapses() -> None:
    """The sanction ends, then the points clear."""
    found = forecast("seller", warned().facts, SEED, shanghai("2025-03-02T10:00"), None)
    assert found.grade is None
    assert found.standing == warned().at("2025-03-02T10:00")
    assert [(change.at, change.standing, change.points["ordinary"]) for change in found.changes] == [
        (shanghai("2025-03-08T10:00"), "watch", 12),
        (shanghai("2026-01-01T00:00"), "good", 0),
    ]
    assert found.complete


def test_one_more_ordinary_waits_for_the_first() -> None:
    """12 more points: the next node starts when the running one ends."""
    found = forecast("s", warned().facts, SEED, shanghai("2025-03-02T10:00"), "ordinary")
    assert found.grade is not None
    assert (found.grade.track, found.grade.points) == ("ordinary", 12)
    assert found.standing.points["ordinary"] == 24
    assert found.standing.restricted_until == shanghai("2025-03-15T10:00")
    assert [row.node for row in found.standing.sanctions if row.entry == SUPPOSED] == [24]


def test_what_is_supposed_has_no_position() -> None:
    """The last position told is that of a fact which was recorded."""
    facts = warned().facts
    found = forecast("s", facts, SEED, shanghai("2025-03-02T10:00"), "ordinary")
    assert found.standing.last_entry_position == facts[-1].position


def test_one_more_severe_seals() -> None:
    """48 points: sealed at once, and nothing lapses but the ordinary points."""
    found = forecast("s", warned().facts, SEED, shanghai("2025-03-02T10:00"), "severe")
    assert found.standing.standing == "sealed"
    assert [(change.at, change.standing) for change in found.changes] == [(shanghai("2026-01-01T00:00"), "sealed")]


def test_the_grade_is_the_one_with_the_most_points_at_that_time() -> None:
    """Under the version of 2017 ordinary grades give 0 or 12: 12 is supposed."""
    book = shipped("taobao")
    version = book.at(shanghai("2018-01-01T00:00"))
    assert version is not None
    points = {grade.points for grade in version.grades.values() if grade.track == "ordinary"}
    found = forecast("s", (), book, shanghai("2018-01-01T00:00"), "ordinary")
    assert points == {0, 12}
    assert found.grade is not None
    assert found.grade.points == max(points)


@pytest.mark.parametrize("track", ["ordinary", "severe"])
def test_where_the_rulebook_has_no_such_grade_nothing_is_supposed(track: str) -> None:
    """Before the first version there is none."""
    found = forecast("s", (), SEED, shanghai("2011-06-01T00:00"), track)  # type: ignore[arg-type]  # both are literals
    assert (found.grade, found.standing.standing) == (None, "good")


def test_a_long_queue_is_told_up_to_a_limit() -> None:
    """So many nodes that the changes do not fit: as many as fit, and said to be incomplete."""
    told = Story()
    told.upheld("a", "ordinary", 12 * (MAX_CHANGES + 5), "2025-03-01T10:00")
    found = forecast("s", told.facts, timeline_of(SEED.versions[0]), shanghai("2025-03-02T10:00"), None)
    assert len(found.changes) == MAX_CHANGES
    assert not found.complete


def test_supposing_leaves_the_facts_alone() -> None:
    """The account answers afterwards as before."""
    told = warned()
    before = told.at("2025-03-02T10:00")
    forecast("s", told.facts, SEED, shanghai("2025-03-02T10:00"), "severe")
    assert told.at("2025-03-02T10:00") == before
