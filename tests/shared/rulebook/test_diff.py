"""A version is shown against the one before it, and a file can be checked before it is used."""

import subprocess
import sys
from pathlib import Path

import pytest

from shared.rulebook.diff import Change, diff
from shared.rulebook.loader import DATA, shipped
from tests.support.rulebooks import edited, load_text
from tests.support.tree import ROOT


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "shared.rulebook", *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)


def changes(tmp_path: Path, *edits: tuple[str, str]) -> list[Change]:
    (before,) = shipped("seed").versions
    return diff(before, load_text(tmp_path, edited(*edits)).versions[0])


def test_a_version_does_not_differ_from_itself_nor_by_when_it_ends(tmp_path: Path) -> None:
    assert changes(tmp_path, ("basis =", "effective_until = 2030-01-01T00:00:00Z\nbasis =")) == []


@pytest.mark.parametrize(
    ("edit", "change"),
    [
        (("points = 12", "points = 6"), Change("grades.general.points", "12", "6")),
        (("hours = 336", "hours = 400"), Change("tracks.severe.ladder.nodes[1].sanction.hours", "336", "400")),
        (("holidays = false", "holidays = true"), Change("deadlines.evidence_rolls_off_holidays", "false", "true")),
        (('carry = "unchanged"', "carry = 24"), Change("tracks.severe.year_end[0].carry", "unchanged", "24")),
        (('"unknown"', "2011-12-01T00:00:00+08:00"), Change("announced_at", "unknown", "2011-12-01T00:00:00+08:00")),
        (('claim = "no_contact"', ""), Change("grounds.no_contact_proven.claim", "no_contact", None)),
        (('track = "severe"', 'track = "severe"\ndirect = [{ hours = 1, measures = ["delist_all"] }]'), None),
    ],
)
def test_each_place_that_differs_is_named(tmp_path: Path, edit: tuple[str, str], change: Change | None) -> None:
    added = [
        Change("grades.grave.direct[0].hours", None, "1"),
        Change("grades.grave.direct[0].measures", None, "delist_all"),
    ]
    assert changes(tmp_path, edit) == ([change] if change else added)


def test_a_grade_that_is_gone_is_shown_as_gone() -> None:
    _, before, after = shipped("taobao").versions
    there = {change.path: change for change in diff(before, after)}
    gone = {change.path: change for change in diff(after, before)}
    assert there["grades"] == Change("grades", "general, grave", "general, aggravated, grave")
    assert there["grades.aggravated.points"] == Change("grades.aggravated.points", None, "12")
    assert gone["grades.aggravated.points"] == Change("grades.aggravated.points", "12", None)


def test_check_prints_the_digests_of_a_sound_file() -> None:
    done = run("check", str(DATA / "taobao.toml"))
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [f"{each.id}  sha256:{each.ref.digest}" for each in shipped("taobao").versions]


def test_check_prints_the_faults_of_another_and_fails(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(edited(("points = 12", "points = true")), "utf-8")
    done = run("check", str(file))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{file}: versions[0].grades.general.points: must be a whole number\n"


def test_diff_prints_every_step_of_the_timeline() -> None:
    done = run("diff", str(DATA / "taobao.toml"))
    assert done.returncode == 0
    assert "TB-2016-06 -> TB-2017-07-25\n" in done.stdout
    assert "  grades.general.points\n    - 12\n    + 0\n" in done.stdout


def test_calendars_prints_the_published_years() -> None:
    done = run("calendars", str(DATA))
    assert done.returncode == 0
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["CN-2024", "CN-2025", "CN-2026"]


def test_a_folder_without_calendars_is_told_as_one(tmp_path: Path) -> None:
    """A folder that was mistyped is not sound."""
    done = run("calendars", str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"{tmp_path}: there would have to be a calendar-*.toml\n"


def test_wrong_use_ends_with_2() -> None:
    assert run("check", "no-such-file.toml").returncode == 2
