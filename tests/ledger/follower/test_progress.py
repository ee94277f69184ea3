"""Waiting for a position: as long as asked, no longer than needed, and not by everybody at once."""

import asyncio
import threading

import pytest

from services.ledger import progress
from services.ledger.progress import Folded, Progress


def test_who_waits_is_woken_from_another_thread() -> None:
    """As soon as the position is told; who wants more waits on."""

    async def waiting() -> list[bool]:
        told = Progress()
        near, far = asyncio.create_task(told.reached(3, 5)), asyncio.create_task(told.reached(9, 0.05))
        await asyncio.sleep(0)
        threading.Thread(target=told.tell, args=(Folded(position=3),)).start()
        return [await near, await far]

    assert asyncio.run(waiting()) == [True, False]


def test_what_is_reached_already_is_not_waited_for() -> None:
    """Not even for a moment."""
    told = Progress()
    told.tell(Folded(position=5))
    assert asyncio.run(told.reached(5, 0))


def test_only_so_many_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    """The next is told at once that it is not reached; room is given back."""
    monkeypatch.setattr(progress, "MAX_WAITERS", 1)

    async def crowd() -> tuple[bool, bool]:
        told = Progress()
        first = asyncio.create_task(told.reached(1, 0.05))
        await asyncio.sleep(0)
        refused = await told.reached(1, 60)
        await first
        second = asyncio.create_task(told.reached(1, 5))
        await asyncio.sleep(0)
        told.tell(Folded(position=1))
        return refused, await second

    assert asyncio.run(crowd()) == (False, True)
