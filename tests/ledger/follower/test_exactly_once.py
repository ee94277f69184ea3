"""Given pages twice, in pieces, after crashes or from a second follower, then every fact is folded exactly once."""

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

import pytest

from services.ledger.tables import TABLES
from shared.kit.cloudevent import decode
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import EventLog
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.following import Following

Open = Callable[[Callable[[], datetime]], EventLog]


@pytest.fixture(params=["memory", "sqlite"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, cases: Decisions) -> Iterator[EventLog]:
    """An empty log of the ledger, in each store."""
    if request.param == "memory":
        log = open_memory_log(cases.clock, TABLES)
    else:
        log = open_sqlite_log(tmp_path / "ledger.db", cases.clock, TABLES)
    yield log
    log.close()


def causes(ledger: Following) -> list[str]:
    """Return the cases events that the ledger's events name, in order."""
    return [cause for stored in ledger.log.read(0, 1000).events if (cause := decode(stored.state).causationid)]


def test_a_page_given_twice_is_folded_once(cases: Decisions, opened: EventLog) -> None:
    """Also when it comes again with more behind it."""
    ledger = Following(cases, cases.clock, opened)
    made = [cases.ordinary(f"s-{number % 3}") for number in range(6)]
    page = cases.page(0, 4)
    assert ledger.follower.step(page)
    assert ledger.follower.step(page)
    assert ledger.follower.step(cases.page(2, 100))
    assert causes(ledger) == [decision.id for decision in made]


def test_after_a_crash_another_follower_goes_on_where_the_log_says(cases: Decisions, opened: EventLog) -> None:
    """Nothing but the log is carried over."""
    made = [cases.ordinary(f"s-{number % 3}") for number in range(9)]
    for _ in range(3):
        Following(cases, cases.clock, opened).step(limit=3)
    restarted = Following(cases, cases.clock, opened)
    assert restarted.progress.now.position == 9
    assert causes(restarted) == [decision.id for decision in made]
    assert restarted.ask("s-1")["points"]["ordinary"] == 36


def test_a_second_follower_that_was_late_writes_nothing_and_reads_again(cases: Decisions, opened: EventLog) -> None:
    """Its memory of accounts is dropped with its position."""
    first, second = Following(cases, cases.clock, opened), Following(cases, cases.clock, opened)
    made = [cases.ordinary("s-1"), cases.ordinary("s-1")]
    assert first.step(limit=1)
    assert not second.step(limit=1)
    assert second.progress.now.position == 1
    assert second.step()
    assert not first.step()
    made.append(cases.ordinary("s-1"))
    assert first.step()
    assert causes(first) == [decision.id for decision in made]
    assert [decode(one.state).streamversion for one in first.log.stream("account-s-1")] == [1, 2, 3]


def test_two_followers_that_record_the_same_lapse_record_it_once(cases: Decisions, opened: EventLog) -> None:
    """The stream's version decides."""
    first, second = Following(cases, cases.clock, opened), Following(cases, cases.clock, opened)
    cases.ordinary("s-1")
    first.step()
    second.ledger.refresh()
    second.ask("s-1")
    cases.clock.now = FIRST + 8 * DAY
    page = cases.page(1, 10)
    assert first.follower.step(page)
    second.follower.step(page)
    second.follower.step(page)
    assert len(first.events("s-1")) == 2


def test_the_read_model_says_the_same_as_the_log_after_a_restart(cases: Decisions, opened: EventLog) -> None:
    """Rows commit with the entries they are made of."""
    ledger = Following(cases, cases.clock, opened)
    for number in range(4):
        cases.ordinary(f"s-{number % 2}", at=FIRST + number * DAY)
    ledger.catch_up()
    answers = [ledger.ask(f"s-{number}") for number in range(3)]
    restarted = Following(cases, cases.clock, opened)
    assert [restarted.ask(f"s-{number}") for number in range(3)] == answers
