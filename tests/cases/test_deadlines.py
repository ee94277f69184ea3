"""Deadlines are the worked examples', and a plain loop over an independent calendar counts the same."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import chinese_calendar  # type: ignore[import-untyped]  # it ships no types
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.cases.domain.deadlines import (
    appeal_closes,
    appeal_due,
    evidence_due,
    first_handling_due,
    resolution_due,
)
from shared.rulebook.loader import shipped, shipped_calendars
from shared.rulebook.model import ZONE, Calendars, Deadlines
from tests.support.tree import ROOT

RULES: Final = shipped("seed").versions[0].deadlines
ROLLING: Final = Deadlines(3, True, 3, 5, 360)
CALENDARS: Final = shipped_calendars()
VECTORS: Final = json.loads((ROOT / "tests/vectors/deadlines.json").read_text("utf-8"))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZONE)  # type: ignore[arg-type,misc]  # year, month, day and what follows


def instants(first: datetime, last: datetime) -> st.SearchStrategy[datetime]:
    """To the second, both inclusive."""
    return st.integers(0, int((last - first).total_seconds())).map(lambda s: first + timedelta(seconds=s))


def named(vectors: list[dict[str, Any]]) -> list[Any]:
    return [pytest.param(vector, id=vector["name"]) for vector in vectors]


# Filed later in 2026, five working days reach days whose notice is not out; those have tests of their own.
PUBLISHED: Final = instants(local(2024, 1, 1), local(2026, 12, 21))


@pytest.mark.parametrize("vector", named(VECTORS["vectors"]))
def test_due_instants_are_the_worked_examples(vector: dict[str, Any]) -> None:
    filed, received = instant(vector["filed"]), instant(vector["received"])
    evidence = evidence_due(RULES, CALENDARS, received)
    assert evidence.due == instant(vector["evidence_due"])
    assert first_handling_due(RULES, CALENDARS, filed).due == instant(vector["first_handling_due"])
    assert resolution_due(RULES, CALENDARS, filed).due == instant(vector["resolution_due"])
    for piece in vector.get("evidence", []):
        assert (instant(piece["received"]) < evidence.due) == (piece["timeliness"] == "in_time")


@pytest.mark.parametrize("vector", named(VECTORS["appeal_clock"]))
def test_the_appeal_clock_is_the_worked_examples(vector: dict[str, Any]) -> None:
    holds = [(instant(vector["filed"]), instant(vector["returned"]))]
    assert appeal_closes(RULES, instant(vector["notice"]), holds) == instant(vector["closes"])


def worked_loop(filed: datetime, wanted: int) -> date:
    day = filed.astimezone(ZONE).date()
    while wanted:
        day += timedelta(days=1)
        if chinese_calendar.is_workday(day):
            wanted -= 1
    return day


@given(PUBLISHED)
def test_working_days_are_those_that_a_plain_loop_counts(filed: datetime) -> None:
    for due, wanted in ((first_handling_due, 3), (resolution_due, 5)):
        found = due(RULES, CALENDARS, filed)
        last = worked_loop(filed, wanted)
        assert found.due == local(last.year, last.month, last.day) + timedelta(days=1)
        assert not found.provisional
        assert found.due.tzinfo is UTC


@given(PUBLISHED)
def test_an_evidence_window_is_three_whole_days_after_the_rest_of_the_first(received: datetime) -> None:
    found = evidence_due(RULES, CALENDARS, received)
    assert timedelta(days=3) < found.due - received <= timedelta(days=4)
    assert found.due.astimezone(ZONE).time() == datetime.min.time()
    assert (found.provisional, found.calendars) == (False, ())


@given(
    instants(local(2020, 1, 1), local(2035, 1, 1)),
    st.timedeltas(timedelta(0), timedelta(days=30)),
)
def test_whoever_files_later_is_never_due_earlier_and_nothing_is_due_at_once(filed: datetime, later: timedelta) -> None:
    for rules in (RULES, ROLLING):
        for due in (evidence_due, first_handling_due, resolution_due):
            first = due(rules, CALENDARS, filed)
            assert filed < first.due <= due(rules, CALENDARS, filed + later).due
        assert first_handling_due(rules, CALENDARS, filed).due < resolution_due(rules, CALENDARS, filed).due


def test_a_last_day_off_rolls_to_the_next_working_day_where_the_rulebook_says_so() -> None:
    received = local(2024, 9, 28, 9)  # its third day is 1 October, the first of seven days off
    assert evidence_due(RULES, CALENDARS, received).due == local(2024, 10, 2)
    rolled = evidence_due(ROLLING, CALENDARS, received)
    assert rolled.due == local(2024, 10, 9)
    assert [ref.id for ref in rolled.calendars] == ["CN-2024"]


def test_a_last_day_that_is_worked_does_not_roll() -> None:
    assert evidence_due(ROLLING, CALENDARS, local(2024, 9, 26, 9)).due == local(2024, 9, 30)


def test_a_deadline_over_the_new_year_pins_both_years() -> None:
    found = resolution_due(RULES, CALENDARS, local(2024, 12, 27, 9))
    assert found.due == local(2025, 1, 7)
    assert not found.provisional
    assert [ref.id for ref in found.calendars] == ["CN-2024", "CN-2025"]
    assert found.calendars[0] == CALENDARS.years[2024].ref


@pytest.mark.parametrize(
    ("filed", "provisional"),
    [
        (local(2026, 12, 21, 9), False),  # Monday: due with Monday the 28th
        (local(2026, 12, 22, 9), True),  # Tuesday: the 29th is counted, and 2027 may reach back to it
        (local(2026, 12, 31, 9), True),
        (local(2027, 6, 1, 9), True),
    ],
)
def test_what_rests_on_an_unpublished_year_is_provisional(filed: datetime, provisional: bool) -> None:
    assert resolution_due(RULES, CALENDARS, filed).provisional is provisional


def test_an_estimate_counts_monday_to_friday_and_publishing_makes_it_certain() -> None:
    filed = local(2025, 9, 29, 9)
    estimated = first_handling_due(RULES, Calendars({}), filed)
    assert (estimated.due, estimated.provisional, estimated.calendars) == (local(2025, 10, 3), True, ())
    certain = first_handling_due(RULES, CALENDARS, filed)
    assert (certain.due, certain.provisional) == (local(2025, 10, 11), False)


def test_a_day_off_that_is_only_walked_over_makes_it_provisional_too() -> None:
    friday = local(2023, 12, 29, 9)  # the days that count lie in 2024, but a weekend of 2023 is skipped by estimate
    found = first_handling_due(RULES, CALENDARS, friday)
    assert (found.due, found.provisional) == (local(2024, 1, 5), True)
    assert [ref.id for ref in found.calendars] == ["CN-2024"]


def test_the_appeal_window_is_hours_whatever_the_days_are() -> None:
    assert appeal_due(RULES, local(2024, 9, 30, 10)) == local(2024, 10, 15, 10)


def test_while_the_platform_holds_the_appeal_its_end_is_open() -> None:
    notice = local(2024, 3, 1, 10)
    assert appeal_closes(RULES, notice, []) == appeal_due(RULES, notice)
    assert appeal_closes(RULES, notice, [(local(2024, 3, 6, 10), None)]) is None


def test_an_appeal_at_the_closing_instant_is_late_and_stops_nothing() -> None:
    notice = local(2024, 3, 1, 10)
    closes = appeal_due(RULES, notice)
    just_in_time = closes - timedelta(microseconds=1)
    assert appeal_closes(RULES, notice, [(closes, None)]) == closes
    assert appeal_closes(RULES, notice, [(just_in_time, None)]) is None


@given(st.lists(st.tuples(st.integers(0, 200), st.integers(0, 200)), max_size=5))
def test_the_time_left_stands_still_in_every_hold(steps: list[tuple[int, int]]) -> None:
    notice, hour = local(2024, 3, 1, 10), timedelta(hours=1)
    holds, held_hours, at = [], set[int](), 0
    for wait, held in steps:
        holds.append((notice + (at + wait) * hour, notice + (at + wait + held) * hour))
        held_hours |= set(range(at + wait, at + wait + held))
        at += wait + held
    ran = now = 0
    while ran < RULES.appeal_hours:
        ran += now not in held_hours
        now += 1
    assert appeal_closes(RULES, notice, holds) == notice + now * hour
