"""The timelines that come with the product say what the rules were, and never change once published."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.rulebook.loader import RulebookError, shipped
from shared.rulebook.model import ZONE, RulebookVersion, Sanction, YearEnd

# A published version never changes. If one of these fails, append a version instead of editing this one.
PUBLISHED = {
    "TB-2012": "e23731b787ce742be1d976946df5a8f6b62fb5bfba032e261f7db3ba39785eea",
    "TB-2016-06": "2ebd9af837a4213efb734fed0283f49da2467e4c7a9a47570145424e51e04e08",
    "TB-2017-07-25": "fbfb7c386a6cc5f521f0834854d0347860724b83cb881875179d380be7e02c73",
}

FIRST_TIER = {
    "shop_hidden",
    "listing_restricted",
    "messaging_restricted",
    "community_restricted",
    "shop_creation_restricted",
    "public_warning",
}


def every_version() -> list[RulebookVersion]:
    return [*shipped("seed").versions, *shipped("taobao").versions]


def test_published_versions_keep_their_digests() -> None:
    assert {version.id: version.ref.digest for version in shipped("taobao").versions} == PUBLISHED


def test_the_seed_speaks_for_ever_with_the_very_version_that_the_platform_s_history_begins_with() -> None:
    (only,) = shipped("seed").versions
    first = shipped("taobao").versions[0]
    assert only.ref == first.ref
    assert only.effective_until is None
    assert first.effective_until == datetime(2016, 6, 1, tzinfo=ZONE)


@pytest.mark.parametrize(
    ("instant", "speaks"),
    [
        (datetime(2011, 12, 31, 23, 59, 59, tzinfo=ZONE), None),
        (datetime(2012, 1, 1, tzinfo=ZONE), "TB-2012"),
        (datetime(2016, 5, 31, 15, 59, 59, 999_999, tzinfo=UTC), "TB-2012"),
        (datetime(2016, 5, 31, 16, tzinfo=UTC), "TB-2016-06"),
        (datetime(2017, 7, 24, 23, 59, 59, tzinfo=ZONE), "TB-2016-06"),
        (datetime(2017, 7, 25, tzinfo=ZONE), "TB-2017-07-25"),
        (datetime(2040, 1, 1, tzinfo=ZONE), "TB-2017-07-25"),
    ],
)
def test_a_version_speaks_from_its_first_instant_until_the_next_one_s(instant: datetime, speaks: str | None) -> None:
    found = shipped("taobao").at(instant)
    assert (found and found.id) == speaks


def test_a_version_is_found_by_its_name_or_not_at_all() -> None:
    timeline = shipped("taobao")
    assert timeline.named("TB-2016-06") is timeline.versions[1]
    assert timeline.named("TB-2099") is None


@pytest.mark.parametrize("version", every_version(), ids=lambda version: version.id)
def test_every_version_has_the_two_tracks_and_what_a_year_end_leaves_of_them(version: RulebookVersion) -> None:
    ordinary, severe = version.tracks["ordinary"], version.tracks["severe"]
    assert (ordinary.ladder.composition, ordinary.ladder.every) == ("consecutive", True)
    assert [(node.at, node.sanction.hours) for node in ordinary.ladder.nodes] == [(12, 168)]
    assert ordinary.year_end == ()
    assert (severe.ladder.composition, severe.ladder.every) == ("heaviest", False)
    assert [(node.at, node.sanction.hours) for node in severe.ladder.nodes] == [
        (12, 168),
        (24, 336),
        (36, 504),
        (48, None),
    ]
    tiers = [set(node.sanction.measures) for node in severe.ladder.nodes]
    assert tiers == [FIRST_TIER, FIRST_TIER | {"delist_all"}, {"shop_closed"}, {"account_sealed"}]
    assert severe.year_end == (YearEnd("total", 48, None),)


@pytest.mark.parametrize("version", every_version(), ids=lambda version: version.id)
def test_every_version_gives_the_seed_s_time_to_each_side(version: RulebookVersion) -> None:
    rules = version.deadlines
    assert (rules.evidence_days, rules.first_handling_working_days, rules.resolution_working_days) == (3, 3, 5)
    assert timedelta(hours=rules.appeal_hours) == timedelta(days=15)
    assert not rules.evidence_rolls_off_holidays


def test_the_seed_knows_12_points_and_48_severe_by_two_officers() -> None:
    (version,) = shipped("seed").versions
    brings = {grade.code: (grade.track, grade.points, grade.approvals) for grade in version.grades.values()}
    assert brings == {"general": ("ordinary", 12, 1), "grave": ("severe", 48, 2)}
    assert {"frequent_contact", "offensive_mail"} <= set(version.grades["general"].permitted_by)
    assert "offensive_mail" in version.grades["grave"].permitted_by
    assert "frequent_contact" not in version.grades["grave"].permitted_by
    assert list(version.grounds) == [
        "abuse_not_harassment",
        "other_dispute_counterfeit",
        "other_dispute_fake_trade",
        "other_dispute_after_sales",
        "number_not_respondents",
        "no_contact_proven",
        "evidence_insufficient",
    ]
    assert not any(ground.void for ground in version.grounds.values())


def test_from_2016_on_one_insult_or_threat_is_enough_and_situation_1_is_void() -> None:
    before, after = shipped("taobao").versions[:2]
    assert not {"insult", "threat"} & set(before.grades["general"].permitted_by)
    assert {"insult", "threat"} <= set(after.grades["general"].permitted_by)
    assert [ground.code for ground in after.grounds.values() if ground.void] == ["abuse_not_harassment"]


def test_from_2017_on_the_general_case_costs_no_points_but_hides_the_shop() -> None:
    version = shipped("taobao").versions[2]
    brings = {grade.code: (grade.track, grade.points, grade.approvals) for grade in version.grades.values()}
    assert brings == {"general": ("ordinary", 0, 1), "aggravated": ("ordinary", 12, 1), "grave": ("severe", 48, 2)}
    assert version.grades["general"].direct == (Sanction(168, ("shop_hidden",)),)


@pytest.mark.parametrize("version", every_version(), ids=lambda version: version.id)
def test_every_part_says_where_it_is_known_from(version: RulebookVersion) -> None:
    assert set(version.provenance) == {"dates", "tracks", "grades", "factors", "deadlines", "grounds"}


def test_a_timeline_that_is_not_shipped_is_refused() -> None:
    with pytest.raises(RulebookError, match="must be readable"):
        shipped("tmall")
