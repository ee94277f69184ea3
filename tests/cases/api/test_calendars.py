"""Publishing a calendar, as an operator does it: a file into the folder, a restart; and what is seen of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.support.calendars import publish, shipped_years
from tests.support.cases_service import CasesService, HandClock, cases_service, uphold
from tests.support.eventually import eventually

FILED = datetime(2026, 12, 28, 2, tzinfo=UTC)  # Monday, 10:00 in Shanghai
BEFORE = {"incidents": [{"channel": "phone", "at": "2026-12-27T21:00:00+08:00"}]}


@contextmanager
def started(folder: Path, clock: HandClock) -> Iterator[CasesService]:
    """Serve, and wait until every deadline rests on the calendars as published."""
    with cases_service(folder, clock, calendars=folder / "calendars", clock_interval_s=3600) as cases:
        eventually(lambda: counted(cases))
        yield cases


def counted(cases: CasesService) -> bool:
    """Return what health says of the clock."""
    clock: dict[str, Any] = cases.http.get("/health/ready").json()["checks"]["clock"]
    return bool(clock["ok"] and clock["detail"]["calendars_counted"])


def resolution(cases: CasesService, case: str) -> tuple[str, bool]:
    """Return when the case is to be decided, in the rulebook's zone, and whether that is an estimate."""
    shown = cases.officer.get(f"/cases/{case}")
    (due,) = [one for one in shown["deadlines"] if one["name"] == "resolution"]
    (row,) = cases.officer.get("/cases")["cases"]
    assert row["resolution_due"] == due["due"]
    return due["due_local"], due["provisional"]


def test_a_published_year_makes_estimates_final_without_breaking_anybody_s_version(tmp_path: Path) -> None:
    """Given a case that an officer has read, when the year is published, then the officer decides on what was read."""
    shipped_years(tmp_path / "calendars")
    clock = HandClock(FILED)
    with started(tmp_path, clock) as cases:
        case = cases.heard(**BEFORE)
        seen = cases.officer.get(f"/cases/{case}")["version"]
        assert resolution(cases, case) == ("2027-01-05T00:00:00+08:00", True)
        assert cases.officer.get("/cases")["cases"][0]["provisional"] is True
    publish(tmp_path / "calendars")
    for _ in range(2):
        with started(tmp_path, clock) as cases:
            assert resolution(cases, case) == ("2027-01-06T00:00:00+08:00", False)
            row = cases.officer.get("/cases")["cases"][0]
            assert (row["provisional"], row["version"]) == (False, seen)
            told = [
                one for one in cases.officer.get(f"/cases/{case}/history")["entries"] if "recomputed" in one["type"]
            ]
            assert [one["actor_role"] for one in told] == ["clock"]
            assert told[0]["summary"].startswith("Deadlines were counted anew (calendar_published): ")
            assert told[0]["data"]["cause"] == "calendar_published"
    with started(tmp_path, clock) as cases:
        cases.officer.post(f"/cases/{case}/decision", uphold(), 200, If_Match=f'"{seen}"')
        assert [event["type"] for event in cases.feed()].count("demerit.cases.deadlines_recomputed.v1") == 1


def test_a_case_filed_after_the_start_is_counted_with_the_new_year_at_once(tmp_path: Path) -> None:
    publish(shipped_years(tmp_path / "calendars"))
    with started(tmp_path, HandClock(FILED)) as cases:
        case = cases.file(None, **BEFORE)
        assert resolution(cases, case) == ("2027-01-06T00:00:00+08:00", False)
    with started(tmp_path, HandClock(FILED)) as cases:
        assert len(cases.feed()) == 1
