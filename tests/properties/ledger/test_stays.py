"""Laws of stays over random histories: what a stay suspends, and all that it leaves as it was. Source: R11."""

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.facts import Stay
from services.ledger.domain.standing import Standing, standing_at
from tests.support.ladders import COUNTERFEIT_BOOK
from tests.support.ledger_histories import (
    BEGIN,
    COUNTERFEIT,
    DAY,
    ORDINARY,
    SEVERE,
    Step,
    commands,
    facts_of,
    moments,
    stayed_at,
    steps,
    without_stays,
)

HISTORIES = steps(ORDINARY, SEVERE, COUNTERFEIT, most=12)
HOURS = st.integers(-24, 24 * 60).map(lambda hours: BEGIN + timedelta(hours=hours))
LATER = BEGIN + 3000 * DAY


def both(told: list[Step], as_of: datetime) -> tuple[Standing, Standing]:
    """Return the answer at `as_of` as it is, and as it would be had nobody stayed anything."""
    facts = facts_of(commands(told, COUNTERFEIT_BOOK))
    plain = standing_at("s", without_stays(facts), COUNTERFEIT_BOOK, as_of=as_of)
    return standing_at("s", facts, COUNTERFEIT_BOOK, as_of=as_of), plain


def instants(told: list[Step], hour: datetime) -> list[datetime]:
    """Return every instant at which something may begin or end, and one more."""
    return [*moments(facts_of(commands(told, COUNTERFEIT_BOOK)), both(told, LATER)[0]), hour]


@settings(max_examples=80, deadline=None)
@given(HISTORIES, HOURS)
def test_a_stay_moves_no_point_no_start_and_no_end(told: list[Step], hour: datetime) -> None:
    """Every row is there with what it had; what has become of it is all that differs."""
    for instant in instants(told, hour):
        stayed, plain = both(told, instant)
        assert stayed.points == plain.points
        assert stayed.tracks == plain.tracks
        assert stayed.last_entry_position == plain.last_entry_position
        shown, wanted = (
            [(row.entry, row.node, row.start, row.end, row.measures, row.lifted_at) for row in answer.sanctions]
            for answer in (stayed, plain)
        )
        assert shown == wanted


@settings(max_examples=80, deadline=None)
@given(HISTORIES, HOURS)
def test_a_stay_adds_no_restriction_and_what_it_covers_imposes_nothing(told: list[Step], hour: datetime) -> None:
    """What it uncovers is lighter than what it suspends."""
    facts = facts_of(commands(told, COUNTERFEIT_BOOK))
    for instant in instants(told, hour):
        stayed, plain = both(told, instant)
        assert set(stayed.restrictions) <= set(plain.restrictions)
        covered = [row.state for row in stayed.sanctions if row.entry in stayed_at(facts, instant)]
        assert not {"in_force", "queued"} & set(covered)


@settings(max_examples=80, deadline=None)
@given(HISTORIES, HOURS)
def test_where_no_stay_holds_everything_is_imposed_as_if_there_never_was_one(told: list[Step], hour: datetime) -> None:
    """Before the first stay, and once the last is lifted; what ended meanwhile has ended."""
    facts = facts_of(commands(told, COUNTERFEIT_BOOK))
    first = min((fact.recorded_at for fact in facts if isinstance(fact, Stay)), default=LATER)
    for instant in instants(told, hour):
        if stayed_at(facts, instant):
            continue
        stayed, plain = both(told, instant)
        assert (stayed.standing, stayed.restrictions) == (plain.standing, plain.restrictions)
        assert stayed.restricted_until == plain.restricted_until
        if instant < first:
            assert stayed.sanctions == plain.sanctions
