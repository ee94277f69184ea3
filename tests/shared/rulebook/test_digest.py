"""A digest pins what a version says: layout does not change it, meaning does."""

import hashlib
import json
from pathlib import Path

import pytest

from shared.rulebook.digest import canonical, pin
from shared.rulebook.loader import shipped, shipped_calendars
from shared.rulebook.model import RulebookVersion
from shared.rulebook.schema import YearEndPart
from tests.support.rulebooks import edited, load_text


def digest_of(folder: Path, *edits: tuple[str, str]) -> str:
    return load_text(folder, edited(*edits)).versions[0].ref.digest


def test_it_is_the_sha_256_of_sorted_json_without_defaults() -> None:
    band = YearEndPart.model_validate({"measure": "new", "carry": "unchanged", "at_least": 24})
    form = json.dumps({"at_least": 24, "carry": None, "measure": "new"}, separators=(",", ":"))
    assert canonical(band) == form
    assert pin("X", form).digest == hashlib.sha256(form.encode()).hexdigest()


def test_what_was_loaded_holds_the_form_that_is_pinned() -> None:
    pinned = [(version.said, version.ref) for version in shipped("taobao").versions]
    pinned += [(year.said, year.ref) for year in shipped_calendars().years.values()]
    assert [hashlib.sha256(said.encode()).hexdigest() for said, _ in pinned] == [ref.digest for _, ref in pinned]


@pytest.mark.parametrize(
    "edit",
    [
        ("[versions.deadlines]", "# a remark\n\n[versions.deadlines]"),
        ("appeal_hours = 360", "appeal_hours   =   3_60"),
        ("2012-01-01T00:00:00+08:00", "2011-12-31T16:00:00Z"),
        ('id = "TB-2012"\nannounced_at = "unknown"', 'announced_at = "unknown"\nid = "TB-2012"'),
        ('ladder.composition = "heaviest"', 'ladder.composition = "heaviest"\nladder.every = false'),
        ('basis = "conduct_at"', 'basis = "conduct_at"\nmajor = false'),
        ('name = "seed"', 'name = "other"'),
    ],
    ids=["comment", "spacing", "offset", "key order", "default said", "default flag", "the timeline's name"],
)
def test_layout_does_not_change_it(tmp_path: Path, edit: tuple[str, str]) -> None:
    assert digest_of(tmp_path, edit) == digest_of(tmp_path)


@pytest.mark.parametrize(
    "edit",
    [
        ("points = 12", "points = 13"),
        ("2012-01-01T00:00:00+08:00", "2012-01-01T00:00:01+08:00"),
        ('"TB-2012"', '"TB-2012b"'),
        ('"frequent_contact", "offensive_mail"', '"offensive_mail", "frequent_contact"'),
        ("The seed article: 12 points", "The article: 12 points"),
        ('basis = "conduct_at"', 'basis = "conduct_at"\nmajor = true'),
    ],
    ids=["number", "instant", "id", "order of a list", "provenance", "flag"],
)
def test_meaning_does(tmp_path: Path, edit: tuple[str, str]) -> None:
    assert digest_of(tmp_path, edit) != digest_of(tmp_path)


def test_the_order_of_grounds_is_meaning(tmp_path: Path) -> None:
    swap = [("other_dispute_counterfeit", "swap"), ("other_dispute_fake_trade", "other_dispute_counterfeit")]
    subjects = [
        ('["counterfeit"]', "[]"),
        ('["fake_trade"]', '["counterfeit"]'),
        ("[]\nunless", '["fake_trade"]\nunless'),
    ]
    version: RulebookVersion = load_text(
        tmp_path, edited(*swap, ("swap", "other_dispute_fake_trade"), *subjects)
    ).versions[0]
    assert list(version.grounds)[1:3] == ["other_dispute_fake_trade", "other_dispute_counterfeit"]
    assert version.ref.digest != digest_of(tmp_path)
