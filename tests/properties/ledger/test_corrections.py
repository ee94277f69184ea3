"""Laws of corrections over random histories: a reversal or a regrade never worsens anything. Source: R8 to R10."""

from collections.abc import Iterator
from datetime import datetime

from hypothesis import given, settings

from services.ledger.domain.course import Course, course_of
from services.ledger.domain.facts import Entry, Fact, Reversal
from services.ledger.domain.knowledge import learn_all
from services.ledger.domain.lines import Line
from services.ledger.domain.measures import closed
from services.ledger.domain.rows import Slot
from services.ledger.domain.standing import standing_at
from tests.support.ladders import SEED
from tests.support.ledger_histories import (
    BEGIN,
    DAY,
    ORDINARY,
    SEVERE,
    Step,
    commands,
    facts_of,
    moments,
    steps,
    without_stays,
)

HISTORIES = steps(ORDINARY, SEVERE, most=12)
LATER = BEGIN + 3000 * DAY


def corrections(facts: list[Fact]) -> Iterator[tuple[list[Fact], list[Fact]]]:
    """Yield the facts before and after each reversal and each regrade, both parts of it together."""
    for number, fact in enumerate(facts):
        regraded = isinstance(fact, Entry) and fact.regrades is not None
        if (isinstance(fact, Reversal) and fact.kind != "regraded") or regraded:
            yield facts[: number - regraded], facts[: number + 1]


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_a_correction_never_worsens_anything_at_any_instant(told: list[Step]) -> None:
    """No new restriction, no later end, compared at every instant that matters; reversed or regraded."""
    for before, after in corrections(without_stays(facts_of(commands(told, SEED)))):
        ends = (standing_at("s", known, SEED, as_of=LATER) for known in (before, after))
        for instant in moments(after, *ends):
            was, now = (standing_at("s", known, SEED, as_of=instant) for known in (before, after))
            assert set(now.restrictions) <= set(was.restrictions)
            assert sum(now.points.values()) <= sum(was.points.values())
            if was.standing != "sealed" and now.restricted_until is not None:
                assert was.restricted_until is not None
                assert now.restricted_until <= was.restricted_until


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_with_stays_a_correction_imposes_nothing_that_was_not_ordered(told: list[Step]) -> None:
    """What it moves forward into a time that a stay had cleared was to be imposed then or later, had nobody stayed."""
    for before, after in corrections(facts_of(commands(told, SEED))):
        ends = (standing_at("s", known, SEED, as_of=LATER) for known in (before, after))
        for instant in moments(after, *ends):
            was, now = (standing_at("s", known, SEED, as_of=instant) for known in (without_stays(before), after))
            assert set(now.restrictions) <= set(was.restrictions)


def rows(course: Course) -> dict[tuple[str, Slot], Line]:
    """Return the sanctions that stand, by entry and slot."""
    return {(line.entry.id, line.row.slot): line for line in course.lines if not line.row.vacated}


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_no_row_gets_longer_or_heavier_and_none_loses_its_stay(told: list[Step]) -> None:
    """Row by row. What is new is a seal that passed on, the tier of one that fell, or the regrade's own."""
    for before, after in corrections(facts_of(commands(told, SEED))):
        old, new = (course_of(learn_all(SEED, known)) for known in (before, after))
        at, replaced = after[-1].recorded_at, after[-1].id
        was = rows(old)
        held_seal = {one.entry.id for track in old.known.tracks.values() for one in track.holdings if one.holds_seal}
        for (entry, slot), line in rows(new).items():
            earlier = was.get((entry, slot))
            if entry == replaced:
                continue
            if earlier is None:
                assert line.row.sealing or entry in held_seal
                continue
            assert line.stays == earlier.stays
            assert closed(line.row.measures) <= closed(earlier.row.measures)
            assert ends(line.row.end) <= ends(earlier.row.end)
            assert earlier.row.sealing or line.row.start <= earlier.row.start
            if earlier.state(at) == "stayed":
                assert line.state(at) in ("stayed", "moot", *(("served",) if ended(line, at) else ()))


def ends(end: datetime | None) -> datetime:
    """Return an end that can be compared: none is the latest."""
    return LATER + 100_000 * DAY if end is None else end


def ended(line: Line, instant: datetime) -> bool:
    """Return whether the sanction has ended by itself."""
    return line.row.end is not None and line.row.end <= instant
