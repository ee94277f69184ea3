"""An account's events are a function of the cases log alone: of no page size, no empty page, no restart."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.ledger.domain.account import evolve, open_account
from services.ledger.domain.events import AccountEvent
from services.ledger.domain.standing import standing_at
from services.ledger.rendering import Asked
from shared.contracts.entries import DIGEST_ENTRIES
from shared.kit.log.model import EventLog
from tests.support.decisions import DAY, FIRST, SEED, Decision, Decisions
from tests.support.following import Following
from tests.support.logs import StandingClock

SELLERS = ("s-1", "s-2", "s-3")
END = FIRST + 2100 * DAY  # behind all that can happen: ten times 200 days, and hours between

# What happens: days until then, whose account, what (points of a track, or what is done to an entry by its number).
happenings = st.lists(
    st.tuples(
        st.sampled_from([0, 0, 1, 3, 7, 7, 30, 200]),
        st.sampled_from(SELLERS),
        st.one_of(
            st.tuples(st.just("ordinary"), st.sampled_from([1, 6, 12, 24])),
            st.tuples(st.just("severe"), st.sampled_from([12, 24, 48])),
            st.tuples(st.sampled_from(["reverse", "stay", "stay", "lift"]), st.integers(0, 5)),
        ),
    ),
    max_size=10,
)
# How it is read: after how many events a page is asked for, how long it may be, and whether the follower restarts.
readings = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 4), st.booleans()), min_size=1, max_size=8)


def play(
    told: list[tuple[int, str, tuple[str, int]]],
    read: list[tuple[int, int, bool]],
    entries: int = DIGEST_ENTRIES,
    stores: tuple[EventLog | None, EventLog | None] = (None, None),
) -> Following:
    """Let it happen and be read in turns, then be read to the end, and return the ledger.

    `stores` are the logs of cases and ledger; None: one in memory.
    """
    clock = StandingClock(FIRST)
    cases = Decisions(clock, store=stores[0])
    ledger = Following(cases, clock, stores[1], entries=entries)
    made: dict[str, list[Decision]] = {seller: [] for seller in SELLERS}
    turn = 0
    for number, (_, seller, (kind, choice)) in enumerate(told):
        every, limit, restart = read[turn % len(read)]
        if every and number % every == 0:
            cases.clock.now += timedelta(hours=1)
            ledger.step(limit)
            ledger = Following(cases, cases.clock, ledger.log, entries=entries) if restart else ledger
            turn += 1
        cases.clock.now = FIRST + timedelta(days=sum(one[0] for one in told[: number + 1]), hours=2 * number + 2)
        if kind == "ordinary":
            made[seller].append(cases.ordinary(seller, choice))
        elif kind == "severe":
            made[seller].append(cases.severe(seller, choice))
        else:
            known = made[seller]
            doing = {"reverse": cases.reverse, "stay": cases.stay, "lift": cases.lift}[kind]
            doing(seller, known[choice % len(known)].id if known else "none")
    cases.clock.now = END
    ledger.catch_up(read[0][1])
    return ledger


def shapes(ledger: Following, seller: str) -> list[tuple[str, object]]:
    """Return an account's events without the ids that are made anew in each play."""
    return [_shape(event) for event in ledger.events(seller)]


def _shape(event: AccountEvent) -> tuple[str, object]:
    told = {name: getattr(event, name) for name in event.__dataclass_fields__}
    for name in ("entry", "reversal", "stay", "lift"):
        if name in told:
            told[name] = told[name].position
    changes = [(one.change, one.node, one.start, one.end) for one in told.pop("sanctions", ())]
    told.pop("cause", None)
    return type(event).__name__, (told, changes)


@settings(max_examples=60, deadline=None)
@given(happenings, readings)
def test_events_do_not_depend_on_how_the_feed_was_read(
    told: list[tuple[int, str, tuple[str, int]]], read: list[tuple[int, int, bool]]
) -> None:
    """One page of everything against any other way of reading it."""
    whole, pieces = play(told, [(0, 1000, False)]), play(told, read)
    assert [shapes(whole, seller) for seller in SELLERS] == [shapes(pieces, seller) for seller in SELLERS]


@settings(max_examples=60, deadline=None)
@given(happenings, readings, st.lists(st.integers(0, 60), min_size=1, max_size=5))
def test_no_answer_depends_on_rows_lapses_or_pages(
    told: list[tuple[int, str, tuple[str, int]]], read: list[tuple[int, int, bool]], days: list[int]
) -> None:
    """What is answered now, by the row or anew, is what the facts say now."""
    ledger = play(told, read)
    clock = ledger.clock
    assert isinstance(clock, StandingClock)
    for later in [0, *days]:
        clock.now = now = END + later * DAY
        for seller in SELLERS:
            account = open_account(seller)
            for event in ledger.events(seller):
                account = evolve(account, event)
            if account.quarantine is not None:
                assert ledger.refusal(seller).code == "seller_quarantined"
                continue
            plain = standing_at(seller, account.facts, SEED, as_of=now)
            body = ledger.ask(seller)
            assert (body["points"], body["standing"]) == (plain.points, plain.standing)
            assert [row["state"] for row in body["sanctions"]] == [row.state for row in plain.sanctions]
            asked = ledger.ask(seller, Asked(as_of=now))
            assert {**asked, "as_of": None} == body
            for known in {0, *(fact.position for fact in account.facts)}:
                then = standing_at(seller, account.facts, SEED, as_of=now, known_position=known)
                told_then = ledger.ask(seller, Asked(as_of=now, known_position=known, rulebook="TB-2012"))
                assert (told_then["points"], told_then["standing"]) == (then.points, then.standing)
                assert told_then["last_entry_position"] == then.last_entry_position
