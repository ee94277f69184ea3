"""A replay agrees with every ledger that folded honestly, and names the first place where one did not."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import msgspec
import pytest
from hypothesis import given, settings

from services.ledger.decisions import Limits
from services.ledger.domain.events import StandingLapsed
from services.ledger.publication import Publication
from services.ledger.replay.keeping import Until
from services.ledger.replay.report import Replayed, explained
from services.ledger.replay.sources import Source
from shared.contracts.decisions import ORDINARY_UPHELD, DirectSanction
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.log.merkle import grown, leaf_hash, packed, root
from shared.kit.log.model import Append
from tests.ledger.follower.test_determinism import happenings, play, readings
from tests.support.decisions import DAY, FIRST, SEED, Decisions
from tests.support.following import Following
from tests.support.logs import StandingClock
from tests.support.replaying import ENTRIES, following, logs, replayed, victim

LAST: Final = FIRST + 400 * DAY


@settings(max_examples=40, deadline=None)
@given(happenings, readings)
def test_a_replay_agrees_with_every_ledger(
    told: list[tuple[int, str, tuple[str, int]]], read: list[tuple[int, int, bool]]
) -> None:
    """Whatever happened, quarantines included, and however it was followed: entries, lapses, rows and digests."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        with logs(folder, StandingClock(FIRST)) as stores:
            ledger = play(told, read, ENTRIES, stores)
            heads = [store.head() for store in stores]
            digests = len(ledger.log.stream("standings-digest"))
        found = replayed(folder, piece=4)
    assert (found.told, found.differences) == ([], 0)
    assert [found.cases.root, found.ledger.root] == [root(head.frontier).hex() for head in heads]
    assert [found.cases.position, found.ledger.position] == [head.position for head in heads]
    assert (found.events + found.digests, found.digests) == (found.ledger.position, digests)
    assert found.unfolded == 0


def story(cases: Decisions, ledger: Following) -> None:
    """Fill both logs with three accounts, one in quarantine, lapses, and three digests."""
    first = cases.ordinary("s-1")
    cases.nothing()
    cases.ordinary("s-1", at=FIRST + DAY)
    cases.severe("s-2", 12, at=FIRST + 2 * DAY)
    second = cases.severe("s-2", 24, at=FIRST + 3 * DAY)
    cases.regrade("s-2", second, 12, at=FIRST + 4 * DAY)
    cases.reverse("s-1", first.id, at=FIRST + 5 * DAY)
    cases.stay("s-2", second.id, at=FIRST + 6 * DAY)  # it is regraded: the account is put in quarantine
    cases.ordinary("s-2", at=FIRST + 7 * DAY)
    other = cases.ordinary("s-3", at=FIRST + 8 * DAY)
    cases.stay("s-3", other.id, at=FIRST + 9 * DAY)
    cases.lift("s-3", other.id, at=FIRST + 10 * DAY)
    ledger.catch_up()
    cases.clock.now = LAST
    ledger.catch_up()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Both logs after the story."""
    with following(tmp_path) as (cases, ledger):
        story(cases, ledger)
    return tmp_path


def test_what_was_compared_is_counted(folder: Path) -> None:
    """And said in words."""
    found = replayed(folder)
    assert (found.differences, found.accounts, found.rows, found.facts) == (0, 3, 3, 11)
    assert (found.quarantined, found.waiting, found.digests, found.through) == (1, 2, 3, 12)
    assert [*explained(found)][-1] == "replayed: nothing differs"


def test_two_processes_find_what_one_does(folder: Path) -> None:
    """Pieces come back in order."""
    ours, theirs = map(lasting, (replayed(folder), replayed(folder, workers=2, piece=4)))
    assert ours == theirs


def lasting(found: Replayed) -> dict[str, object]:
    """Return what does not depend on the machine."""
    return {**msgspec.structs.asdict(found), "seconds": 0, "peak_bytes": 0}


@pytest.mark.parametrize("position", range(13))
def test_until_a_position_nothing_later_counts(folder: Path, position: int) -> None:
    """Neither in the cases nor in the ledger; instants do the same."""
    found = replayed(folder, until=Until(position))
    assert (found.told, found.differences) == ([], 0)
    assert found.facts == len([one for one in range(1, position + 1) if one != 2])
    assert found.through <= position
    instant = replayed(folder, until=Until(recorded_at=FIRST + max(position - 2, 0) * DAY))
    assert instant.differences == 0


def test_of_one_seller_the_logs_are_hashed_whole(folder: Path) -> None:
    """And its account alone is folded."""
    found = replayed(folder, seller="s-1")
    assert (found.differences, found.accounts, found.facts, found.digests) == (0, 1, 3, 0)
    assert found.cases.root == replayed(folder).cases.root


@pytest.mark.parametrize(
    ("was", "now", "code", "cases_position"),
    [
        (b'"after":{"ordinary":24', b'"after":{"ordinary":36', "data", 3),
        (b'"points":12', b'"points":11', "data", 1),
        (b'"change":"vacated"', b'"change":"revoked"', "data", 6),
        (b'"change":"stayed"', b'"change":"staved"', "data", 11),
        (b'"standing_after":"watch"', b'"standing_after":"good"', "data", 0),
        (b'"kind":"regraded"', b'"kind":"reversed"', "data", 6),
        (b'"reason":"entry_already', b'"reason":"entry_elready', "quarantined", 8),
    ],
)
def test_a_ledger_that_tells_something_else_is_found_where_it_begins(
    folder: Path, was: bytes, now: bytes, code: str, cases_position: int
) -> None:
    """Although its tree and its frontier were made to fit."""
    position = forge(folder, was, now)
    found = replayed(folder)
    first = found.told[0]
    assert first.ledger_position == position
    if cases_position:
        assert (first.cases_position, first.code) == (cases_position, code)
    assert any("would have to be" in one.detail or "can be folded" in one.detail for one in found.told)


def forge(folder: Path, was: bytes, now: bytes) -> int:
    """Change the first event of the ledger that holds this, with all hashes; return its position."""
    with victim(folder, "ledger").raw() as raw:
        states = [event.state for event in raw.every_event()]
    at = next(number for number, state in enumerate(states) if was in state)
    states[at] = states[at].replace(was, now)
    nodes, frontier = grown((), 0, map(leaf_hash, states))
    with victim(folder, "ledger").changed() as execute:
        for position, (state, whole) in enumerate(zip(states, nodes, strict=True), 1):
            execute("UPDATE stored_events SET state = ?, nodes = ? WHERE {at} = ?", (state, whole, position))
        execute("UPDATE log_head SET frontier = ?", (packed(frontier),))
    return at + 1


def test_a_forged_digest_is_found(folder: Path) -> None:
    """By its number."""
    with victim(folder, "ledger").raw() as raw:
        digest = next(event for event in raw.every_event() if event.stream == "standings-digest")
    at = digest.state.index(b'"digest":"') + 10
    forged = digest.state[at : at + 8]
    position = forge(folder, forged, forged[::-1] if forged != forged[::-1] else b"01234567")
    found = replayed(folder)
    assert (found.told[0].code, found.told[0].ledger_position, found.digests) == ("digest", position, 0)


def test_a_fact_that_the_ledger_left_out_is_found(tmp_path: Path) -> None:
    """By its cases position."""
    with following(tmp_path) as (cases, ledger):
        cases.ordinary("s-1")
        skipped = cases.ordinary("s-1", at=FIRST + DAY)
        cases.ordinary("s-2", at=FIRST + 2 * DAY)
        page = cases.page(0, 10)
        ledger.follower.step(page)
    with victim(tmp_path, "ledger").changed() as execute:
        ((position,),) = execute("SELECT {at} FROM stored_events WHERE originator_version = 2")
        execute("DELETE FROM stored_events WHERE {at} >= ?", (position,))
        execute("UPDATE log_head SET position = ?", (position - 1,))
    found = replayed(tmp_path)
    assert (found.told[0].cases_position, found.told[0].code) == (skipped.position, "missing")


def test_what_was_added_to_the_ledger_is_found(folder: Path) -> None:
    """No fact and no passing of time makes it."""
    with logs(folder, StandingClock(LAST + DAY)) as (_, ledger):
        last = ledger.stream("account-s-1")[-1]
        points = {"ordinary": 0, "severe": 0}
        lapse = StandingLapsed(LAST, points, points, "good", "good")
        ledger.append(Append([Publication(SEED).draft(lapse, "s-1", last.stream_version + 1, None)]))
    (found,) = [one for one in replayed(folder).told if one.code != "row"]
    assert (found.seller, found.code, found.cases_position) == ("s-1", "not_explained", 0)


def test_rows_of_the_read_model_are_compared(folder: Path) -> None:
    """One changed, one too many, one gone."""
    with victim(folder, "ledger").changed() as execute:
        execute("UPDATE accounts SET next_lapse_us = 5 WHERE seller = 's-1'")
        execute("INSERT INTO accounts VALUES ('s-10', 1, 1, NULL, 0, NULL), ('s-9', 1, 1, NULL, 0, NULL)")
        execute("DELETE FROM accounts WHERE seller = 's-3'")
    found = replayed(folder)
    assert {(one.seller, one.code) for one in found.told} == {(name, "row") for name in ("s-1", "s-10", "s-9", "s-3")}


def test_a_cases_log_that_was_changed_hole_or_other_is_found(folder: Path) -> None:
    """At its first position; nothing is folded of it."""
    with victim(folder, "cases").changed() as execute:
        execute("UPDATE stored_events SET state = replace(CAST(state AS TEXT), '0000004', '0000009') WHERE {at} = 4")
        execute("UPDATE stored_events SET state = CAST(state AS BLOB) WHERE {at} = 4")
    found = replayed(folder)
    assert (found.told[0].cases_position, found.told[0].code, found.cases.root) == (4, "cases_log_broken", None)


def test_a_changed_decision_differs_from_what_the_ledger_tells(folder: Path) -> None:
    """And the root from what was signed."""
    with victim(folder, "cases").raw() as raw:
        states = [event.state for event in raw.every_event()]
        origin = raw.log_ids()[0]
    signed = Checkpoint(origin, 5, root(grown((), 0, map(leaf_hash, states[:5])).frontier))
    assert replayed(folder, checkpoints=[signed]).cases.compared == [5, 12]  # what the ledger has followed, too
    with victim(folder, "cases").changed() as execute:
        forged = states[2].replace(b'"points":12', b'"points":13')
        execute("UPDATE stored_events SET state = ? WHERE {at} = 3", (forged,))
    found = replayed(folder, checkpoints=[signed])
    assert {(one.cases_position, one.code) for one in found.told[:2]} == {(3, "data"), (5, "checkpoint")}


def test_an_older_cases_log_and_another_one_are_told_so(folder: Path, tmp_path: Path) -> None:
    """The ledger has been further, or follows another log."""
    with victim(folder, "cases").changed() as execute:
        execute("DELETE FROM stored_events WHERE {at} > 9")
        execute("UPDATE log_head SET position = 9")
    assert "cases_log_shorter" in {one.code for one in replayed(folder).told}
    other = tmp_path / "other"
    other.mkdir()
    with following(other) as (cases, ledger):
        story(cases, ledger)
    stranger = Source(str(other / "cases" / "log.db"))
    assert "other_log" in {one.code for one in replayed(folder, cases=stranger).told}


def test_a_log_shorter_than_what_was_signed_of_it_and_a_checkpoint_of_neither_are_told(folder: Path) -> None:
    """Of the ledger, too: its end may be cut off as if nothing had been folded since. Positions are its own."""
    origin, total = replayed(folder).ledger.origin, replayed(folder).ledger.position
    signed = [
        Checkpoint("urn:uuid:empty", 0, bytes(32)),
        Checkpoint(origin, 3, bytes(32)),
        Checkpoint(origin, total + 1, bytes(32)),
        Checkpoint("x", 1, bytes(32)),
    ]
    told = {(one.cases_position, one.ledger_position, one.code) for one in replayed(folder, checkpoints=signed).told}
    assert told == {(0, 3, "checkpoint"), (0, total + 1, "log_shorter"), (0, 0, "other_log")}


def test_limits_of_their_day_explain_a_quarantine_that_was_released(tmp_path: Path) -> None:
    """The operator raised them: what could not be folded then can be now."""
    with following(tmp_path) as (cases, ledger):
        strict = Following(cases, cases.clock, ledger.log, limits=Limits(points=6), entries=ENTRIES)
        cases.ordinary("s-1", 6)
        cases.ordinary("s-1", 12, at=FIRST + DAY)
        cases.ordinary("s-1", 6, at=FIRST + 2 * DAY)
        strict.catch_up()
        later = Following(cases, cases.clock, ledger.log, entries=ENTRIES)
        later.ledger.release("s-1", "admin-1")
        cases.clock.now = LAST
        later.catch_up()
    found = replayed(tmp_path)
    assert (found.told, found.quarantined, found.waiting) == ([], 0, 0)


def test_what_breaks_the_contract_waits(tmp_path: Path) -> None:
    """As the ledger has it; a rulebook that nobody knows is a difference."""
    with following(tmp_path) as (cases, ledger):
        cases.ordinary("s-1", direct=(DirectSanction(0, ("shop_hidden",)),))
        cases.add(ORDINARY_UPHELD, "s-2", {"points": "many"}, at=FIRST + DAY)
        cases.severe("s-3", 48, at=FIRST + 2 * DAY)
        ledger.catch_up()
    found = replayed(tmp_path)
    assert (found.told, found.quarantined, found.waiting) == ([], 2, 2)
    with following(tmp_path) as (cases, _):
        cases.rulebook = msgspec.structs.replace(cases.rulebook, digest="e" * 64)
        cases.ordinary("s-4", at=LAST)
    (unknown,) = replayed(tmp_path).told
    assert (unknown.code, unknown.seller) == ("unknown_fact", "s-4")


def test_facts_that_the_ledger_has_not_come_to_are_counted(folder: Path) -> None:
    """They are no difference: the ledger follows."""
    with following(folder) as (cases, _):
        cases.ordinary("s-1", at=LAST + DAY)
        cases.ordinary("s-7", at=LAST + 2 * DAY)
    found = replayed(folder)
    assert (found.told, found.unfolded, found.through) == ([], 2, 12)


def test_empty_logs_agree(tmp_path: Path) -> None:
    """There is nothing to compare."""
    with following(tmp_path):
        pass
    found = replayed(tmp_path)
    assert (found.differences, found.accounts, found.cases.position) == (0, 0, 0)
