"""Given sanctions, when a reviewer stays some, then those impose and outrank nothing, and nothing moves (R11)."""

from datetime import datetime

from services.ledger.domain.commands import RecordEntry
from shared.rulebook.model import Sanction
from tests.support.ladders import COUNTERFEIT_BOOK, shanghai
from tests.support.ledger_story import Story

WEEK_HIDDEN = (Sanction(168, ("shop_hidden",)),)


def one_week() -> Story:
    """An ordinary 12 on 3 March, stayed on 5 March."""
    told = Story()
    told.upheld("o", "ordinary", 12, "2025-03-03T10:00")
    told.stayed("o", "2025-03-05T10:00")
    return told


def state(told: Story, entry: str, as_of: str, known_at: str | None = None) -> str:
    """Return the state of the one sanction of an entry."""
    (found,) = [state for owner, _, state in told.rows(as_of, known_at) if owner == entry]
    return found


def test_a_stay_suspends_from_its_record_on() -> None:
    """In force until then, whatever is known now; the points count on."""
    told = one_week()
    assert told.rows("2025-03-05T09:59:59") == [("o", 12, "in_force")]
    answer = told.at("2025-03-05T10:00")
    assert told.rows("2025-03-05T10:00") == [("o", 12, "stayed")]
    assert (answer.standing, answer.restrictions, answer.restricted_until) == ("watch", (), None)
    assert answer.points == {"ordinary": 12, "severe": 0}
    assert answer.last_entry_position == 1


def test_start_and_end_are_what_they_were_and_a_lift_brings_back_what_is_left() -> None:
    """Stayed for two days of seven, the sanction ends when it would have ended."""
    told = one_week()
    told.give(told.lift("o", "2025-03-07T10:00"))
    assert state(told, "o", "2025-03-07T09:59:59") == "stayed"
    assert state(told, "o", "2025-03-07T10:00") == "in_force"
    assert told.period("o", "2025-03-06T10:00") == (shanghai("2025-03-03T10:00"), shanghai("2025-03-10T10:00"))
    assert told.at("2025-03-07T10:00").restricted_until == shanghai("2025-03-10T10:00")
    assert state(told, "o", "2025-03-10T10:00") == "served"


def test_a_sanction_that_ends_while_it_is_stayed_remains_so() -> None:
    """It was never served to its end; lifting the stay afterwards changes nothing."""
    told = one_week()
    assert state(told, "o", "2025-03-10T10:00") == "stayed"
    told.give(told.lift("o", "2025-03-11T10:00"))
    assert state(told, "o", "2025-03-12T10:00") == "stayed"
    assert told.at("2025-03-12T10:00").standing == "watch"


def test_what_had_ended_before_the_stay_was_served() -> None:
    """There is nothing left to suspend."""
    told = Story()
    told.upheld("o", "ordinary", 12, "2025-03-03T10:00")
    told.stayed("o", "2025-03-10T10:00")
    assert state(told, "o", "2025-03-10T10:00") == "served"


def test_an_answer_of_before_the_stay_does_not_know_of_it() -> None:
    """By the recorded clock, as for every fact."""
    told = one_week()
    assert state(told, "o", "2025-03-06T10:00", "2025-03-05T09:59:59") == "in_force"
    assert state(told, "o", "2025-03-06T10:00", "2025-03-05T10:00") == "stayed"
    told.give(told.lift("o", "2025-03-07T10:00"))
    assert state(told, "o", "2025-03-08T10:00", "2025-03-06T10:00") == "stayed"


def test_what_comes_later_counts_for_nothing_but_the_next_change() -> None:
    """Neither a stay to come nor its lifting moves `restricted_until` of an instant before it (R1)."""
    told = one_week()
    told.give(told.lift("o", "2025-03-07T10:00"))
    before, meanwhile = told.at("2025-03-04T10:00"), told.at("2025-03-06T10:00")
    assert before.restricted_until == shanghai("2025-03-10T10:00")
    assert (before.next_change_at, before.valid_until) == (shanghai("2025-03-05T10:00"), shanghai("2025-03-05T10:00"))
    assert (meanwhile.restricted_until, meanwhile.next_change_at) == (None, shanghai("2025-03-07T10:00"))
    assert (meanwhile.valid_from, meanwhile.valid_until) == (shanghai("2025-03-05T10:00"), shanghai("2025-03-07T10:00"))


def test_all_sanctions_of_the_entry_are_stayed_and_no_other_moves_up() -> None:
    """Two nodes and another entry's behind them in the queue: its turn comes when it would have come."""
    told = Story()
    told.upheld("a", "ordinary", 24, "2025-03-03T10:00")
    told.upheld("b", "ordinary", 12, "2025-03-04T10:00")
    told.stayed("a", "2025-03-05T10:00")
    assert told.rows("2025-03-05T10:00") == [("a", 12, "stayed"), ("a", 24, "stayed"), ("b", 36, "queued")]
    assert told.at("2025-03-05T10:00").standing == "watch"
    assert told.period("b", "2025-03-05T10:00") == (shanghai("2025-03-17T10:00"), shanghai("2025-03-24T10:00"))
    assert told.rows("2025-03-17T10:00") == [("a", 12, "stayed"), ("a", 24, "stayed"), ("b", 36, "in_force")]


def test_a_direct_sanction_is_stayed_like_any_other() -> None:
    """The entry has no points, and something to suspend."""
    told = Story()
    told.give(RecordEntry(told.entry("g", "ordinary", 0, "2025-03-03T10:00", direct=WEEK_HIDDEN)))
    told.stayed("g", "2025-03-04T10:00")
    assert told.rows("2025-03-04T10:00") == [("g", "direct", "stayed")]
    assert told.at("2025-03-04T10:00").standing == "good"


def test_a_stayed_tier_outranks_nothing() -> None:
    """The lighter one is in force meanwhile, and superseded again afterwards."""
    told = Story()
    told.upheld("a", "severe", 12, "2025-03-03T10:00")
    told.upheld("b", "severe", 12, "2025-03-04T10:00")
    told.stayed("b", "2025-03-05T10:00", "2025-03-06T10:00")
    assert told.rows("2025-03-04T10:00") == [("a", 12, "superseded"), ("b", 24, "in_force")]
    assert told.rows("2025-03-05T10:00") == [("a", 12, "in_force"), ("b", 24, "stayed")]
    assert "delist_all" not in told.at("2025-03-05T10:00").restrictions
    assert told.at("2025-03-05T10:00").restricted_until == shanghai("2025-03-10T10:00")
    assert told.rows("2025-03-06T10:00") == [("a", 12, "superseded"), ("b", 24, "in_force")]


def carried_over() -> Story:
    """A severe 24 that runs from 28 December to 11 January, and a 12 of the new year from 8 to 15 January."""
    told = Story(COUNTERFEIT_BOOK)
    told.upheld("b", "severe", 24, "2024-12-28T10:00")
    told.upheld("a", "severe", 12, "2025-01-08T10:00")
    return told


def test_what_the_stay_of_a_heavier_one_lets_into_force_is_superseded_afterwards_not_absorbed() -> None:
    """Absorbed is what was outranked from its trigger and has not been in force yet."""
    told = carried_over()
    assert state(told, "a", "2025-01-08T10:00") == "absorbed"
    told.stayed("b", "2025-01-09T10:00", "2025-01-09T22:00")
    assert state(told, "a", "2025-01-09T10:00") == "in_force"
    assert state(told, "a", "2025-01-09T22:00") == "superseded"


def test_a_heavier_one_that_is_stayed_at_the_trigger_absorbs_nothing() -> None:
    """What outranks the other from its first instant comes behind it in ladder order: so it supersedes."""
    told = Story()
    told.upheld("b", "severe", 24, "2024-12-28T10:00")
    told.stayed("b", "2025-01-07T10:00")
    told.upheld("a", "severe", 12, "2025-01-08T10:00")
    told.upheld("c", "severe", 12, "2025-01-08T10:00", "2025-01-08T11:00")
    assert told.rows("2025-01-08T11:00") == [("b", 24, "stayed"), ("a", 12, "superseded"), ("c", 24, "in_force")]
    assert state(told, "a", "2025-01-08T11:00", "2025-01-08T10:00") == "in_force"


def test_what_was_stayed_itself_while_nothing_outranked_it_was_not_in_force() -> None:
    """So it is absorbed still when both stays are lifted."""
    told = carried_over()
    told.stayed("a", "2025-01-08T22:00")
    told.stayed("b", "2025-01-09T10:00", "2025-01-09T22:00")
    told.give(told.lift("a", "2025-01-10T10:00"))
    assert state(told, "a", "2025-01-09T10:00") == "stayed"
    assert state(told, "a", "2025-01-10T10:00") == "absorbed"


def test_what_was_moot_while_nothing_outranked_it_was_not_in_force() -> None:
    """A seal of another track stood, and was stayed only when the heavier tier was back."""
    told = carried_over()
    told.upheld("c", "counterfeit", 48, "2025-01-08T22:00")
    told.stayed("b", "2025-01-09T10:00", "2025-01-09T22:00")
    assert state(told, "a", "2025-01-09T10:00") == "moot"
    told.stayed("c", "2025-01-10T10:00")
    assert state(told, "a", "2025-01-10T10:00") == "absorbed"


def sealed() -> Story:
    """Severe 24, an ordinary 24, and 24 more with which the account is sealed on 5 June."""
    told = Story()
    told.upheld("a", "severe", 24, "2025-06-02T10:00")
    told.upheld("o", "ordinary", 24, "2025-06-03T10:00")
    told.upheld("b", "severe", 24, "2025-06-05T10:00")
    return told


def test_a_stayed_seal_does_not_seal() -> None:
    """Timed sanctions are not moot because of it; the points stand where they stood; lifted, it seals again."""
    told = sealed()
    told.stayed("b", "2025-06-06T10:00", "2025-06-08T10:00")
    answer = told.at("2025-06-06T10:00")
    assert told.rows("2025-06-06T10:00") == [
        ("a", 24, "in_force"),
        ("o", 12, "in_force"),
        ("o", 24, "queued"),
        ("b", 48, "stayed"),
    ]
    assert (answer.standing, answer.points["severe"]) == ("restricted", 48)
    assert answer.restricted_until == shanghai("2025-06-17T10:00")
    assert told.row("b", "2025-06-06T10:00").end is None
    assert told.at("2025-06-08T10:00").standing == "sealed"
    assert told.rows("2025-06-08T10:00")[0] == ("a", 24, "moot")


def test_a_sanction_that_ends_under_a_stayed_seal_was_served() -> None:
    """The seal that stands again later is no reason to call it moot."""
    told = sealed()
    told.stayed("b", "2025-06-06T10:00", "2025-07-08T10:00")
    assert told.rows("2025-07-08T10:00")[:3] == [("a", 24, "served"), ("o", 12, "served"), ("o", 24, "served")]


def test_a_seal_outranks_the_stay_of_what_is_moot() -> None:
    """Moot before stayed; when the seal falls, what was stayed is stayed."""
    told = sealed()
    told.stayed("a", "2025-06-06T10:00")
    assert told.rows("2025-06-06T10:00")[0] == ("a", 24, "moot")
    told.reversed("b", "2025-06-07T10:00")
    assert told.rows("2025-06-07T10:00")[0] == ("a", 24, "stayed")


def test_no_other_entry_seals_while_the_sealing_one_is_stayed_but_the_next_does_when_it_is_reversed() -> None:
    """The stay suspends one decision's sanctions; with the decision it ends, and 48 others still stand."""
    told = Story()
    told.upheld("a", "severe", 48, "2025-06-02T10:00")
    told.upheld("b", "severe", 48, "2025-06-03T10:00")
    told.stayed("a", "2025-06-04T10:00")
    answer = told.at("2025-06-04T10:00")
    assert told.rows("2025-06-04T10:00") == [("a", 48, "stayed")]
    assert (answer.standing, answer.points["severe"]) == ("watch", 96)
    told.reversed("a", "2025-06-05T10:00")
    assert told.rows("2025-06-05T10:00") == [("a", 48, "vacated"), ("b", 48, "in_force")]
    assert told.at("2025-06-05T10:00").standing == "sealed"


def test_what_a_stayed_entry_comes_to_hold_later_is_stayed_too() -> None:
    """Its seal falls to a tier by another's reversal: a new row of the same entry."""
    told = sealed()
    told.stayed("b", "2025-06-06T10:00")
    told.reversed("a", "2025-06-07T10:00")
    assert told.rows("2025-06-07T10:00")[-1] == ("b", 24, "stayed")
    told.give(told.lift("b", "2025-06-08T10:00"))
    assert told.rows("2025-06-08T10:00")[-1] == ("b", 24, "in_force")


def test_a_reversal_ends_a_stay_with_what_it_stayed() -> None:
    """Vacated wins; lifted at the reversal, since its end still lay ahead."""
    told = one_week()
    told.reversed("o", "2025-03-06T10:00")
    row = told.row("o", "2025-03-06T10:00")
    assert (row.state, row.lifted_at) == ("vacated", shanghai("2025-03-06T10:00"))
    assert told.at("2025-03-05T12:00").sanctions[0].state == "vacated"


def test_a_regrade_of_a_stayed_entry_is_not_stayed() -> None:
    """The new decision would have to be stayed itself."""
    told = one_week()
    told.regraded("o", "n", "ordinary", 6, "2025-03-06T10:00")
    told.upheld("p", "severe", 12, "2025-03-07T10:00")
    told.stayed("p", "2025-03-08T10:00")
    told.regraded("p", "q", "ordinary", 12, "2025-03-09T10:00")
    assert told.rows("2025-03-09T10:00") == [("o", 12, "vacated"), ("p", 12, "vacated"), ("q", 12, "in_force")]


def test_a_reversal_may_move_another_sanction_into_a_time_that_the_stay_had_cleared() -> None:
    """The one behind starts at its own trigger and ends a week earlier; nobody's row gets longer."""
    told = one_week()
    told.upheld("b", "ordinary", 12, "2025-03-07T10:00")
    assert told.at("2025-03-08T10:00").standing == "watch"
    ends: list[datetime | None] = [told.row("b", "2025-03-08T10:00").end]
    told.reversed("o", "2025-03-09T10:00")
    ends.append(told.row("b", "2025-03-09T10:00").end)
    assert told.at("2025-03-09T10:00").standing == "restricted"
    assert ends == [shanghai("2025-03-17T10:00"), shanghai("2025-03-14T10:00")]
