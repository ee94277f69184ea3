"""What is known of an account at any time is the same, however much of it was kept from other questions."""

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.knowledge import learn_all
from services.ledger.domain.stages import KEPT, Stages
from services.ledger.domain.standing import known_by
from tests.support.ladders import SEED
from tests.support.ledger_histories import ORDINARY, SEVERE, Step, commands, facts_of, steps

LONG = steps(ORDINARY, SEVERE, most=3 * KEPT)


@settings(max_examples=60, deadline=None)
@given(LONG, st.lists(st.integers(0, 10_000), max_size=12))
def test_stages_tell_what_learning_anew_tells(told: list[Step], asked: list[int]) -> None:
    """Asked in any order, again too, between stages and at the ends."""
    facts = facts_of(commands(told, SEED))
    stages = Stages(facts, SEED)
    for count in (number % (len(facts) + 1) for number in (*asked, len(facts), *asked, 0)):
        assert stages.known(count) == learn_all(SEED, facts[:count])
    assert len(stages._kept) <= KEPT + 1


@settings(max_examples=60, deadline=None)
@given(LONG)
def test_the_facts_known_by_two_clocks_are_those_that_both_know(told: list[Step]) -> None:
    """At each instant and position of the history, and just before and after them."""
    facts = facts_of(commands(told, SEED))
    instants = [None, *(fact.recorded_at for fact in facts)]
    positions = [None, *(fact.position + off for fact in facts[-5:] for off in (-1, 0, 1))]
    for known_at in instants:
        for position in positions:
            assert list(known_by(facts, known_at, position)) == [
                fact
                for fact in facts
                if (known_at is None or fact.recorded_at <= known_at)
                and (position is None or fact.position <= position)
            ]
