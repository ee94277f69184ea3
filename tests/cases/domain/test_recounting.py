"""A calendar is published or amended: deadlines that still run are counted anew, each from what it was counted from."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Final

import pytest

from services.cases.domain import commands
from services.cases.domain.case import World
from services.cases.domain.commands import CaseCommand
from services.cases.domain.events import DeadlinesRecomputed, Incident, Recomputed
from services.cases.domain.recounting import recount
from shared.rulebook.model import ZONE, Calendars, CalendarYear, Deadline, Ref, Timeline
from tests.support.cases_afterwards import CONTESTABLE
from tests.support.cases_scenario import SEED_WORLD, Given, given
from tests.support.cases_story import dismiss, file, start, withdraw
from tests.support.cases_story import extend as extended

ESTIMATING: Final = replace(SEED_WORLD, calendars=Calendars({2026: SEED_WORLD.calendars.years[2026]}))


def local(month: int, day: int, hours: int = 0, year: int = 2027) -> datetime:
    return datetime(year, month, day, hours, tzinfo=ZONE)


def published(*holidays: int, make_up: tuple[int, ...] = (), world: World = ESTIMATING) -> World:
    """The world once 2027 is published, with these days of January."""
    year = CalendarYear(
        Ref("CN-2027", "0" * 64),
        2027,
        frozenset(date(2027, 1, day) for day in holidays),
        frozenset(date(2027, 1, day) for day in make_up),
    )
    return replace(world, calendars=Calendars({**world.calendars.years, 2027: year}))


def filed(day: int, *more: CaseCommand, world: World = ESTIMATING) -> Given:
    """A case filed at noon of that day of December 2026."""
    at = local(12, day, 12, 2026)
    return given(file(at=at, incidents=(Incident("phone", at),)), *more, world=world)


def noticed(at: datetime) -> commands.NotifyRespondent:
    return commands.NotifyRespondent(at, at)


def dues(fact: DeadlinesRecomputed | None) -> dict[str, tuple[datetime, datetime]]:
    assert fact is not None
    return {change.deadline: (change.before.due, change.after.due) for change in fact.changes}


def demand_once(case: Given, world: World, now: datetime) -> None:
    """Counted anew and recorded, nothing is left to count."""
    fact = recount(case.state, world, now)
    assert fact is not None
    assert recount(case.after(now, fact).state, world, now) is None


NOW: Final = local(12, 28, 18, 2026)
MONDAY: Final = filed(28)


def test_nothing_changes_where_no_calendar_does() -> None:
    assert recount(MONDAY.state, ESTIMATING, NOW) is None
    assert recount(given().state, published(1), NOW) is None


def test_publishing_a_year_makes_estimates_certain() -> None:
    fact = recount(MONDAY.state, published(1, 2, 3), NOW)
    assert fact is not None
    assert fact.cause == "calendar_published"
    assert dues(fact) == {
        "first_handling": (local(1, 1), local(1, 1)),
        "resolution": (local(1, 5), local(1, 6)),
    }
    assert all(change.before.provisional and not change.after.provisional for change in fact.changes)
    assert [ref.id for ref in fact.changes[1].after.calendars] == ["CN-2026", "CN-2027"]
    demand_once(MONDAY, published(1, 2, 3), NOW)


def test_the_case_has_the_new_deadlines_from_then_on() -> None:
    fact = recount(MONDAY.state, published(1, 2, 3), NOW)
    assert fact is not None
    counted = MONDAY.after(NOW, fact).file
    assert (counted.resolution.due, counted.resolution.basis) == (local(1, 6), "filing")
    assert not counted.first_handling.deadline.provisional


def test_a_published_year_may_be_amended() -> None:
    certain = filed(28, world=published(1, 2, 3))
    fact = recount(certain.state, published(1, 2, 3, 4), NOW)
    assert fact is not None
    assert fact.cause == "calendar_amended"
    assert dues(fact) == {"resolution": (local(1, 6), local(1, 7))}


def test_what_has_passed_or_is_done_stays() -> None:
    world = published(1, 2, 3)
    assert set(dues(recount(MONDAY.state, world, local(1, 1)))) == {"resolution"}
    assert recount(MONDAY.state, world, local(1, 5)) is None
    taken_up = MONDAY.and_(start())
    assert set(dues(recount(taken_up.state, world, NOW))) == {"resolution"}


@pytest.mark.parametrize("ended", [dismiss(), withdraw()])
def test_an_ended_case_has_nothing_to_count(ended: CaseCommand) -> None:
    assert recount(MONDAY.and_(ended).state, published(1, 2, 3), NOW) is None


def test_what_a_supervisor_set_no_calendar_moves() -> None:
    fixed = replace(extended(), due=local(1, 20), at=NOW)
    assert set(dues(recount(MONDAY.and_(fixed).state, published(1, 2, 3), NOW))) == {"first_handling"}


def test_a_resolution_that_runs_from_the_windows_end_is_counted_from_there() -> None:
    case = MONDAY.and_(noticed(local(1, 1, 9)))  # the window ends with 4 January, as the decision was due
    assert case.file.resolution.basis == "window"
    changed = dues(recount(case.state, published(5), local(1, 1, 10)))
    assert changed == {"resolution": (local(1, 7), local(1, 8))}
    demand_once(case, published(5), local(1, 1, 10))


def test_a_resolution_that_a_calendar_moves_into_the_evidence_window_is_counted_from_its_end() -> None:
    case = filed(30, noticed(local(1, 2, 9)))  # the window ends with 5 January, the decision is due with the 6th
    world = published(make_up=(2, 3))
    changed = dues(recount(case.state, world, local(1, 2, 10)))
    assert changed["resolution"] == (local(1, 7), local(1, 8))
    demand_once(case, world, local(1, 2, 10))


def test_a_reopened_case_is_counted_from_its_reopening() -> None:
    world = replace(CONTESTABLE, calendars=ESTIMATING.calendars)
    overturned = filed(
        1,
        replace(dismiss(), at=local(12, 2, 9, 2026)),
        commands.FileAppeal("complainant", "digest", local(12, 3, 9, 2026)),
        commands.DecideAppeal("reviewer-1", "reverse", None, "digest", NOW),
        world=world,
    )
    changed = dues(recount(overturned.state, published(1, 2, 3, world=world), NOW))
    assert changed == {"resolution": (local(1, 5), local(1, 6))}


def test_no_deadline_moves_to_an_instant_that_has_passed() -> None:
    """Saturday becomes a working day: what was due with Monday, 4 January, would have been due with that Saturday."""
    world = published(make_up=(2,))
    assert dues(recount(MONDAY.state, world, local(1, 2, 23))) == {"resolution": (local(1, 5), local(1, 3))}
    assert recount(MONDAY.state, world, local(1, 3)) is None
    assert recount(MONDAY.state, world, local(1, 4)) is None


def test_no_evidence_window_ends_in_the_past_either() -> None:
    """The window rolls from Saturday, 2 January, to Monday; once that Saturday is a working day it would have ended."""
    case = filed(28, noticed(local(12, 30, 9, 2026)), start(), world=rolling(ESTIMATING))
    world = rolling(published(make_up=(2,)))
    assert dues(recount(case.state, world, local(1, 2, 23)))["evidence"] == (local(1, 5), local(1, 3))
    assert "evidence" not in dues(recount(case.state, world, local(1, 3)))
    demand_once(case, world, local(1, 3))


def rolling(world: World) -> World:
    """The world in which a window that ends on a day off ends with the next working day."""
    version = world.timeline.versions[0]
    rules = replace(version.deadlines, evidence_rolls_off_holidays=True)
    return replace(world, timeline=Timeline("rolling", (replace(version, deadlines=rules),)))


def test_an_evidence_window_that_rolls_is_counted_from_its_receipt() -> None:
    case = filed(28, noticed(local(12, 29, 9, 2026)), world=rolling(ESTIMATING))
    changed = dues(recount(case.state, rolling(published(1, 2, 3)), local(12, 29, 10, 2026)))
    assert changed["evidence"] == (local(1, 2), local(1, 5))
    demand_once(case, rolling(published(1, 2, 3)), local(12, 29, 10, 2026))


def test_a_resolution_moves_with_the_window_it_runs_from() -> None:
    case = filed(28, noticed(local(1, 1, 9)), world=rolling(ESTIMATING))
    world = rolling(published(4, 5))
    fact = recount(case.state, world, local(1, 1, 10))
    assert dues(fact) == {
        "evidence": (local(1, 5), local(1, 7)),
        "resolution": (local(1, 7), local(1, 9)),
    }
    assert fact is not None
    assert case.after(local(1, 1, 10), fact).file.resolution.since == local(1, 7)
    demand_once(case, world, local(1, 1, 10))


def test_a_case_whose_rulebook_version_is_not_loaded_waits() -> None:
    elsewhere = replace(published(1, 2, 3), timeline=Timeline("other", ()))
    assert recount(MONDAY.state, elsewhere, NOW) is None


def test_a_recount_of_what_does_not_run_says_nothing() -> None:
    nonsense = DeadlinesRecomputed(
        "calendar_published",
        (Recomputed("evidence", Deadline(NOW, provisional=True), Deadline(NOW + timedelta(1), provisional=False)),),
    )
    assert MONDAY.after(NOW, nonsense).state == MONDAY.state
