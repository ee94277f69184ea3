"""Bugs that other penalty systems have had, each kept away by name.

What shows between writers or at the border is in tests/ledger/follower/test_named_bugs.py.
"""

from shared.rulebook.model import Sanction
from tests.support.ladders import shanghai
from tests.support.ledger_story import Story


def test_a_reversal_that_outlives_its_cleared_points_leaves_no_negative_balance() -> None:
    """Ozone: an expired award, then its reversal."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2024-12-01T10:00")
    told.reversed("a", "2025-02-01T10:00")
    assert told.at("2025-02-01T10:00").points == {"ordinary": 0, "severe": 0}
    assert told.at("2024-12-02T10:00", "2025-02-01T10:00").points == {"ordinary": 0, "severe": 0}


def test_two_penalties_at_one_instant_cross_a_node_once() -> None:
    """Coop: one threshold crossed twice by concurrent penalties, the next one never."""
    told = Story()
    told.upheld("a", "ordinary", 8, "2025-03-01T10:00")
    told.upheld("b", "ordinary", 8, "2025-03-02T10:00", "2025-03-02T10:01")
    told.upheld("c", "ordinary", 8, "2025-03-02T10:00", "2025-03-02T10:02")
    assert told.rows("2025-03-02T10:02") == [("b", 12, "in_force"), ("c", 24, "queued")]


def test_a_reversal_lifts_nothing_that_another_violation_caused() -> None:
    """Discourse 43191: removing one penalty lifted an unrelated one."""
    told = Story()
    told.upheld("o", "ordinary", 12, "2025-03-01T10:00")
    told.upheld("s", "severe", 12, "2025-03-01T11:00")
    told.reversed("s", "2025-03-02T10:00")
    assert told.row("o", "2025-03-02T10:00").state == "in_force"
    assert told.at("2025-03-02T10:00").restricted_until == shanghai("2025-03-08T10:00")


def test_a_weaker_violation_does_not_overwrite_a_seal() -> None:
    """Gumroad 2049: a lighter transition replaced a suspension."""
    told = Story()
    told.upheld("s", "severe", 48, "2025-03-01T10:00")
    told.upheld("o", "ordinary", 12, "2025-03-02T10:00")
    told.upheld("t", "severe", 12, "2025-03-03T10:00")
    assert told.at("2025-03-20T10:00").standing == "sealed"
    assert told.at("2025-03-20T10:00").next_change_at == shanghai("2026-01-01T00:00")


def test_the_first_end_does_not_end_two_sanctions() -> None:
    """python-discord 362: whichever expired first released the user."""
    told = Story()
    told.upheld("a", "severe", 12, "2025-03-01T10:00")
    told.upheld("b", "severe", 12, "2025-03-04T10:00")
    assert told.rows("2025-03-08T10:00") == [("a", 12, "superseded"), ("b", 24, "in_force")]
    assert told.at("2025-03-08T10:00").restricted_until == shanghai("2025-03-18T10:00")


def test_each_track_has_its_own_total() -> None:
    """A public client filled the ordinary total from the severe label."""
    told = Story()
    told.upheld("s", "severe", 36, "2025-03-01T10:00")
    told.upheld("o", "ordinary", 12, "2025-03-02T10:00")
    answer = told.at("2025-03-02T10:00")
    assert answer.points == {"ordinary": 12, "severe": 36}
    assert (answer.tracks["ordinary"].points, answer.tracks["severe"].points) == (12, 36)


def test_an_appeal_does_not_overwrite_points() -> None:
    """Shopee: the points of an appeal replaced the total. The fact before stays, with its own answer."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-01T10:00")
    told.upheld("b", "ordinary", 12, "2025-03-02T10:00")
    told.give(told.regrade("a", "n", "ordinary", 0, "2025-03-03T10:00", (Sanction(24, ("shop_hidden",)),)))
    assert told.at("2025-03-03T10:00").points["ordinary"] == 12
    assert told.at("2025-03-03T10:00", "2025-03-02T10:00").points["ordinary"] == 24
    told.stayed("b", "2025-03-04T10:00")
    assert told.at("2025-03-04T10:00").points["ordinary"] == 12
