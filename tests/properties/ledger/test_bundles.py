"""Of any history told by both logs, the verifier finds nothing wrong in the bundle, and whatever is changed in it."""

from dataclasses import replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.commands import (
    FactCommand,
    LiftStay,
    RecordEntry,
    RegradeEntry,
    ReverseEntry,
    StaySanctions,
)
from services.ledger.domain.facts import Entry
from services.ledger.rendering import Asked
from shared.contracts.decisions import (
    ORDINARY_UPHELD,
    PAST_PENALTY_IMPORTED,
    REGRADED,
    REVERSED,
    REVOKED,
    SANCTION_STAYED,
    SEVERE_UPHELD,
    STAY_LIFTED,
    DecisionRegraded,
    DecisionReversed,
    DecisionStayed,
    DirectSanction,
    PastPenaltyImported,
    PinnedRef,
    ViolationUpheld,
)
from shared.rulebook.model import Timeline
from tests.support.bundles import Bundled, bundled
from tests.support.decisions import Decisions
from tests.support.following import Following
from tests.support.ledger_histories import BEGIN, ORDINARY, SEVERE, Step, commands, steps
from tests.support.logs import StandingClock
from tests.support.rulebooks import edited, load_text, version_text

GRADE = """
[versions.grades.{name}]
track = "{track}"
points = {points}
permitted_by = ["frequent_contact"]
approvals = {approvals}
direct = [{direct}]
"""
SELLER = "s-1"


@cache
def book() -> Timeline:
    """Return the seed with a grade for every entry that a history may have, and other ladders from a day in it on."""
    grades = [
        GRADE.format(
            name=grade(track, points),
            track=track,
            points=points,
            approvals=2 if track == "severe" else 1,
            direct="" if points else DIRECT,
        )
        for track, brought in (ORDINARY, SEVERE)
        for points in sorted({*brought})
    ]
    first = edited(("[versions.deadlines]", "".join(grades) + "\n[versions.deadlines]"))
    with TemporaryDirectory() as folder:
        return load_text(Path(folder), first + version_text(*LATER))


LATER = (
    ("TB-2012", "TEST-2"),
    ("2012-01-01T00:00:00+08:00", "2025-02-01T00:00:00+08:00"),
    ("{ at = 12, hours = 168,", "{ at = 6, hours = 24,"),
    ("year_end = []", 'year_end = [{ measure = "total", at_least = 12, carry = 6 }]'),
)
DIRECT = '{ hours = 168, measures = ["shop_hidden"] }'


def grade(track: str, points: int) -> str:
    """Return the name of the grade that brings this."""
    return f"{track}_{points}"


def told(taken: list[FactCommand]) -> Decisions:
    """Return a cases log that tells of these commands; what counts from an earlier instant on is imported."""
    pinned = PinnedRef(book().versions[0].ref.id, book().versions[0].ref.digest)
    cases, ids = Decisions(StandingClock(BEGIN), pinned), dict[str, str]()
    for number, command in enumerate(taken):
        tell(cases, command, ids, number)
    return cases


def tell(cases: Decisions, command: FactCommand, ids: dict[str, str], number: int) -> None:
    """Append one command as the cases service tells it; `ids` maps the history's names to those of events."""
    match command:
        case RecordEntry(entry=entry):
            when: dict[str, Any] = {"at": entry.recorded_at, "time": entry.effective_at}
            if entry.effective_at == entry.recorded_at:
                kind = ORDINARY_UPHELD if entry.track == "ordinary" else SEVERE_UPHELD
                data: Any = ViolationUpheld(*judged(entry), cases.rulebook, ())
            else:
                name, points, direct = judged(entry)
                source = ("import-1", number, "ref", entry.track)
                data = PastPenaltyImported(*source, name, points, direct, BEGIN - timedelta(days=9), cases.rulebook)
                kind = PAST_PENALTY_IMPORTED
            ids[entry.id] = cases.add(kind, SELLER, data, **when).id
        case RegradeEntry(reversal=reversal, entry=entry):
            lower = DecisionRegraded(ids[reversal.entry], entry.track, *judged(entry), cases.rulebook, ())
            ids[entry.id] = cases.add(REGRADED, SELLER, lower, at=entry.recorded_at, time=entry.effective_at).id
        case ReverseEntry(reversal=fact):
            kind = REVOKED if fact.kind == "revoked" else REVERSED
            cases.add(kind, SELLER, DecisionReversed(ids[fact.entry]), at=fact.recorded_at)
        case StaySanctions(stay=stay):
            cases.add(SANCTION_STAYED, SELLER, DecisionStayed(ids[stay.entry]), at=stay.recorded_at)
        case LiftStay(lift=lift):
            cases.add(STAY_LIFTED, SELLER, DecisionStayed(ids[lift.entry]), at=lift.recorded_at)


def judged(entry: Entry) -> tuple[str, int, tuple[DirectSanction, ...]]:
    """Return grade, points and direct sanctions of an entry."""
    direct = tuple(DirectSanction(one.hours or 0, one.measures) for one in entry.direct)
    return grade(entry.track, entry.points), entry.points, direct


def bundle_of(history: list[Step], data: st.DataObject) -> Bundled:
    """Return the bundle of a history, with some standings."""
    cases = told(commands(history, book()))
    cases.clock.now += timedelta(days=data.draw(st.integers(1, 800)))
    cases.nothing(SELLER)
    ledger = Following(cases, cases.clock, timeline=book())
    ledger.catch_up(data.draw(st.integers(1, 20)))
    as_of = st.integers(0, 24 * 900).map(lambda hours: BEGIN + timedelta(hours=hours))
    known = st.integers(0, ledger.progress.now.position)
    asked = st.builds(Asked, as_of, st.none() | as_of, known, st.sampled_from([None, "TB-2012", "TEST-2"]))
    return bundled(cases, ledger, SELLER, *data.draw(st.lists(asked, max_size=3)))


def histories(most: int) -> st.SearchStrategy[list[Step]]:
    """Return histories of at most so many steps."""
    return steps(ORDINARY, SEVERE, most=most).map(lambda told: [replace(step, direct=True) for step in told])


HISTORIES = histories(12)


@settings(max_examples=100, deadline=None)
@given(HISTORIES, st.data())
def test_nothing_is_wrong_with_a_true_bundle(history: list[Step], data: st.DataObject) -> None:
    """Events, proofs, what the ledger made of every fact and lapse, and every standing asked for."""
    assert bundle_of(history, data).wrong() == []


@settings(max_examples=50, deadline=None)
@given(histories(60), st.data())
def test_nothing_is_wrong_with_the_bundle_of_a_long_history(history: list[Step], data: st.DataObject) -> None:
    """What was over long ago is looked at again where a reversal reaches back to it, and nowhere else."""
    assert bundle_of(history, data).wrong() == []


@settings(max_examples=100, deadline=None)
@given(HISTORIES, st.data())
def test_a_number_that_the_ledger_answers_falsely_is_found_and_named(history: list[Step], data: st.DataObject) -> None:
    """Also where the ledger itself has sealed the bundle with it."""
    bundle = bundle_of(history, data)
    standings = msgspec.json.decode(bundle.raw)["standings"]
    if not standings:
        return
    which = data.draw(st.integers(0, len(standings) - 1))
    body = standings[which]["body"]
    field = data.draw(st.sampled_from(sorted(body)))
    body[field] = {**body[field], "ordinary": -1} if field in ("points", "tracks") else "changed"
    wrong = bundle.wrong(bundle.resealed({"standings": standings}))
    assert wrong
    assert f"standings[{which}].body.{field}" in wrong[0]
