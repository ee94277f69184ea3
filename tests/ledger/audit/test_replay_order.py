"""Given a ledger whose log was put in another order, or lacks an event, then a replay says where it begins."""

import json
from pathlib import Path
from typing import Any

import pytest

from services.ledger.decisions import Limits
from shared.kit.log.merkle import grown, leaf_hash, packed
from tests.ledger.audit.test_replay_sources import command
from tests.support.decisions import DAY, FIRST
from tests.support.following import Following
from tests.support.replaying import following, replayed, victim

KEPT = ("sequence", "recordedtime")  # by the place, not by what stands there


def rewrite(folder: Path, states: list[bytes]) -> None:
    """Give the ledger's log these events, and a tree and frontier that fit."""
    nodes, frontier = grown((), 0, map(leaf_hash, states))
    with victim(folder, "ledger").changed() as execute:
        for position, (state, whole) in enumerate(zip(states, nodes, strict=True), 1):
            execute("UPDATE stored_events SET state = ?, nodes = ? WHERE {at} = ?", (state, whole, position))
        execute("UPDATE log_head SET frontier = ?", (packed(frontier),))


def swap(folder: Path, one: int, other: int) -> None:
    """Exchange two events of the ledger's log; each has the sequence and the time of its new place."""
    with victim(folder, "ledger").raw() as raw:
        states = [event.state for event in raw.every_event()]
    told: list[dict[str, Any]] = [json.loads(state) for state in states]
    for at, source in ((one, other), (other, one)):
        moved = told[source - 1] | {name: told[at - 1][name] for name in KEPT}
        states[at - 1] = json.dumps(moved, separators=(",", ":"), ensure_ascii=False).encode()
    rewrite(folder, states)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An entry for each of five accounts, and a digest."""
    with following(tmp_path) as (cases, ledger):
        for number in range(5):
            cases.ordinary(f"s-{number}", at=FIRST + number * DAY)
        ledger.catch_up()
    return tmp_path


@pytest.mark.parametrize(("one", "other"), [(2, 3), (1, 5)])
def test_events_of_two_accounts_that_changed_places_are_found(folder: Path, one: int, other: int) -> None:
    """At the first one that comes too late."""
    with victim(folder, "ledger").raw() as raw:
        kinds = [event.stream.partition("-")[0] for event in raw.every_event()]
    assert (replayed(folder).told, kinds[one - 1], kinds[other - 1]) == ([], "account", "account")
    swap(folder, one, other)
    (first,) = replayed(folder, piece=2).told
    assert (first.code, first.ledger_position) == ("order", one + 1)
    assert "before it tells of" in first.detail


def test_what_waited_is_told_late_and_still_in_order(tmp_path: Path) -> None:
    """Behind its release, of the account alone that was released."""
    with following(tmp_path) as (cases, ledger):
        strict = Following(cases, cases.clock, ledger.log, limits=Limits(points=6), entries=100)
        cases.ordinary("s-1", 12)
        cases.ordinary("s-1", 6, at=FIRST + DAY)
        cases.ordinary("s-2", 6, at=FIRST + 2 * DAY)
        strict.catch_up()
        later = Following(cases, cases.clock, ledger.log, entries=100)
        later.ledger.release("s-1", "admin-1")
        cases.ordinary("s-3", 6, at=FIRST + 3 * DAY)
        later.catch_up()
    assert told_in(tmp_path) == [1, 3, 1, 1, 2, 4]  # quarantined, of s-2, released, what waited twice, of s-3
    assert replayed(tmp_path).told == []
    swap(tmp_path, 4, 5)
    assert "order" in {one.code for one in replayed(tmp_path).told}
    swap(tmp_path, 4, 5)
    swap(tmp_path, 3, 2)
    (first,) = replayed(tmp_path).told
    assert (first.code, first.ledger_position) == ("order", 4)  # the release is another's meanwhile


def told_in(folder: Path) -> list[int]:
    """Return the cases positions that the ledger tells of, in its order."""
    with victim(folder, "ledger").raw() as raw:
        return [json.loads(event.state)["data"]["position"] for event in raw.every_event()]


@pytest.mark.parametrize("missing", [1, 3, "last"])
def test_an_event_that_the_ledger_lacks_is_a_difference(folder: Path, missing: int | str) -> None:
    """Named by its position in the report; the exit status is that of a difference."""
    position = replayed(folder).ledger.position if missing == "last" else int(missing)
    with victim(folder, "ledger").changed() as execute:
        execute("DELETE FROM stored_events WHERE {at} = ?", (position,))
    status, report, _ = command(folder, "--workers", "1")
    assert (status, report["differences"]) == (1, 1)
    (told,) = report["told"]
    assert (told["code"], told["ledger_position"]) == ("ledger_log_broken", position)
    assert "would have to be there" in told["detail"]
