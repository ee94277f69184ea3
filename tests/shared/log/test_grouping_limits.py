"""Group commit at its limits: a full queue, a log that closes, a store that takes nothing."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Thread

import pytest

from shared.kit.log.grouping import GroupCommit
from shared.kit.log.memory import open_memory_log
from shared.kit.log.model import Append, Appended, LogBusy, LogUnavailable, Outcome
from tests.support.eventually import eventually
from tests.support.gate import Gate
from tests.support.logs import TABLES, StandingClock, draft, everything, store_at


def test_an_append_that_meets_a_full_queue_is_refused_at_once_and_not_written() -> None:
    group = GroupCommit(open_memory_log(StandingClock(), TABLES), waiting=2)
    gate = Gate()
    with ThreadPoolExecutor(4) as threads:
        held = threads.submit(group.append, gate.append())
        assert gate.entered.wait(30)
        waiting = [threads.submit(group.append, Append([draft(f"case-{number}")])) for number in (1, 2)]
        eventually(lambda: group.waiting == 2)
        with pytest.raises(LogBusy, match="2 appends wait, at most 2 may"):
            group.append(Append([draft("case-3")]))
        gate.go_on.set()
        assert all(isinstance(one.result(30), Appended) for one in (held, *waiting))
    assert isinstance(group.append(Append([draft("case-3")])), Appended)
    assert group.head().position == 4
    assert group.append_batch([Append()] * 5) == [Appended(())] * 5  # more than may wait, but nobody does
    group.close()


def test_what_waits_when_the_log_is_closed_is_committed_and_nothing_after(tmp_path: Path) -> None:
    place = store_at("sqlite", tmp_path)
    group = GroupCommit(place.open(StandingClock()))
    gate = Gate()
    with ThreadPoolExecutor(8) as threads:
        held = threads.submit(group.append, gate.append())
        assert gate.entered.wait(30)
        waiting = [threads.submit(group.append, Append([draft(f"case-{number}")])) for number in range(5)]
        eventually(lambda: group.waiting == 5)
        closing = Thread(target=group.close)
        closing.start()
        eventually(lambda: group._closed)
        with pytest.raises(LogUnavailable, match="closed"):
            group.append(Append([draft("late")]))
        gate.go_on.set()
        closing.join(30)
        assert not closing.is_alive()
        assert all(isinstance(one.result(30), Appended) for one in (held, *waiting))
    group.close()
    for call in (group.head, lambda: group.append(Append()), lambda: group.read(0, 1)):
        with pytest.raises(LogUnavailable):
            call()
    assert len(everything(place.open(StandingClock()))) == 6
    place.close()


def test_a_store_that_takes_nothing_fails_all_who_share_the_transaction_each_with_an_error_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = open_memory_log(StandingClock(), TABLES)
    group = GroupCommit(log)

    def unavailable(_: Sequence[Append]) -> list[Outcome]:
        raise LogUnavailable("the disk is full")

    below = log.append_batch
    gate = Gate()
    with ThreadPoolExecutor(4) as threads:
        held = threads.submit(group.append, gate.append())
        assert gate.entered.wait(30)
        waiting = [threads.submit(group.append, Append([draft(f"case-{number}")])) for number in range(3)]
        eventually(lambda: group.waiting == 3)
        monkeypatch.setattr(log, "append_batch", unavailable)
        gate.go_on.set()
        errors = [one.exception(30) for one in waiting]
        assert isinstance(held.result(30), Appended)
    assert [str(error) for error in errors] == ["the disk is full"] * 3
    assert len({id(error) for error in errors}) == 3
    monkeypatch.setattr(log, "append_batch", below)
    assert isinstance(group.append(Append([draft("case-0")])), Appended)
    group.close()
