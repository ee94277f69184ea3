"""Deadlines counted anew once a calendar says more: told once per case, with its cause, and never against anybody."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from services.cases.casefile import load
from services.cases.clock import Ticker
from services.cases.domain import commands as c
from services.cases.domain.case import World
from services.cases.recounting import BATCH, Recounter, published
from services.cases.tables import CASES, PENDING, WORLD
from shared.kit import cloudevent
from shared.kit.log.instant import to_us
from shared.rulebook.loader import load_calendars, shipped
from tests.support.calendars import amended_2026, publish, shipped_years
from tests.support.cases_service import HandClock
from tests.support.cases_told import Teller
from tests.support.cases_writer import Writer, writer

RECOMPUTED = "demerit.cases.deadlines_recomputed.v1"
FILED = datetime(2026, 12, 28, 2, tzinfo=UTC)  # Monday, 10:00 in Shanghai


def midnight(day: int) -> datetime:
    """Return the start of a day of January 2027 in Shanghai."""
    return datetime(2027, 1, day, tzinfo=UTC) - timedelta(hours=8)


@pytest.fixture
def years(tmp_path: Path) -> Path:
    """A folder with the shipped years."""
    return shipped_years(tmp_path / "calendars")


@contextmanager
def service(years: Path, clock: HandClock) -> Iterator[Writer]:
    """Give the service's parts as they are started over these calendars."""
    one = writer(years.parent / "cases", clock, World(shipped("seed"), load_calendars(years)))
    try:
        yield one
    finally:
        one.close()


def recounted(one: Writer) -> int:
    """Recount until all is done; return how many cases were looked at."""
    recounter, looked_at = Recounter(one.cases.log, one.cases.world), 0
    while step := recounter.step(one.clock.now):
        looked_at += step
    assert recounter.done
    return looked_at


def facts(one: Writer) -> list[dict[str, Any]]:
    """Return what was told of deadlines counted anew."""
    events = one.cases.log.read(0, 1000, types=[RECOMPUTED]).events
    return [msgspec.json.decode(cloudevent.decode(event.state).data) for event in events]


def due(one: Writer, case: str) -> dict[str, tuple[datetime, bool]]:
    """Return the deadlines of a case: when, and whether that is an estimate."""
    state: Any = load(one.cases.log, case).state
    running = {name: state.file.running(name) for name in ("first_handling", "resolution", "evidence")}
    return {name: (one.due, one.deadline.provisional) for name, one in running.items() if one is not None}


def test_what_was_estimated_is_final_once_the_year_is_published(years: Path) -> None:
    clock = HandClock(FILED)
    with service(years, clock) as one:
        case = Teller(one).files().case
        recounted(one)
        assert due(one, case) == {"first_handling": (midnight(1), True), "resolution": (midnight(5), True)}
        assert facts(one) == []
    publish(years)
    with service(years, clock) as one:
        assert recounted(one) == 1
        assert due(one, case) == {"first_handling": (midnight(1), False), "resolution": (midnight(6), False)}
        (fact,) = facts(one)
        assert fact["cause"] == "calendar_published"
        changes = {change["deadline"]: (change["before"]["due"], change["after"]["due"]) for change in fact["changes"]}
        assert changes == {
            "first_handling": ("2026-12-31T16:00:00Z", "2026-12-31T16:00:00Z"),
            "resolution": ("2027-01-04T16:00:00Z", "2027-01-05T16:00:00Z"),
        }
        (event,) = one.cases.log.read(0, 10, types=[RECOMPUTED]).events
        assert (event.stream, event.stream_version) == (f"clock-{case}", 1)
        row = one.cases.log.get(CASES, case)
        assert row is not None
        assert (row["provisional"], row["clock_version"], row["version"]) == (0, 1, 1)
        assert row["resolution_due_us"] == to_us(midnight(6))
        pending = {row["deadline"]: row["due_us"] for row in one.cases.log.select(PENDING, limit=10)}
        assert pending == {"first_handling": to_us(midnight(1)), "resolution": to_us(midnight(6))}


def test_the_new_deadline_is_the_one_that_is_breached(years: Path) -> None:
    clock = HandClock(FILED)
    with service(years, clock) as one:
        case = Teller(one).files().does(c.StartHandling, "officer-1").case
    publish(years)
    with service(years, clock) as one:
        recounted(one)
        ticker = Ticker(one.cases.log, one.cases.world)
        assert ticker.tick(midnight(6) - timedelta(microseconds=1)) == 0
        assert ticker.tick(midnight(6)) == 1
        assert [event.stream_version for event in one.cases.log.stream(f"clock-{case}")] == [1, 2]


def test_a_start_without_other_calendars_tells_nothing(years: Path) -> None:
    clock = HandClock(FILED)
    with service(years, clock) as one:
        Teller(one).files()
    publish(years)
    for looked_at in (1, 0, 0):
        with service(years, clock) as one:
            assert recounted(one) == looked_at
            assert len(facts(one)) == 1


def test_a_year_that_is_amended_is_given_as_the_cause(years: Path) -> None:
    """Saturday 7 March becomes a working day: what was due on the Monday is due on that Saturday."""
    clock = HandClock(datetime(2026, 3, 2, 2, tzinfo=UTC))
    with service(years, clock) as one:
        case = Teller(one).files().case
        recounted(one)
        assert due(one, case)["resolution"] == (datetime(2026, 3, 9, 16, tzinfo=UTC), False)
    publish(years, amended_2026("2026-03-07"), "calendar-2026-2.toml")
    with service(years, clock) as one:
        recounted(one)
        assert due(one, case)["resolution"] == (datetime(2026, 3, 7, 16, tzinfo=UTC), False)
        (fact,) = facts(one)
        assert fact["cause"] == "calendar_amended"
        named = {ref["id"] for change in fact["changes"] for ref in change["after"]["calendars"]}
        assert named == {"CN-2026.2"}


def test_an_extension_over_an_unpublished_year_is_counted_anew(years: Path) -> None:
    """Late notice: the window closes on 6 January; two working days later is the 8th by estimate, the 11th in truth."""
    clock = HandClock(FILED)
    with service(years, clock) as one:
        teller = Teller(one).files().does(c.StartHandling, "officer-1")
        clock.now = midnight(3) + timedelta(hours=10)
        teller.does(c.NotifyRespondent, None)
        assert due(one, teller.case)["evidence"] == (midnight(7), False)
        assert due(one, teller.case)["resolution"] == (midnight(9), True)
    publish(years)
    with service(years, clock) as one:
        recounted(one)
        assert due(one, teller.case)["evidence"] == (midnight(7), False)
        assert due(one, teller.case)["resolution"] == (midnight(12), False)
        assert [change["deadline"] for change in facts(one)[0]["changes"]] == ["resolution"]


def test_what_a_supervisor_set_stays(years: Path) -> None:
    clock = HandClock(FILED)
    with service(years, clock) as one:
        teller = Teller(one).files().does(c.StartHandling, "officer-1")
        one.carry_out(
            teller.case,
            lambda pen: c.ExtendDeadline(
                "supervisor-1", "resolution", midnight(20), pen.write("reason", "病假"), FILED
            ),
        )
    publish(years)
    with service(years, clock) as one:
        assert recounted(one) == 1
        assert due(one, teller.case)["resolution"] == (midnight(20), False)
        assert facts(one) == []


def test_what_is_over_stays_and_a_case_that_has_ended_is_not_looked_at(years: Path) -> None:
    """A deadline that has passed by the estimate has passed: nobody is told later that there was more time."""
    clock = HandClock(FILED)
    with service(years, clock) as one:
        over, withdrawn = (Teller(one).files(f"trade-{number}") for number in range(2))
        withdrawn.does(c.WithdrawComplaint)
    publish(years)
    clock.now = midnight(5)
    with service(years, clock) as one:
        assert recounted(one) == 1
        assert facts(one) == []
        assert due(one, over.case) == due(one, withdrawn.case)
        assert due(one, over.case)["resolution"] == (midnight(5), True)


def test_only_the_work_that_is_left_is_counted_anew(years: Path) -> None:
    clock = HandClock(FILED)
    with service(years, clock) as one:
        teller = Teller(one).files().does(c.StartHandling, "officer-1")
    publish(years)
    with service(years, clock) as one:
        recounted(one)
        assert [change["deadline"] for change in facts(one)[0]["changes"]] == ["resolution"]
        assert due(one, teller.case)["first_handling"] == (midnight(1), True)


def test_cut_short_it_begins_anew_and_tells_nothing_twice(years: Path) -> None:
    """Given more cases than go into one transaction, killed after the first: the next start does the rest."""
    clock, count = HandClock(FILED), BATCH + 20
    with service(years, clock) as one:
        for number in range(count):
            Teller(one).files(f"trade-{number}")
    publish(years)
    with service(years, clock) as one:
        first = Recounter(one.cases.log, one.cases.world)
        assert first.step(clock.now) == BATCH
        assert not first.done
        assert one.cases.log.get(WORLD, "calendars") is None
        assert len(one.cases.log.read(0, 1000, types=[RECOMPUTED]).events) == BATCH
    with service(years, clock) as one:
        assert recounted(one) == count
        streams = [event.stream for event in one.cases.log.read(0, 1000, types=[RECOMPUTED]).events]
        assert len(streams) == len(set(streams)) == count
        row = one.cases.log.get(WORLD, "calendars")
        assert row == {"name": "calendars", "digest": published(one.cases.world.calendars)}


def test_a_case_that_somebody_writes_to_meanwhile_is_counted_all_the_same(
    years: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an officer who steps in between the look at the case and the fact, the look is taken again."""
    clock = HandClock(FILED)
    with service(years, clock) as one:
        teller = Teller(one).files()
    publish(years)
    with service(years, clock) as one:
        again, append_batch = Teller(one, teller.case), type(one.cases.log).append_batch
        stepped_in: list[bool] = []

        def slower(log: Any, appends: Any) -> Any:
            if not stepped_in:
                stepped_in.append(True)
                again.does(c.StartHandling, "officer-1")
            return append_batch(log, appends)

        monkeypatch.setattr(type(one.cases.log), "append_batch", slower)
        recounted(one)
        assert [change["deadline"] for change in facts(one)[0]["changes"]] == ["resolution"]
        assert due(one, teller.case)["resolution"] == (midnight(6), False)
