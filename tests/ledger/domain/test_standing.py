"""The parts of an answer: outlook, restrictions, validity, clocks, and rulebooks that change."""

from datetime import timedelta
from itertools import pairwise

from services.ledger.domain.account import course, open_account
from services.ledger.domain.measures import closed
from services.ledger.domain.standing import known_by, standing_at, standing_in, timeline_of
from shared.rulebook.model import Timeline
from tests.support.ladders import CHANGING_BOOK, SEED, default_version, shanghai
from tests.support.ledger_story import Story


def test_a_seller_without_facts_is_good_for_ever() -> None:
    """No points, the first nodes ahead, nothing to change."""
    answer = standing_at("nobody", [], SEED, as_of=shanghai("2025-03-01T10:00"))
    assert (answer.standing, answer.points) == ("good", {"ordinary": 0, "severe": 0})
    assert (answer.sanctions, answer.restrictions, answer.restricted_until) == ((), (), None)
    assert (answer.next_change_at, answer.valid_until, answer.last_entry_position) == (None, None, None)
    assert {name: track.next_node for name, track in answer.tracks.items()} == {"ordinary": 12, "severe": 12}


def test_before_the_first_version_every_track_is_told() -> None:
    """No rule was in force, so there are no points; nobody who reads points by track misses one."""
    answer = standing_at("nobody", [], SEED, as_of=shanghai("2005-03-01T10:00"))
    assert (answer.standing, answer.points) == ("good", {"ordinary": 0, "severe": 0})
    assert {name: track.next_node for name, track in answer.tracks.items()} == {"ordinary": None, "severe": None}


def test_tracks_tell_what_comes_next() -> None:
    """The next node with what it brings, and when the points clear."""
    told = Story()
    told.upheld("o", "ordinary", 18, "2025-03-01T10:00")
    told.upheld("s", "severe", 36, "2025-03-01T10:00")
    tracks = told.at("2025-03-02T10:00").tracks
    ordinary, severe = tracks["ordinary"], tracks["severe"]
    assert (ordinary.next_node, ordinary.clears_at) == (24, shanghai("2026-01-01T00:00"))
    assert ordinary.next_node_brings == default_version().tracks["ordinary"].ladder.nodes[0].sanction
    assert severe.next_node == 48
    assert severe.next_node_brings is not None
    assert severe.next_node_brings.hours is None
    assert not ordinary.survives_clearing
    assert not severe.survives_clearing


def test_a_seal_has_nothing_above_it_and_survives_the_year() -> None:
    """None for the next node and for the clearing."""
    told = Story()
    told.upheld("s", "severe", 48, "2025-03-01T10:00")
    track = told.at("2025-03-02T10:00").tracks["severe"]
    assert (track.next_node, track.next_node_brings, track.clears_at) == (None, None, None)
    assert track.survives_clearing


def test_a_heavier_measure_is_never_narrower() -> None:
    """A seal closes the shop; a closed shop has all that lighter severe nodes have."""
    nodes = default_version().tracks["severe"].ladder.nodes
    unions = [closed(node.sanction.measures) for node in nodes]
    assert all(lighter <= heavier for lighter, heavier in pairwise(unions))
    told = Story()
    told.upheld("s", "severe", 48, "2025-03-01T10:00")
    assert set(told.at("2025-03-01T10:00").restrictions) == unions[-1]
    assert "messaging_restricted" in unions[-1]


def test_restrictions_are_the_union_over_the_tracks() -> None:
    """R5: both run, both count, until the later one's end."""
    told = Story()
    told.upheld("o", "ordinary", 12, "2025-03-01T10:00")
    told.upheld("s", "severe", 12, "2025-03-02T10:00")
    tracks = default_version().tracks
    both = {measure for track in tracks.values() for measure in track.ladder.nodes[0].sanction.measures}
    assert set(told.at("2025-03-02T10:00").restrictions) == both
    assert told.at("2025-03-02T10:00").restricted_until == shanghai("2025-03-09T10:00")


def test_an_answer_looks_ahead_to_known_entries_only_in_its_next_change() -> None:
    """As of 5 March with an entry of 8 March known: it counts for nothing, and is the next change."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-01T10:00")
    told.upheld("b", "ordinary", 12, "2025-03-07T10:00")
    answer = told.at("2025-03-05T10:00")
    assert [row.entry for row in answer.sanctions] == ["a"]
    assert answer.restricted_until == shanghai("2025-03-08T10:00")
    assert answer.next_change_at == answer.valid_until == shanghai("2025-03-07T10:00")
    assert answer.valid_from == shanghai("2025-03-01T10:00")


def test_a_position_is_the_exact_clock() -> None:
    """Facts up to a position, a regrade's two parts together."""
    told = Story()
    told.upheld("s", "severe", 48, "2025-03-01T10:00")
    told.regraded("s", "o", "ordinary", 12, "2025-03-02T10:00")
    assert len(known_by(told.facts, None, 1)) == 1
    assert len(known_by(told.facts, None, 2)) == 3
    then = standing_at("s", told.facts, SEED, as_of=shanghai("2025-03-03T10:00"), known_position=1)
    assert (then.standing, then.last_entry_position) == ("sealed", 1)
    now = standing_at("s", told.facts, SEED, as_of=shanghai("2025-03-03T10:00"), known_position=2)
    assert (now.standing, now.last_entry_position) == ("restricted", 2)


def test_the_ladder_is_the_one_in_force_when_an_entry_takes_effect() -> None:
    """12 points before the change: a week. After it: a day, then three; at the year end 12 leave 6."""
    told = Story(CHANGING_BOOK)
    told.upheld("a", "ordinary", 12, "2025-01-20T10:00")
    told.upheld("b", "ordinary", 12, "2025-02-20T10:00")
    assert told.period("a", "2025-01-20T10:00")[1] == shanghai("2025-01-27T10:00")
    assert [row.node for row in told.at("2025-02-20T10:00").sanctions] == [12]
    assert told.at("2026-01-01T00:00").points["ordinary"] == 6
    assert told.at("2027-01-01T00:00").points["ordinary"] == 0
    told.upheld("c", "ordinary", 12, "2026-02-20T10:00")
    assert told.row_nodes("c", "2026-02-20T10:00") == [12]


def test_a_seal_that_its_rulebook_clears_ends_with_the_year() -> None:
    """The other rulebook keeps a seal only if 48 came new in the year; cleared, it is served, and a new one is new."""
    told = Story(CHANGING_BOOK)
    told.upheld("a", "severe", 36, "2025-03-01T10:00")
    told.upheld("b", "severe", 12, "2025-03-02T10:00")
    assert told.at("2026-06-01T00:00").standing == "sealed"
    assert told.row("b", "2026-06-01T00:00").end is None
    assert told.at("2027-01-01T00:00").points["severe"] == 0
    assert told.rows("2027-01-01T00:00") == [("a", 36, "moot"), ("b", 48, "served")]
    assert told.row("b", "2027-01-01T00:00").end == shanghai("2027-01-01T00:00")
    told.upheld("c", "severe", 48, "2027-02-01T10:00")
    assert told.rows("2027-02-01T10:00")[-1] == ("c", 48, "in_force")


def test_another_rulebook_can_be_asked_for_the_whole_history() -> None:
    """Its ladder and year end, never its grades: points stay what was decided."""
    told = Story(CHANGING_BOOK)
    told.upheld("a", "ordinary", 12, "2025-01-20T10:00")
    second = timeline_of(CHANGING_BOOK.versions[1])
    answer = standing_at("s", told.facts, second, as_of=shanghai("2025-01-20T10:00"))
    assert [row.node for row in answer.sanctions] == [6, 12]
    assert answer.points["ordinary"] == 12


def test_where_no_version_is_in_force_points_count_and_order_nothing() -> None:
    """An empty timeline knows no track: nothing is carried, nothing imposed, and nothing fails."""
    told = Story()
    told.upheld("a", "severe", 48, "2025-03-01T10:00")
    nothing = Timeline("empty", ())
    answer = standing_at("s", told.facts, nothing, as_of=shanghai("2025-03-02T10:00"))
    assert (answer.points, answer.standing, answer.sanctions) == ({"severe": 48}, "watch", ())
    assert answer.next_change_at == shanghai("2026-01-01T00:00")


def test_facts_that_name_nothing_change_no_answer() -> None:
    """Folding is total: a reversal of nothing, of what is reversed, an entry told twice."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-01T10:00")
    told.reversed("a", "2025-03-02T10:00")
    strange = [told.reversal("nobody", "2025-03-03T10:00"), told.reversal("a", "2025-03-03T10:00"), told.facts[0]]
    as_of = shanghai("2025-03-05T10:00")
    assert standing_at("s", [*told.facts, *strange], SEED, as_of=as_of) == standing_at(
        "s", told.facts, SEED, as_of=as_of
    )


def test_one_course_answers_every_instant() -> None:
    """Kept and asked again and again, it says what a fresh one says."""
    told = Story()
    told.upheld("a", "severe", 14, "2025-03-01T10:00")
    told.upheld("b", "ordinary", 24, "2025-03-02T10:00")
    kept = course(told.account, SEED)
    assert course(told.account, SEED) is kept
    for hours in range(0, 24 * 400, 31):
        as_of = shanghai("2025-02-28T00:00") + timedelta(hours=hours)
        assert standing_in("seller", kept, as_of) == standing_at("seller", told.facts, SEED, as_of=as_of)
    assert course(open_account("other"), SEED).lines == ()


def test_what_an_account_remembers_is_its_own_rulebook_and_facts() -> None:
    """Asked under another rulebook, or for an earlier state of the account, it computes anew."""
    told = Story()
    told.upheld("a", "ordinary", 12, "2025-03-01T10:00")
    earlier = told.account
    told.upheld("b", "ordinary", 12, "2025-03-02T10:00")
    assert len(course(told.account, SEED).lines) == 2
    assert len(course(earlier, SEED).lines) == 1
    assert len(course(told.account, timeline_of(CHANGING_BOOK.versions[1])).lines) == 2
    assert len(course(told.account, SEED).lines) == 2


def test_an_absorbed_sanction_that_came_into_force_can_be_superseded() -> None:
    """Absorbed by the 24 of December until it ends, in force, then outranked by a new 24."""
    told = Story()
    told.upheld("a", "severe", 24, "2024-12-28T10:00")
    told.upheld("b", "severe", 12, "2025-01-08T10:00")
    told.upheld("c", "severe", 12, "2025-01-12T10:00")
    assert [told.row("b", at).state for at in ("2025-01-10T10:00", "2025-01-11T10:00", "2025-01-12T10:00")] == [
        "absorbed",
        "in_force",
        "superseded",
    ]
    assert told.row("b", "2025-02-01T10:00").state == "superseded"
