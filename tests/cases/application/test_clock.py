"""The facts that time makes: recorded once, whatever happens, and never in anybody's way."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.cases.clock import BATCH, Ticker
from services.cases.domain import commands as c
from services.cases.tables import ANNOUNCEMENTS, PENDING
from shared.kit.log.instant import from_us, to_us
from shared.kit.log.model import Append, EventLog, Stored
from shared.kit.log.rows import Put
from tests.support.cases_afterwards import CONTESTABLE
from tests.support.cases_service import MONDAY, CasesService, cases_service, uphold
from tests.support.cases_story import OFFICER
from tests.support.cases_told import Teller
from tests.support.cases_writer import Writer, writer

AFTER = MONDAY + timedelta(days=10)


def breached(log: EventLog) -> list[Stored]:
    """Return the clock's facts."""
    return list(log.read(0, 1000, types=["demerit.cases.deadline_breached.v1"]).events)


@pytest.fixture
def one(tmp_path: Path) -> Iterator[Writer]:
    """A service without HTTP."""
    opened = writer(tmp_path)
    yield opened
    opened.close()


def test_a_breach_is_recorded_once_at_its_due_instant(one: Writer) -> None:
    case = one.file()
    ticker = Ticker(one.cases.log, one.cases.world)
    due = datetime(2026, 3, 5, 16, 0, tzinfo=UTC)
    assert ticker.tick(due - timedelta(microseconds=1)) == 0
    assert ticker.tick(due) == 1
    assert ticker.tick(due) == 0
    assert ticker.tick(AFTER) == 1
    assert ticker.tick(AFTER) == 0
    facts = breached(one.cases.log)
    assert [fact.stream for fact in facts] == [f"clock-{case}"] * 2
    assert [fact.stream_version for fact in facts] == [1, 2]
    assert b'"deadline":"first_handling"' in facts[0].state
    assert b'"time":"2026-03-05T16:00:00Z"' in facts[0].state
    assert one.cases.log.select(PENDING, limit=10) == []


def test_a_deadline_that_was_moved_while_the_clock_looked_still_waits(one: Writer) -> None:
    """The clock had read it as it was before."""
    one.file()
    ticker = Ticker(one.cases.log, one.cases.world)
    waits = one.cases.log.select(PENDING, limit=10)
    early = [Put(PENDING, {**row, "due_us": to_us(MONDAY)}) for row in waits]
    one.cases.log.append(Append(rows=lambda _: early))
    assert ticker.tick(MONDAY) == 0
    assert one.cases.log.select(PENDING, limit=10) == waits
    assert ticker.tick(AFTER) == 2


def test_work_done_in_time_is_no_breach_and_work_done_late_is_one(one: Writer) -> None:
    in_time, late = one.file(), one.file()
    one.handle(in_time)
    one.clock.move(days=4)
    one.handle(late)
    Ticker(one.cases.log, one.cases.world).tick(one.clock())
    assert {fact.stream for fact in breached(one.cases.log)} == {f"clock-{late}"}


def test_a_dismissal_that_came_late_and_was_overturned_before_the_clock_looked_is_recorded_all_the_same(
    tmp_path: Path,
) -> None:
    """Given a clock that stood still meanwhile, the breach is told once, and the new deadline waits for its own."""
    one = writer(tmp_path, world=CONTESTABLE)
    late = Teller(one).files().does(c.StartHandling, OFFICER)
    one.clock.move(days=8)
    late.says(c.Dismiss, OFFICER, "evidence_insufficient", "harassment", None).does(c.NotifyDecision, None)
    late.says(c.FileAppeal, "complainant").says(c.DecideAppeal, "reviewer-1", "reverse", None)
    ticker = Ticker(one.cases.log, one.cases.world)
    assert [ticker.tick(one.clock.now), ticker.tick(one.clock.now)] == [1, 0]
    (fact,) = breached(one.cases.log)
    assert b'"due":"2026-03-09T16:00:00Z"' in fact.state
    (waits,) = one.cases.log.select(PENDING, limit=10)
    assert from_us(int(str(waits["due_us"]))) == datetime(2026, 3, 17, 16, tzinfo=UTC)
    one.close()


def test_a_case_that_ended_in_time_breaches_nothing(one: Writer) -> None:
    case = one.file()
    one.withdraw(case)
    assert Ticker(one.cases.log, one.cases.world).tick(AFTER) == 0
    assert one.cases.log.select(PENDING, limit=10) == []


def test_many_cases_are_worked_off_in_one_tick(one: Writer) -> None:
    count = BATCH // 2 + 5
    for _ in range(count):
        one.file()
    assert Ticker(one.cases.log, one.cases.world).tick(AFTER) == 2 * count
    assert len(breached(one.cases.log)) == 2 * count


def test_two_tickers_at_once_record_each_breach_once(one: Writer) -> None:
    for _ in range(20):
        one.file()
    tickers = [threading.Thread(target=Ticker(one.cases.log, one.cases.world).tick, args=(AFTER,)) for _ in range(4)]
    for thread in tickers:
        thread.start()
    for thread in tickers:
        thread.join()
    Ticker(one.cases.log, one.cases.world).tick(AFTER)
    assert len({fact.stream for fact in breached(one.cases.log)}) == 20
    assert len(breached(one.cases.log)) == 40


def test_announcements_that_lapsed_are_dropped(one: Writer) -> None:
    case = one.file()
    one.announce(case)
    ticker = Ticker(one.cases.log, one.cases.world)
    ticker.tick(MONDAY + timedelta(hours=23))
    assert len(one.cases.log.select(ANNOUNCEMENTS, limit=10)) == 1
    ticker.tick(MONDAY + timedelta(hours=25))
    assert one.cases.log.select(ANNOUNCEMENTS, limit=10) == []


def test_a_breach_never_breaks_the_version_that_an_officer_saw(tmp_path: Path) -> None:
    """Given a case read before its deadlines passed, when the clock has spoken, then If-Match still holds."""
    with cases_service(tmp_path, clock_grace_s=0, clock_interval_s=0.01) as cases:
        case = cases.heard()
        seen = cases.officer.get(f"/cases/{case}")["version"]
        cases.clock.move(days=10)
        wait_for_breaches(cases, 2)
        cases.officer.post(f"/cases/{case}/decision", uphold(), 200, If_Match=f'"{seen}"')
        entries = cases.officer.get(f"/cases/{case}/history")["entries"]
        assert [entry["actor_role"] for entry in entries].count("clock") == 2


def wait_for_breaches(cases: CasesService, count: int) -> None:
    """Wait on the feed's long poll until the clock has recorded so many."""
    reader = cases.caller("service", "reader")
    name = "demerit.cases.deadline_breached.v1"
    position = 0
    for _ in range(count):
        (event,) = reader.get("/feed", after=position, limit=1, wait=20, type=name)
        position = int(event["sequence"])
