"""What the events of a fact tell of sanctions is what differs between the answers without and with it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from hypothesis import given, settings

from services.ledger.domain.account import Account, decide, evolve, open_account
from services.ledger.domain.commands import facts_of as told_by
from services.ledger.domain.course import course_of
from services.ledger.domain.events import FactEvent
from services.ledger.domain.facts import Entry, Fact
from services.ledger.domain.knowledge import learn_all
from shared.kit.decider import Refusal
from tests.support.ladders import COUNTERFEIT_BOOK
from tests.support.ledger_histories import COUNTERFEIT, ORDINARY, SEVERE, Step, commands, steps

IN_ITS_WAY = {"moot", "queued", "absorbed", "superseded"}

Rows: TypeAlias = dict[Any, tuple[Any, ...]]  # by entry and slot: (entry, node, start, end), state
Told: TypeAlias = list[tuple[str, Any]]


def rows(facts: Sequence[Fact], instant: datetime) -> Rows:
    """Return the sanctions that stand by these facts, with their states at `instant`."""
    course = course_of(learn_all(COUNTERFEIT_BOOK, facts))
    return {
        (line.entry.id, line.row.slot): ((line.entry.id, line.row.node, line.row.start, line.row.end), state)
        for line, state in zip(course.lines, course.look(instant).states, strict=True)
        if state not in (None, "vacated")
    }


def expected(was: Rows, now: Rows, instant: datetime) -> Told:
    """Return the changes between two looks at the same instant, worked out row by row."""
    found: Told = [("vacated", was[key][0]) for key in was.keys() - now.keys()]
    for key, (row, state) in now.items():
        old, before = was.get(key, (None, None))
        if old is None:
            found.append(("ordered", row))
        elif old != row:
            found.append(("rescheduled", row))
        if row[3] is not None and row[3] <= instant:
            continue
        if state == "stayed" and before != "stayed":
            found.append(("stayed", row))
        if before == "stayed" and state not in ("stayed", "moot"):
            found.append(("resumed", row))
        if before in IN_ITS_WAY and state == "in_force":
            found.append(("revived", row))
    return sorted(found, key=repr)


def given_to(account: Account, command: Any) -> tuple[Account, list[FactEvent]]:
    """Return the account after a command that it takes, and the events that tell of the command's own facts."""
    decided = decide(account, command, COUNTERFEIT_BOOK)
    assert not isinstance(decided, Refusal)
    for event in decided:
        account = evolve(account, event)
    return account, [event for event in decided if isinstance(event, FactEvent)]


@settings(max_examples=100, deadline=None)
@given(steps(ORDINARY, SEVERE, COUNTERFEIT, most=12))
def test_what_is_told_of_sanctions_is_what_differs(told: list[Step]) -> None:
    """Ordered, rescheduled, vacated, revived, stayed, resumed: all of it, nothing else, in ladder order.

    The two events of a regrade tell of their own rows, and the first of what turned for both.
    """
    account = open_account("seller")
    for command in commands(told, COUNTERFEIT_BOOK):
        before = account.facts
        account, events = given_to(account, command)
        instant = told_by(command)[0].recorded_at
        changes = [change for event in events for change in event.sanctions]
        found = [(one.change, (one.entry, one.node, one.start, one.end)) for one in changes]
        if len(events) == 1:
            assert sorted(found, key=repr) == expected(rows(before, instant), rows(account.facts, instant), instant)
        else:
            turned = ("revived", "stayed", "resumed")
            whole = expected(rows(before, instant), rows(account.facts, instant), instant)
            assert [one for one in sorted(found, key=repr) if one[0] in turned] == [
                one for one in whole if one[0] in turned
            ]
        order = {fact.id: (fact.effective_at, fact.position) for fact in account.facts if isinstance(fact, Entry)}
        for event in events:
            keys = [order[one.entry] for one in event.sanctions]
            assert keys == sorted(keys)
