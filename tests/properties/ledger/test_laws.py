"""Laws of an account over random histories: what is decided, remembered and answered, whatever happened."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.account import Account, decide, evolve, next_lapse, open_account
from services.ledger.domain.commands import AccountCommand, LapseThrough, Quarantine, Release
from services.ledger.domain.events import AccountEvent, StandingLapsed
from services.ledger.domain.facts import Entry, Reversal
from services.ledger.domain.measures import closed
from services.ledger.domain.standing import Standing, standing_at
from shared.kit.decider import Refusal
from tests.support.ladders import COUNTERFEIT_BOOK, SEED
from tests.support.ledger_histories import (
    BEGIN,
    COUNTERFEIT,
    DAY,
    ORDINARY,
    SEVERE,
    Step,
    command_of,
    commands,
    facts_of,
    moments,
    stayed_at,
    steps,
)

HISTORIES = steps(ORDINARY, SEVERE)
HOURS = st.integers(-24, 24 * 400).map(lambda hours: BEGIN + timedelta(hours=hours))
SMALLEST = timedelta(microseconds=1)


def given_to(account: Account, command: AccountCommand) -> tuple[Account, list[AccountEvent]]:
    """Return the account after a command that it takes, and the events."""
    events = decide(account, command, SEED)
    assert not isinstance(events, Refusal), events
    for event in events:
        account = evolve(account, event)
    return account, events


def folded(taken: Sequence[AccountCommand]) -> tuple[Account, list[AccountEvent]]:
    """Return the account after these commands, and all events."""
    account, told = open_account("seller"), list[AccountEvent]()
    for command in taken:
        account, events = given_to(account, command)
        told += events
    return account, told


@settings(max_examples=80, deadline=None)
@given(HISTORIES, st.data())
def test_decide_never_raises_and_evolve_takes_whatever_is_on_record(told: list[Step], data: st.DataObject) -> None:
    """Any command at any time is taken or refused with a code and a sentence; every event moves the version by one."""
    account = open_account("seller")
    now = BEGIN
    for number, step in enumerate(told, 1):
        now += data.draw(st.integers(-2, 9)) * DAY
        position = data.draw(st.integers(0, number + 1))
        others: list[AccountCommand] = [LapseThrough(now), Quarantine(position, "cause", "reason"), Release(position)]
        told_now = command_of(account, step, position, now)
        command = data.draw(st.sampled_from([*others, *([told_now] * 6 if told_now is not None else [])]))
        answer = decide(account, command, SEED)
        if isinstance(answer, Refusal):
            assert answer.code
            assert answer.detail
            continue
        for event in answer:
            before, account = account, evolve(account, event)
            assert account.version == before.version + 1


@settings(max_examples=80, deadline=None)
@given(HISTORIES, st.lists(HOURS, max_size=8))
def test_the_events_of_an_account_are_a_function_of_its_facts(told: list[Step], ticks: list[datetime]) -> None:
    """However lapses were asked for in between, the same events come in the same order, none twice."""
    taken = commands(told, SEED)
    plain, events = folded([*taken, LapseThrough(max([*ticks, BEGIN]) + 500 * DAY)])
    ticking: list[tuple[datetime, int, AccountCommand]] = [
        (facts_of([command])[0].recorded_at, 1, command) for command in taken
    ]
    ticking += [(tick, 2, LapseThrough(tick)) for tick in ticks]
    ticking.append((max([*ticks, BEGIN]) + 500 * DAY, 3, LapseThrough(max([*ticks, BEGIN]) + 500 * DAY)))
    interleaved, others = folded([command for _, _, command in sorted(ticking, key=lambda tick: tick[:2])])
    assert others == events
    assert interleaved == plain
    lapses = [event.at for event in events if isinstance(event, StandingLapsed)]
    assert lapses == sorted(set(lapses))


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_replaying_the_events_gives_the_same_account_and_answers(told: list[Step]) -> None:
    """Twice the same, and the same as computed from the facts without anything remembered."""
    account, events = folded(commands(told, SEED))
    replayed = open_account("seller")
    for event in events:
        replayed = evolve(replayed, event)
    assert replayed == account
    assert next_lapse(replayed, SEED) == next_lapse(account, SEED)
    fresh = Account(account.seller, account.version, account.facts, account.through)
    assert next_lapse(fresh, SEED) == next_lapse(account, SEED)


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_each_before_is_the_last_after_and_points_are_never_negative(told: list[Step]) -> None:
    """A follower checks itself by the events alone."""
    _, events = folded([*commands(told, SEED), LapseThrough(BEGIN + 3000 * DAY)])
    last = {"ordinary": 0, "severe": 0}
    for event in events:
        assert event.before == last  # type: ignore[union-attr]  # only facts and lapses come of these commands
        last = dict(event.after)  # type: ignore[union-attr]  # see above
        assert min(last.values()) >= 0


@settings(max_examples=60, deadline=None)
@given(HISTORIES, HISTORIES, st.randoms(use_true_random=False))
def test_the_order_of_unrelated_sellers_does_not_matter(one: list[Step], two: list[Step], shuffled: object) -> None:
    """Two sellers' facts, interleaved in any way that keeps each one's order, give each the same account."""
    queues = {"a": commands(one, SEED), "b": commands(two, SEED)}
    accounts = {seller: open_account(seller) for seller in queues}
    order = ["a"] * len(queues["a"]) + ["b"] * len(queues["b"])
    shuffled.shuffle(order)  # type: ignore[attr-defined]  # a Random, whose type hypothesis keeps to itself
    left = {seller: iter(queue) for seller, queue in queues.items()}
    for seller in order:
        accounts[seller], _ = given_to(accounts[seller], next(left[seller]))
    for seller, queue in queues.items():
        assert accounts[seller].facts == folded(queue)[0].facts
        assert accounts[seller].version == folded(queue)[0].version


@settings(max_examples=80, deadline=None)
@given(HISTORIES, HOURS)
def test_what_was_known_then_is_never_told_differently(told: list[Step], as_of: datetime) -> None:
    """An answer for a recorded clock before a fact is the same with that fact on record, by time and by position."""
    facts = facts_of(commands(told, SEED))
    for number, fact in enumerate(facts[:-1]):
        if facts[number + 1].position == fact.position:
            continue
        then = standing_at("s", facts[: number + 1], SEED, as_of=as_of)
        assert standing_at("s", facts, SEED, as_of=as_of, known_at=fact.recorded_at) == then
        assert standing_at("s", facts, SEED, as_of=as_of, known_position=fact.position) == then
        assert standing_at("s", facts, SEED, as_of=as_of, known_at=facts[number + 1].recorded_at - SMALLEST) == then


@settings(max_examples=80, deadline=None)
@given(HISTORIES)
def test_nothing_is_imposed_without_a_living_cause(told: list[Step]) -> None:
    """Every sanction that imposes something belongs to an entry that counts, not stayed; without entries none does."""
    facts = facts_of(commands(told, SEED))
    gone = {fact.entry for fact in facts if isinstance(fact, Reversal)}
    for instant in moments(facts, standing_at("s", facts, SEED, as_of=BEGIN + 3000 * DAY)):
        answer = standing_at("s", facts, SEED, as_of=instant)
        living = {f.id for f in facts if isinstance(f, Entry) and f.id not in gone and f.effective_at <= instant}
        imposing = [row for row in answer.sanctions if row.state == "in_force"]
        assert {row.entry for row in answer.sanctions if row.state != "vacated"} <= living
        assert not {row.entry for row in imposing} & stayed_at(facts, instant)
        assert set(answer.restrictions) == closed(measure for row in imposing for measure in row.measures)
        if not living:
            assert (answer.standing, answer.restricted_until, any(answer.points.values())) == ("good", None, False)


def look(answer: Standing) -> tuple[object, ...]:
    """Return what a change is a change of."""
    rows = [(row.entry, row.node, row.start, row.state) for row in answer.sanctions]
    return answer.points, answer.standing, rows


@settings(max_examples=80, deadline=None)
@given(HISTORIES | steps(ORDINARY, SEVERE, COUNTERFEIT), HOURS, st.data())
def test_next_change_and_validity_are_exact(told: list[Step], as_of: datetime, data: st.DataObject) -> None:
    """Nothing differs in [valid_from, valid_until); at next_change_at something does, and nothing strictly before."""
    facts = facts_of(commands(told, COUNTERFEIT_BOOK))

    def ask(instant: datetime) -> Standing:
        return standing_at("s", facts, COUNTERFEIT_BOOK, as_of=instant)

    answer = ask(as_of)
    change = answer.next_change_at
    horizon = change if change is not None else BEGIN + 3000 * DAY
    assert change is None or change > as_of
    if change is not None:
        assert look(ask(change)) != look(answer)
    between = data.draw(st.datetimes(as_of.replace(tzinfo=None), (horizon - SMALLEST).replace(tzinfo=None)))
    for instant in (horizon - SMALLEST, between.replace(tzinfo=as_of.tzinfo)):
        assert look(ask(instant)) == look(answer)
    if answer.valid_from is not None:
        assert answer.valid_from <= as_of
        assert ask(answer.valid_from) == answer
        assert ask(answer.valid_from - SMALLEST) != answer
    if answer.valid_until is not None:
        assert as_of < answer.valid_until <= horizon
        assert ask(answer.valid_until - SMALLEST) == answer
        assert ask(answer.valid_until) != answer


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_lapses_tell_every_change_that_time_alone_makes(told: list[Step]) -> None:
    """What was folded through is what the account says it will lapse at next, until nothing changes any more."""
    account, _ = folded(commands(told, SEED))
    lapsed: list[datetime] = []
    while (due := next_lapse(account, SEED)) is not None:
        account, events = given_to(account, LapseThrough(due))
        assert [event.at for event in events if isinstance(event, StandingLapsed)] == [due]
        lapsed.append(due)
    assert given_to(account, LapseThrough(BEGIN + 9000 * DAY))[1] == []
    assert not account.facts or account.through == max([account.facts[-1].recorded_at, *lapsed])


@settings(max_examples=60, deadline=None)
@given(HISTORIES)
def test_no_fact_counts_twice(told: list[Step]) -> None:
    """Delivered again, at its own position or later, every fact is refused."""
    taken = commands(told, SEED)
    account, _ = folded(taken)
    for command in taken:
        again = decide(account, command, SEED)
        assert isinstance(again, Refusal)
        assert again.code == "position_not_rising"
