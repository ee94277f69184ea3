"""A third track as rulebook data only: counterfeit goods carry 24 for one year, and 48 for ever."""

import pytest

from tests.support.ladders import COUNTERFEIT_BOOK, shanghai
from tests.support.ledger_story import Story


def years(*points_by_year: int) -> Story:
    """One violation on 1 March of each year from 2024 on; none where the points are 0."""
    told = Story(COUNTERFEIT_BOOK)
    for year, points in enumerate(points_by_year, 2024):
        if points:
            told.upheld(f"c{year}", "counterfeit", points, f"{year}-03-01T10:00")
    return told


@pytest.mark.parametrize(
    ("points_by_year", "carried"),
    [
        ((23,), 0),
        ((24,), 24),
        ((30,), 24),
        ((47,), 24),
        ((48,), 48),
        ((60,), 60),
        ((24, 0), 0),
        ((30, 12), 0),
        ((24, 23), 0),
        ((30, 24), 48),
        ((30, 36), 60),
        ((24, 24, 0), 48),
        ((30, 0, 24), 24),
    ],
)
def test_what_a_year_end_carries(points_by_year: tuple[int, ...], carried: int) -> None:
    """From 24 on exactly 24; the year after only if that year's own points reach 24 again; from 48 in all on, all."""
    told = years(*points_by_year)
    assert told.at(f"{2024 + len(points_by_year)}-01-01T00:00").points["counterfeit"] == carried


def test_the_outlook_names_the_year_end_that_changes_the_points() -> None:
    """24 outlast one clearing and not the next; 30 become 24 first; 48 stay."""
    track = years(24).at("2024-06-01T00:00").tracks["counterfeit"]
    assert (track.clears_at, track.survives_clearing) == (shanghai("2026-01-01T00:00"), True)
    track = years(24).at("2025-06-01T00:00").tracks["counterfeit"]
    assert (track.clears_at, track.survives_clearing) == (shanghai("2026-01-01T00:00"), False)
    track = years(30).at("2024-06-01T00:00").tracks["counterfeit"]
    assert (track.clears_at, track.survives_clearing) == (shanghai("2025-01-01T00:00"), True)
    track = years(48).at("2024-06-01T00:00").tracks["counterfeit"]
    assert (track.clears_at, track.survives_clearing, track.next_node) == (None, True, None)


def test_an_answer_is_valid_only_while_its_outlook_is() -> None:
    """At the year end the points stay 24 and nothing changes but the outlook: no change, yet another answer."""
    answer = years(24).at("2024-06-01T00:00")
    assert answer.next_change_at == shanghai("2026-01-01T00:00")
    assert answer.valid_until == shanghai("2025-01-01T00:00")


def test_nodes_count_from_what_was_carried() -> None:
    """24 carried and 12 new reach node 36; 24 more seal, on this track as on the severe one."""
    told = years(30, 12)
    assert told.row("c2025", "2025-03-01T10:00").node == 36
    assert told.at("2025-03-01T10:00").standing == "shop_closed"
    told.upheld("more", "counterfeit", 12, "2025-04-01T10:00")
    assert told.at("2025-04-01T10:00").standing == "sealed"
    assert told.at("2025-04-01T10:00").points == {"ordinary": 0, "severe": 0, "counterfeit": 48}


def test_a_reversal_recomputes_every_later_carry() -> None:
    """Without the 30 of 2024 the 24 of 2025 are no 48: they carry as 24, and the 12 of 2026 reach 36."""
    told = years(30, 24, 12)
    assert told.at("2026-03-01T10:00").points["counterfeit"] == 60
    told.reversed("c2024", "2026-03-02T10:00")
    assert told.at("2025-06-01T00:00", "2026-03-02T10:00").points["counterfeit"] == 24
    assert told.at("2026-03-02T10:00").points["counterfeit"] == 36
    assert told.at("2026-03-02T10:00").standing == "shop_closed"
