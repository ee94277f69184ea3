"""A rulebook whose parts contradict each other is refused, with the path of the part and what would have to be true."""

from pathlib import Path

import pytest

from shared.rulebook.loader import RulebookError
from shared.rulebook.model import Ladder, Node, Sanction, Track, YearEnd
from tests.support.rulebooks import edited, load_text, version_text

SEVERE = "versions[0].tracks.severe"
GROUNDS = 'code = "evidence_insufficient"'

FAULTS = [
    ("nodes fall", f"{SEVERE}.ladder.nodes[1].at", "above 12", ("at = 24", "at = 12")),
    ("every of two", f"{SEVERE}.ladder.nodes", "one node", ('"heaviest"', '"heaviest"\nladder.every = true')),
    ("seal ends", f"{SEVERE}.ladder.nodes[3].hours", "indefinite", ('"indefinite"', "999")),
    ("endless closing", f"{SEVERE}.ladder.nodes[2].hours", "account_sealed", ("hours = 504", 'hours = "indefinite"')),
    ("queue behind a seal", f"{SEVERE}.ladder.nodes[3].hours", "`heaviest`", ('"heaviest"', '"consecutive"')),
    (
        "measure twice",
        f"{SEVERE}.ladder.nodes[3].measures[1]",
        "repeat",
        ('"account_sealed"', '"account_sealed", "account_sealed"'),
    ),
    (
        "band unreachable",
        f"{SEVERE}.year_end[1].at_least",
        "below 48",
        ('"unchanged" }', '"unchanged" }, { measure = "new", at_least = 60, carry = 24 }'),
    ),
    ("year end adds", f"{SEVERE}.year_end[0].carry", "at most 48", ('carry = "unchanged"', "carry = 49")),
    ("track unknown", "versions[0].grades.grave.track", "ordinary, severe", ('track = "severe"', 'track = "grave"')),
    (
        "fact unknown",
        "versions[0].grades.general.permitted_by[2]",
        "factor",
        ('"grave_harm"]\napprovals = 1', '"rudeness"]\napprovals = 1'),
    ),
    (
        "fact twice",
        "versions[0].grades.grave.permitted_by[1]",
        "repeat",
        ('"grave_harm"]\napprovals = 2', '"offensive_mail"]\napprovals = 2'),
    ),
    (
        "nothing permits",
        "versions[0].grades.grave.permitted_by",
        "at least 1",
        ('["offensive_mail", "grave_harm"]\napprovals = 2', "[]\napprovals = 2"),
    ),
    ("nobody decides", "versions[0].grades.general.approvals", "greater", ("approvals = 1", "approvals = 0")),
    ("severe by one", "versions[0].grades.grave.approvals", "must be 2", ("approvals = 2", "approvals = 1")),
    ("points for nothing", "versions[0].grades.general.points", "direct sanction", ("points = 12", "points = 0")),
    (
        "severe for nothing",
        "versions[0].grades.grave.points",
        "ordinary track",
        ("points = 48", 'points = 0\ndirect = [{ hours = 1, measures = ["shop_hidden"] }]'),
    ),
    (
        "direct seal",
        "versions[0].grades.grave.direct[0].measures",
        "must not seal",
        ("points = 48", 'points = 48\ndirect = [{ hours = 1, measures = ["account_sealed"] }]'),
    ),
    (
        "factor twice",
        "versions[0].factors[1]",
        "repeat",
        ('factors = ["offensive_mail", "grave_harm"]', 'factors = ["grave_harm", "grave_harm"]'),
    ),
    (
        "ground twice",
        "versions[0].grounds[2].code",
        "repeat",
        ("other_dispute_fake_trade", "other_dispute_counterfeit"),
    ),
    ("ground of all", "versions[0].grounds[0]", "condition", ('found_subjects = ["abuse"]', "")),
    ("no last resort", "versions[0].grounds", "without conditions", (GROUNDS, f'{GROUNDS}\nclaim = "other"')),
    ("all grounds void", "versions[0].grounds", "without conditions", (GROUNDS, f"{GROUNDS}\nvoid = true")),
    ("subject unknown", "versions[0].grounds[0].found_subjects[0]", "'abuse'", ('["abuse"]', '["noise"]')),
    (
        "handled after",
        "versions[0].deadlines.resolution_working_days",
        "first handling",
        ("resolution_working_days = 5", "resolution_working_days = 2"),
    ),
    ("reaches back", "versions[0].effective_from", "reach back", ('"unknown"', "2012-01-02T00:00:00+08:00")),
    (
        "ends before it starts",
        "versions[0].effective_until",
        "after effective_from",
        ("basis =", "effective_until = 2012-01-01T00:00:00+08:00\nbasis ="),
    ),
]


@pytest.mark.parametrize(("path", "says", "edit"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS])
def test_a_contradiction_is_named_by_its_path_and_by_what_would_have_to_be_true(
    tmp_path: Path, path: str, says: str, edit: tuple[str, str]
) -> None:
    with pytest.raises(RulebookError) as refused:
        load_text(tmp_path, edited(edit))
    told = {problem.path: problem.message for problem in refused.value.problems}
    assert says in told.get(path, ""), told


def test_a_third_track_for_counterfeit_goods_is_data(tmp_path: Path) -> None:
    track = """
[versions.tracks.counterfeit]
ladder.composition = "heaviest"
ladder.nodes = [
  { at = 24, hours = 336, measures = ["shop_hidden", "delist_all"] },
  { at = 48, hours = "indefinite", measures = ["account_sealed"] },
]
year_end = [
  { measure = "total", at_least = 48, carry = "unchanged" },
  { measure = "new", at_least = 24, carry = 24 },
]

[versions.grades.counterfeit]
track = "counterfeit"
points = 24
permitted_by = ["grave_harm"]
approvals = 2

[versions.deadlines]"""
    (version,) = load_text(tmp_path, edited(("[versions.deadlines]", track))).versions
    assert version.tracks["counterfeit"] == Track(
        "counterfeit",
        Ladder(
            "heaviest",
            (Node(24, Sanction(336, ("shop_hidden", "delist_all"))), Node(48, Sanction(None, ("account_sealed",)))),
        ),
        (YearEnd("total", 48, None), YearEnd("new", 24, 24)),
    )
    assert version.grades["counterfeit"].track == "counterfeit"


def test_versions_of_one_timeline_have_names_of_their_own(tmp_path: Path) -> None:
    again = version_text(("2012-01-01T", "2013-01-01T"))
    with pytest.raises(RulebookError, match=r"versions\[1\]\.id: must not repeat TB-2012"):
        load_text(tmp_path, edited() + again)
