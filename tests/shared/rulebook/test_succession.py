"""Versions follow each other without overlap or gap, and a change is announced ahead."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.rulebook.loader import RulebookError
from shared.rulebook.model import Timeline
from tests.support.rulebooks import edited, load_text, version_text


def followed(tmp_path: Path, until: str | None, starts: str) -> Timeline:
    """A first version from 2012 on, perhaps said to end, then a second one."""
    first = edited(("basis =", f"effective_until = {until}\nbasis =")) if until else edited()
    return load_text(tmp_path, first + version_text(("TB-2012", "TB-2"), ("2012-01-01T00:00:00+08:00", starts)))


def announced(tmp_path: Path, at: str, starts: str, *, major: bool = False) -> Timeline:
    said = f'"{at}"' if at == "unknown" else f"{at}\nmajor = {str(major).lower()}"
    return load_text(tmp_path, edited(('"unknown"', said), ("2012-01-01T00:00:00+08:00", starts)))


@pytest.mark.parametrize("until", [None, "2014-01-01T00:00:00+08:00", "2013-12-31T16:00:00Z"])
def test_a_version_ends_where_the_next_begins_said_or_not(tmp_path: Path, until: str | None) -> None:
    timeline = followed(tmp_path, until, "2014-01-01T00:00:00+08:00")
    first, second = timeline.versions
    assert first.effective_until == second.effective_from == datetime(2013, 12, 31, 16, tzinfo=UTC)
    assert second.effective_until is None


@pytest.mark.parametrize(
    ("until", "starts", "says"),
    [
        ("2013-12-31T00:00:00+08:00", "2014-01-01T00:00:00+08:00", r"\[0\]\.effective_until: leaves a gap before TB-2"),
        ("2014-01-02T00:00:00+08:00", "2014-01-01T00:00:00+08:00", r"\[0\]\.effective_until: overlaps TB-2"),
        (None, "2012-01-01T00:00:00+08:00", r"\[1\]\.effective_from: must be after the one of TB-2012"),
        (None, "2011-01-01T00:00:00+08:00", r"\[1\]\.effective_from: must be after the one of TB-2012"),
    ],
)
def test_gaps_overlaps_and_disorder_are_refused(tmp_path: Path, until: str | None, starts: str, says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        followed(tmp_path, until, starts)


def test_a_closed_last_version_speaks_no_longer_from_its_end_on(tmp_path: Path) -> None:
    timeline = load_text(tmp_path, edited(("basis =", "effective_until = 2015-01-01T00:00:00Z\nbasis =")))
    assert timeline.at(datetime(2014, 12, 31, 23, 59, 59, tzinfo=UTC)) is timeline.versions[0]
    assert timeline.at(datetime(2015, 1, 1, tzinfo=UTC)) is None


def test_appending_a_version_leaves_the_published_digest_as_it_was(tmp_path: Path) -> None:
    (alone,) = load_text(tmp_path, edited()).versions
    first, _ = followed(tmp_path, "2014-01-01T00:00:00+08:00", "2014-01-01T00:00:00+08:00").versions
    assert first.ref == alone.ref


@pytest.mark.parametrize(
    ("at", "starts", "major"),
    [
        ("2026-02-01T00:00:00+08:00", "2026-02-08T00:00:00+08:00", False),
        ("2026-02-01T00:00:00+08:00", "2026-02-16T00:00:00+08:00", True),
        ("2026-01-31T23:59:59+08:00", "2026-01-31T23:59:59+08:00", True),
        ("unknown", "2026-02-07T23:59:59+08:00", False),
    ],
)
def test_a_change_announced_in_time_is_taken(tmp_path: Path, at: str, starts: str, major: bool) -> None:
    assert announced(tmp_path, at, starts, major=major).versions


@pytest.mark.parametrize(
    ("at", "starts", "major", "says"),
    [
        ("2026-02-01T00:00:00+08:00", "2026-02-07T23:59:59+08:00", False, "effective_from: must be at least 7 days"),
        ("2026-01-31T16:00:00Z", "2026-02-07T23:59:59+08:00", False, "effective_from: must be at least 7 days"),
        ("2026-02-01T00:00:00+08:00", "2026-02-15T23:59:59+08:00", True, "effective_from: must be at least 15 days"),
        ("unknown", "2026-02-08T00:00:00+08:00", False, "announced_at: must be known"),
    ],
)
def test_a_change_announced_too_late_is_refused(tmp_path: Path, at: str, starts: str, major: bool, says: str) -> None:
    with pytest.raises(RulebookError, match=says):
        announced(tmp_path, at, starts, major=major)
