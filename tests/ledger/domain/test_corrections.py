"""Reversals and regrades in the corners that the worked examples leave: caps, the seal that moves, what is lifted."""

import pytest

from services.ledger.domain.commands import RecordEntry
from shared.rulebook.model import Sanction
from tests.support.ladders import shanghai
from tests.support.ledger_story import Story

WEEK_HIDDEN = (Sanction(168, ("shop_hidden",)),)


def sealed_by_the_second() -> Story:
    """Severe 24 on 2 June and on 5 June; 12 more on 7 June, when the account is sealed already."""
    told = Story()
    told.upheld("a", "severe", 24, "2025-06-02T10:00")
    told.upheld("b", "severe", 24, "2025-06-05T10:00")
    told.upheld("c", "severe", 12, "2025-06-07T10:00")
    return told


def test_an_entry_above_the_seal_shows_no_sanction_while_another_seals() -> None:
    """It holds the node, the sealing entry has the row."""
    told = sealed_by_the_second()
    assert told.rows("2025-06-07T10:00") == [("a", 24, "moot"), ("b", 48, "in_force")]


def test_when_the_seal_falls_an_entry_above_it_takes_what_it_now_reaches() -> None:
    """The reversal of the first: 24 and 36 remain, each from its own trigger."""
    told = sealed_by_the_second()
    told.reversed("a", "2025-06-09T10:00")
    assert told.rows("2025-06-09T10:00") == [("a", 24, "vacated"), ("b", 24, "superseded"), ("c", 36, "in_force")]
    assert told.period("b", "2025-06-09T10:00") == (shanghai("2025-06-05T10:00"), shanghai("2025-06-19T10:00"))
    assert told.period("c", "2025-06-09T10:00") == (shanghai("2025-06-07T10:00"), shanghai("2025-06-28T10:00"))
    assert told.at("2025-06-09T10:00").standing == "shop_closed"


def test_the_seal_passes_to_the_entry_that_still_reaches_it() -> None:
    """Sealed all along, from a later instant on."""
    told = sealed_by_the_second()
    told.upheld("d", "severe", 12, "2025-06-08T10:00")
    told.reversed("a", "2025-06-09T10:00")
    assert told.rows("2025-06-09T10:00") == [
        ("a", 24, "vacated"),
        ("b", 24, "moot"),
        ("c", 36, "moot"),
        ("d", 48, "in_force"),
    ]
    assert told.at("2025-06-07T12:00", "2025-06-09T10:00").standing == "shop_closed"


def test_a_late_entry_takes_the_seal_and_gives_it_back_when_it_is_reversed() -> None:
    """The entry that sealed before shows nothing meanwhile, then its old row again."""
    told = sealed_by_the_second()
    told.upheld("late", "severe", 24, "2025-06-03T10:00", "2025-06-10T10:00")
    assert told.rows("2025-06-10T10:00") == [("a", 24, "moot"), ("late", 48, "in_force")]
    told.reversed("late", "2025-06-11T10:00")
    assert told.rows("2025-06-11T10:00") == [("a", 24, "moot"), ("late", 48, "vacated"), ("b", 48, "in_force")]


def test_a_tier_lifted_to_the_seal_keeps_its_own_row_beside_it() -> None:
    """Lifted by a late 24 before it and let down by its reversal: the seal's row is vacated, the tier's is not."""
    told = Story()
    told.upheld("b", "severe", 24, "2025-06-05T10:00")
    told.upheld("late", "severe", 24, "2025-06-03T10:00", "2025-06-06T10:00")
    assert told.rows("2025-06-06T10:00") == [("late", 24, "moot"), ("b", 24, "moot"), ("b", 48, "in_force")]
    told.reversed("late", "2025-06-07T10:00")
    assert told.rows("2025-06-07T10:00") == [("late", 24, "vacated"), ("b", 24, "in_force"), ("b", 48, "vacated")]
    assert told.at("2025-06-07T10:00").sanctions[2].lifted_at == shanghai("2025-06-07T10:00")


def test_a_fallen_seal_that_leaves_less_than_a_node_is_vacated_with_its_start() -> None:
    """40 and then 8: without the 40 the 8 reach nothing."""
    told = Story()
    told.upheld("a", "severe", 40, "2025-06-02T10:00")
    told.upheld("b", "severe", 8, "2025-06-05T10:00")
    told.reversed("a", "2025-06-09T10:00")
    row = told.row("b", "2025-06-09T10:00")
    assert (row.node, row.start, row.end, row.state) == (48, shanghai("2025-06-05T10:00"), None, "vacated")
    assert row.lifted_at == shanghai("2025-06-09T10:00")


def test_a_sanction_whose_new_end_is_past_is_lifted_by_the_reversal() -> None:
    """The seal falls to a week that ended long ago: served since, lifted only now."""
    told = Story()
    told.upheld("a", "severe", 36, "2025-06-02T10:00")
    told.upheld("b", "severe", 12, "2025-06-05T10:00")
    told.reversed("a", "2025-08-01T10:00")
    row = told.row("b", "2025-08-01T10:00")
    assert (row.node, row.end, row.state) == (12, shanghai("2025-06-12T10:00"), "served")
    assert row.lifted_at == shanghai("2025-08-01T10:00")


def test_what_had_ended_before_the_reversal_is_not_lifted_by_it() -> None:
    """Vacated, but its end had passed."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-03T10:00")
    told.reversed("a", "2025-03-10T10:00")
    row = told.row("a", "2025-03-10T10:00")
    assert (row.state, row.lifted_at) == ("vacated", None)


def test_what_the_reversal_leaves_running_is_rescheduled_not_lifted() -> None:
    """The end moves from 17 March to 14 March, which lies ahead."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-03T10:00")
    told.upheld("b", "ordinary", 12, "2025-03-07T10:00")
    told.reversed("a", "2025-03-12T09:00")
    assert told.row("b", "2025-03-12T09:00").lifted_at is None


def test_caps_accumulate_over_reversals() -> None:
    """What the first reversal took stays taken, though a late entry would lift it again at the second one."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-01T10:00")
    told.upheld("x", "ordinary", 6, "2025-03-02T10:00")
    told.upheld("b", "ordinary", 18, "2025-03-03T10:00")
    assert [row[1] for row in told.rows("2025-03-03T10:00") if row[0] == "b"] == [24, 36]
    told.reversed("x", "2025-03-04T10:00")
    assert [row[1:] for row in told.rows("2025-03-04T10:00") if row[0] == "b"] == [(24, "queued"), (36, "vacated")]
    told.upheld("late", "ordinary", 6, "2025-03-02T11:00", "2025-03-05T10:00")
    told.upheld("other", "ordinary", 0, "2025-03-01T09:00", "2025-03-05T11:00")
    told.reversed("other", "2025-03-06T10:00")
    assert [row[1:] for row in told.rows("2025-03-06T10:00") if row[0] == "b"] == [(24, "queued"), (36, "vacated")]


def test_an_entry_whose_crossing_a_wrong_one_took_stays_without_a_node() -> None:
    """8, then 8 (wrong, reaches 12), then 4 (reaches none): without the wrong one the 4 still order nothing."""
    told = Story()
    told.upheld("a", "ordinary", 8, "2025-03-01T10:00")
    told.upheld("wrong", "ordinary", 8, "2025-03-02T10:00")
    told.upheld("b", "ordinary", 4, "2025-03-03T10:00")
    told.reversed("wrong", "2025-03-04T10:00")
    assert told.rows("2025-03-04T10:00") == [("wrong", 12, "vacated")]
    assert told.at("2025-03-04T10:00").points["ordinary"] == 12


def test_a_lower_tier_is_the_same_row_with_its_measures() -> None:
    """From 24 to 12 with the entry before it gone."""
    told = Story()
    told.upheld("a", "severe", 12, "2025-06-02T10:00")
    told.upheld("b", "severe", 12, "2025-06-03T10:00")
    assert "delist_all" in told.at("2025-06-03T10:00").restrictions
    told.reversed("a", "2025-06-04T10:00")
    assert told.rows("2025-06-04T10:00") == [("a", 12, "vacated"), ("b", 12, "in_force")]
    assert "delist_all" not in told.at("2025-06-04T10:00").restrictions


def test_reversing_a_sealing_48_in_the_next_year_recomputes_what_it_carried() -> None:
    """The 12 of the new year stood on the carried 48; alone they reach node 12, from their own trigger."""
    told = Story()
    told.upheld("a", "severe", 48, "2025-12-20T10:00")
    told.upheld("b", "severe", 12, "2026-01-05T10:00")
    assert told.at("2026-01-05T10:00").points["severe"] == 60
    told.reversed("a", "2026-01-08T10:00")
    assert told.rows("2026-01-08T10:00") == [("a", 48, "vacated"), ("b", 12, "in_force")]
    assert told.at("2026-01-08T10:00").points["severe"] == 12


def test_a_regrade_of_the_seal_is_not_cut() -> None:
    """Severe 48 to severe 36: three weeks from the original's instant."""
    told = Story()
    told.upheld("s", "severe", 48, "2025-06-02T10:00")
    told.regraded("s", "n", "severe", 36, "2025-06-04T10:00")
    assert told.period("n", "2025-06-04T10:00") == (shanghai("2025-06-02T10:00"), shanghai("2025-06-23T10:00"))


@pytest.mark.parametrize(("points", "node", "hours"), [(24, 24, 336), (12, 12, 168)])
def test_a_regrade_on_its_track_has_the_lower_tier(points: int, node: int, hours: int) -> None:
    """Three weeks become two or one, from the original's instant on."""
    told = Story()
    told.upheld("s", "severe", 36, "2025-06-10T10:00")
    told.regraded("s", "n", "severe", points, "2025-06-12T10:00")
    start, end = told.period("n", "2025-06-12T10:00")
    assert told.row("n", "2025-06-12T10:00").node == node
    assert end is not None
    assert (end - start).total_seconds() == hours * 3600


def test_a_regrade_lifted_by_a_late_entry_keeps_to_the_old_tier_and_its_end() -> None:
    """12 replaced by 6 on top of a late 20: it would reach 24; it holds 12, to the old end."""
    told = Story()
    told.upheld("s", "severe", 12, "2025-06-10T10:00")
    told.upheld("late", "severe", 20, "2025-06-09T10:00", "2025-06-11T10:00")
    told.regraded("s", "n", "severe", 6, "2025-06-12T10:00")
    assert told.row("n", "2025-06-12T10:00").node == 12
    assert told.period("n", "2025-06-12T10:00") == (shanghai("2025-06-10T10:00"), shanghai("2025-06-17T10:00"))


def test_a_regrade_of_what_held_nothing_orders_nothing() -> None:
    """6 severe points reached no node; 6 ordinary ones that would, order none. The points count."""
    told = Story()
    told.upheld("o", "ordinary", 6, "2025-06-01T10:00")
    told.upheld("s", "severe", 6, "2025-06-02T10:00")
    told.regraded("s", "n", "ordinary", 6, "2025-06-04T10:00")
    assert told.rows("2025-06-04T10:00") == []
    assert told.at("2025-06-04T10:00").points == {"ordinary": 12, "severe": 0}


def test_a_regrade_that_would_start_behind_the_end_it_is_cut_at_has_no_sanction() -> None:
    """The queue before it is as long as what it replaces."""
    told = Story()
    told.upheld("o", "ordinary", 24, "2025-06-01T10:00")
    told.upheld("s", "severe", 12, "2025-06-02T10:00")
    told.regraded("s", "n", "ordinary", 12, "2025-06-04T10:00")
    assert [row[0] for row in told.rows("2025-06-04T10:00")] == ["o", "o", "s"]
    assert told.at("2025-06-04T10:00").points["ordinary"] == 36


def test_a_regrade_on_the_ordinary_track_has_at_most_as_many_nodes() -> None:
    """18 points crossed one node; 14 on top of a late 11 would cross two: one it is, to the old end."""
    told = Story()
    told.upheld("a", "ordinary", 18, "2025-06-10T10:00")
    told.upheld("late", "ordinary", 11, "2025-06-09T10:00", "2025-06-10T12:00")
    told.regraded("a", "n", "ordinary", 14, "2025-06-12T10:00")
    rows = [row for row in told.at("2025-06-12T10:00").sanctions if row.entry == "n"]
    assert [(row.node, row.start, row.end) for row in rows] == [
        (12, shanghai("2025-06-10T10:00"), shanghai("2025-06-17T10:00"))
    ]


def test_a_direct_sanction_in_place_of_a_node_is_cut_with_it() -> None:
    """The node ends a week after its start; two weeks of the new grade end there too."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-06-10T10:00")
    fortnight = (Sanction(336, ("shop_hidden",)),)
    told.give(told.regrade("a", "n", "ordinary", 0, "2025-06-12T10:00", fortnight))
    assert told.row("n", "2025-06-12T10:00").node == "direct"
    assert told.period("n", "2025-06-12T10:00") == (shanghai("2025-06-10T10:00"), shanghai("2025-06-17T10:00"))


def test_direct_sanctions_are_moot_under_a_seal_and_come_back_without_it() -> None:
    """R7: they never queue nor outrank; the seal passes over them."""
    told = Story()
    told.give(RecordEntry(told.entry("g", "ordinary", 0, "2025-07-01T10:00", direct=WEEK_HIDDEN)))
    told.upheld("s", "severe", 48, "2025-07-02T10:00")
    assert told.rows("2025-07-02T10:00") == [("g", "direct", "moot"), ("s", 48, "in_force")]
    told.reversed("s", "2025-07-03T10:00")
    assert told.rows("2025-07-03T10:00") == [("g", "direct", "in_force"), ("s", 48, "vacated")]


def test_a_regrade_of_a_tier_that_was_lifted_to_the_seal_is_not_cut() -> None:
    """It sealed the account, beside a tier that ends on 19 June: the queue it enters may end on the 25th."""
    told = Story()
    told.upheld("o", "ordinary", 12, "2025-06-04T10:00")
    told.upheld("b", "severe", 24, "2025-06-05T10:00")
    told.upheld("late", "severe", 24, "2025-06-03T10:00", "2025-06-06T10:00")
    told.regraded("b", "n", "ordinary", 24, "2025-06-07T10:00")
    ends = [row.end for row in told.at("2025-06-07T10:00").sanctions if row.entry == "n"]
    assert ends == [shanghai("2025-06-18T10:00"), shanghai("2025-06-25T10:00")]


def test_a_tier_that_a_reversal_leaves_above_the_seal_keeps_what_it_held() -> None:
    """Recorded at 24, lifted by late entries; one of them reversed, it still stands above 48."""
    told = Story()
    told.upheld("b", "severe", 24, "2025-06-05T10:00")
    told.upheld("x", "severe", 48, "2025-06-03T10:00", "2025-06-06T10:00")
    told.upheld("y", "severe", 24, "2025-06-02T10:00", "2025-06-07T10:00")
    told.reversed("y", "2025-06-08T10:00")
    assert told.rows("2025-06-08T10:00") == [("y", 24, "vacated"), ("x", 48, "in_force"), ("b", 24, "moot")]
    told.reversed("x", "2025-06-09T10:00")
    assert told.row("b", "2025-06-09T10:00").state == "in_force"
    assert told.period("b", "2025-06-09T10:00") == (shanghai("2025-06-05T10:00"), shanghai("2025-06-19T10:00"))


def test_of_two_equal_tiers_the_earlier_in_ladder_order_is_in_force() -> None:
    """Same instant, same tier, same end: the regrade stands behind, at its own position, and is absorbed."""
    told = Story()
    told.upheld("e", "severe", 14, "2025-06-02T10:00", "2025-06-02T10:01")
    told.upheld("y", "severe", 12, "2025-06-02T10:00", "2025-06-02T10:02")
    told.regraded("e", "n", "severe", 12, "2025-06-03T10:00")
    assert told.rows("2025-06-03T10:00") == [("e", 12, "vacated"), ("y", 12, "in_force"), ("n", 12, "absorbed")]


def test_what_was_vacated_before_keeps_its_lifting_when_its_own_entry_is_reversed() -> None:
    """The second node of b fell with a; b's own reversal vacates the first, later."""
    told = Story()
    told.upheld("a", "ordinary", 6, "2025-03-01T10:00")
    told.upheld("b", "ordinary", 18, "2025-03-02T10:00")
    told.reversed("a", "2025-03-03T10:00")
    told.reversed("b", "2025-03-04T10:00")
    lifted = [(row.node, row.lifted_at) for row in told.at("2025-03-04T10:00").sanctions]
    assert lifted == [(12, shanghai("2025-03-04T10:00")), (24, shanghai("2025-03-03T10:00"))]
