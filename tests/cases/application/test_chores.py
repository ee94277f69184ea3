"""What the service does of itself: each chore in its time, whatever the others meet."""

import os
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from services.cases.chores import Chore, Chores
from services.cases.evidence import EvidenceStore, StoreUnavailable
from services.cases.sweeping import EVERY, LEFT_FOR, sweep
from services.cases.vault import VaultUnavailable
from shared.kit.log.model import LogUnavailable
from tests.support.cases_service import MONDAY, HandClock, cases_service
from tests.support.cases_writer import writer
from tests.support.eventually import eventually


def rounds(chores: list[Chore], count: int, clock: Callable[[], datetime]) -> None:
    """Do so many rounds of chores."""
    stop, left = threading.Event(), [None] * count

    def last(_: datetime) -> int:
        left.pop()
        if not left:
            stop.set()
        return 0

    all_of_them = Chores(clock, [*chores, Chore("last", last)])
    while not stop.is_set():
        all_of_them.round(stop)


@pytest.mark.parametrize("away", [LogUnavailable, VaultUnavailable, StoreUnavailable])
def test_what_cannot_be_done_now_is_done_in_the_next_round(away: type[Exception]) -> None:
    """A store that is away ends neither the thread nor the other chores."""
    failures, done = [away("gone"), away("gone")], []

    def sometimes(now: datetime) -> int:
        if failures:
            raise failures.pop()
        done.append(now)
        return 0

    rounds([Chore("sometimes", sometimes)], 3, HandClock())
    assert len(done) == 1


def test_a_chore_is_called_until_nothing_is_left() -> None:
    left = [0, 5, 200, 200]
    rounds([Chore("piles", lambda _: left.pop())], 1, HandClock())
    assert left == []


def test_a_chore_stops_between_two_pieces_when_the_service_does() -> None:
    stop = threading.Event()

    def endless(_: datetime) -> int:
        stop.set()
        return 1

    Chores(HandClock(), [Chore("endless", endless)]).round(stop)
    assert stop.is_set()


def test_a_daily_chore_is_done_at_once_and_then_once_a_day_by_a_clock_that_may_be_set_back() -> None:
    clock, done = HandClock(), []
    moves = iter([0, 23, 1, 23, -200])

    def moved() -> datetime:
        return clock.now

    def noted(now: datetime) -> int:
        done.append(now)
        return 0

    def move(_: datetime) -> int:
        clock.move(hours=next(moves))
        return 0

    rounds([Chore("moves", move), Chore("daily", noted, every=timedelta(hours=24))], 5, moved)
    assert [(at - MONDAY) / timedelta(hours=1) for at in done] == [0, 24, -153]


def test_the_sweep_at_the_start_forgets_a_case_that_was_never_filed(tmp_path: Path) -> None:
    """A crash between vault and log leaves a key and a text that nothing cites."""
    first = writer(tmp_path)
    cited = first.file()
    key = first.cases.vault.new_case("never-filed")
    first.cases.vault.keep(key, {"d": "text"}, written_by="w", at_us=0)
    first.close()
    again = writer(tmp_path)
    assert sweep(again.cases.log, again.cases.vault, again.store, MONDAY + timedelta(days=3)) == 1
    assert again.cases.vault.texts("never-filed") == {}
    assert again.cases.vault.texts(cited) != {}
    again.close()


def test_what_a_crash_left_does_not_outlive_a_day_of_a_service_that_runs_on(tmp_path: Path) -> None:
    """The sweep is no matter of the start alone: what is too young for it then goes a day later."""
    EvidenceStore(tmp_path / "cases" / "evidence")
    old, young = (tmp_path / "cases" / "evidence" / "uploads" / name for name in ("old", "young"))
    clock = HandClock()
    for file, age in ((old, LEFT_FOR), (young, timedelta(hours=1))):
        file.write_bytes(b"half a file")
        written = (clock.now - age).timestamp()
        os.utime(file, (written, written))
    with cases_service(tmp_path, clock, clock_interval_s=0.01):
        eventually(lambda: not old.exists())
        assert young.exists()
        clock.move(hours=EVERY / timedelta(hours=1))
        eventually(lambda: not young.exists())
