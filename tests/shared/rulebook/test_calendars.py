"""The shipped years equal two independent calendars on every day; what is not published is an estimate and says so."""

from datetime import date, timedelta
from pathlib import Path

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import holidays
import pytest

from shared.rulebook.loader import DATA, RulebookError, load_calendars, shipped_calendars
from shared.rulebook.model import Calendars, WorkingDay

# A published year never changes. If one of these fails, add an amended year (CN-2026.2) instead of editing this one.
PUBLISHED = {
    "CN-2024": "0a8c3ea468ff59f83c494786f720dab467319141def0e6550576f55c8c615635",
    "CN-2025": "35dbe800896c3d84263f43532f82f834f4a8264f5ceb69ef64fb4777922c9411",
    "CN-2026": "9bdc2beb68a2f3c109d06f878c5b6bb5537faaf9e7ee6e8f87e983dfc78d7950",
}


def days(year: int) -> list[date]:
    return [date(year, 1, 1) + timedelta(days=index) for index in range(366 if year % 4 == 0 else 365)]


def without(calendars: Calendars, *years: int) -> Calendars:
    return Calendars({year: each for year, each in calendars.years.items() if year not in years})


def year_file(folder: Path, id_: str, year: int, holidays: str, make_up: str = "") -> None:
    text = f'id = "{id_}"\nyear = {year}\nprovenance = "A test"\nholidays = [{holidays}]\nmake_up = [{make_up}]\n'
    (folder / f"calendar-{id_}.toml").write_text(text, "utf-8")


def run_of_days(first: str, last: str) -> str:
    return f'{{ name = "rest", first = {first}, last = {last} }}'


def test_published_years_keep_their_digests() -> None:
    assert {year.ref.id: year.ref.digest for year in shipped_calendars().years.values()} == PUBLISHED


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_every_day_of_a_published_year_is_as_two_independent_calendars_have_it(year: int) -> None:
    calendars, other = shipped_calendars(), holidays.country_holidays("CN", years=[year])
    ours = {day: calendars.working_day(day).works for day in days(year)}
    assert ours == {day: chinese_calendar.is_workday(day) for day in days(year)}
    assert ours == {day: other.is_working_day(day) for day in days(year)}


def test_a_published_day_is_certain_and_names_its_year() -> None:
    calendars = shipped_calendars()
    sunday_worked = calendars.working_day(date(2024, 9, 29))
    assert sunday_worked == WorkingDay(works=True, provisional=False, calendars=(calendars.years[2024].ref,))


@pytest.mark.parametrize("day", [date(2027, 1, 1), date(2027, 10, 1), date(2023, 6, 22)])
def test_an_unpublished_year_is_estimated_monday_to_friday(day: date) -> None:
    assert shipped_calendars().working_day(day) == WorkingDay(works=day.weekday() < 5, provisional=True)


@pytest.mark.parametrize(("day", "provisional"), [(28, False), (29, True), (30, True), (31, True)])
def test_the_last_days_of_december_wait_for_the_next_year_s_notice(day: int, provisional: bool) -> None:
    calendars = shipped_calendars()
    assert calendars.working_day(date(2026, 12, day)).provisional is provisional
    asked = calendars.working_day(date(2025, 12, day))
    assert not asked.provisional
    assert [ref.id for ref in asked.calendars] == (["CN-2025", "CN-2026"] if day > 28 else ["CN-2025"])


def test_a_notice_reaches_back_into_december_and_then_is_right(tmp_path: Path) -> None:
    year_file(tmp_path, "CN-2028", 2028, run_of_days("2028-12-31", "2028-12-31"))
    year_file(tmp_path, "CN-2029", 2029, run_of_days("2028-12-29", "2028-12-30"), "2028-12-31")
    calendars = load_calendars(tmp_path)
    friday, sunday = date(2028, 12, 29), date(2028, 12, 31)
    assert [calendars.working_day(day).works for day in (friday, sunday)] == [False, True]
    before = without(calendars, 2029)
    assert [before.working_day(day).works for day in (friday, sunday)] == [True, False]
    assert before.working_day(sunday).provisional


def test_an_amended_year_replaces_the_one_before_it_and_is_what_is_pinned(tmp_path: Path) -> None:
    for version in ("", ".2", ".10"):
        last = {"": "2027-01-01", ".2": "2027-01-02", ".10": "2027-01-04"}[version]
        year_file(tmp_path, f"CN-2027{version}", 2027, run_of_days("2027-01-01", last))
    (year,) = load_calendars(tmp_path).years.values()
    assert year.ref.id == "CN-2027.10"
    assert date(2027, 1, 4) in year.holidays


def test_a_folder_without_calendars_has_published_nothing(tmp_path: Path) -> None:
    assert load_calendars(tmp_path) == Calendars({})


def test_two_files_cannot_be_the_same_calendar(tmp_path: Path) -> None:
    year_file(tmp_path, "CN-2027", 2027, run_of_days("2027-01-01", "2027-01-01"))
    (tmp_path / "calendar-copy.toml").write_bytes((tmp_path / "calendar-CN-2027.toml").read_bytes())
    with pytest.raises(RulebookError, match=r"id: must not repeat that of calendar-CN-2027\.toml"):
        load_calendars(tmp_path)


@pytest.mark.parametrize(
    ("edit", "says"),
    [
        (('"CN-2025"', '"CN-2024"'), "id: must be CN-2025"),
        (('"CN-2025"', '"CN-2025.1"'), "id: must be CN-2025"),
        (("year = 2025", "year = true"), "year: must be a whole number"),
        (("2025-01-26", "2025-01-27"), r"make_up\[0\]: must be a weekend day"),
        (("2025-02-08", "2025-01-26"), r"make_up\[1\]: must not repeat"),
        (("2025-01-26", "2025-02-01"), r"make_up\[0\]: must not be a holiday"),
        (("2025-01-26", "2024-12-28"), r"make_up\[0\]: must lie in 2025 or on 29 to 31 December before"),
        (("2025-01-26", "2025-01-26T00:00:00"), r"make_up\[0\]: must be a date"),
        (("last = 2025-04-06", "last = 2025-04-03"), r"holidays\[2\]\.last: must not be before first"),
        (("last = 2025-10-08", "last = 2026-01-01"), r"holidays\[5\]: must lie in 2025"),
        (("first = 2025-04-04", "first = 2025-02-04"), r"holidays\[2\]\.first: must be after 2025-02-04"),
        (('name = "qingming", ', ""), r"holidays\[2\]\.name: must be given"),
    ],
)
def test_a_faulty_calendar_is_refused_with_the_path_of_the_fault(
    tmp_path: Path, edit: tuple[str, str], says: str
) -> None:
    text = (DATA / "calendar-2025.toml").read_text("utf-8")
    assert edit[0] in text
    (tmp_path / "calendar-2025.toml").write_text(text.replace(*edit, 1), "utf-8")
    with pytest.raises(RulebookError, match=says):
        load_calendars(tmp_path)
