"""Why the answer of one day differs from that of another: every fact between, with what it did."""

from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from services.ledger import differences as module
from services.ledger.differences import Clock, differences
from services.ledger.domain.standing import standing_at
from tests.support.decisions import DAY, FIRST, SEED, Decisions
from tests.support.ledger_histories import BEGIN, ORDINARY, SEVERE, Step, commands, facts_of, steps
from tests.support.ledger_service import LedgerService, ledger_service


def text(at: datetime) -> str:
    """Return an instant as a query has it."""
    return at.isoformat().replace("+00:00", "Z")


@pytest.fixture
def cases() -> Decisions:
    """A violation, a grave one, and its reversal."""
    made = Decisions()
    made.ordinary("s-1", at=FIRST)
    grave = made.severe("s-1", at=FIRST + DAY)
    made.reverse("s-1", grave.id, at=FIRST + 3 * DAY)
    return made


def test_a_reversal_is_the_reason_why_a_sealed_account_never_was(cases: Decisions, tmp_path: Path) -> None:
    """Given what was known on the second day and what is known now, then one fact lies between, and it says all."""
    with ledger_service(tmp_path, cases) as ledger:
        told = ask(ledger, as_of=text(FIRST + 2 * DAY), from_known_at=text(FIRST + 2 * DAY))
    assert (told["earlier"]["standing"], told["later"]["standing"]) == ("sealed", "restricted")
    (step,) = told["steps"]
    assert (step["kind"], step["position"]) == ("reversed", 3)
    assert (step["points_before"]["severe"], step["points_after"]["severe"]) == (48, 0)
    assert (step["standing_before"], step["standing_after"]) == ("sealed", "restricted")
    changed = {(one["effect"], one["after"]["track"], one["after"]["state"]) for one in step["sanctions"]}
    assert changed == {("changed", "severe", "vacated"), ("changed", "ordinary", "in_force")}


def ask(ledger: LedgerService, **asked: Any) -> dict[str, Any]:
    """Return the differences, everything decided included."""
    answer = ledger.get("/sellers/s-1/differences", min_position=str(ledger.cases.log.head().position), **asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_without_a_beginning_it_is_told_from_the_first_fact_on(cases: Decisions, tmp_path: Path) -> None:
    with ledger_service(tmp_path, cases) as ledger:
        told = ask(ledger, as_of=text(FIRST + 4 * DAY))
        assert [step["position"] for step in told["steps"]] == [1, 2, 3]
        same = ask(ledger, from_known_position="3")
        assert same["steps"] == []
        swapped = ask(ledger, from_known_position="3", to_known_position="1")
        assert [step["position"] for step in swapped["steps"]] == [2, 3]


@pytest.mark.parametrize("bound", ["from_known_position", "to_known_position"])
def test_a_state_of_knowledge_still_to_come_has_no_answer(cases: Decisions, tmp_path: Path, bound: str) -> None:
    """Else the same question would be answered otherwise later."""
    with ledger_service(tmp_path, cases) as ledger:
        ask(ledger)
        answer = ledger.get("/sellers/s-1/differences", None, **{bound: "4"})
        assert (answer.status_code, answer.json()["code"]) == (503, "position_not_folded")


def test_too_many_facts_and_strangers_are_refused(
    cases: Decisions, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "MAX_STEPS", 2)
    with ledger_service(tmp_path, cases) as ledger:
        answer = ledger.get("/sellers/s-1/differences", min_position="3")
        assert (answer.status_code, answer.json()["code"]) == (409, "too_many_steps")
        other = ledger.get("/sellers/s-1/differences", ledger.headers("seller", "x", seller="s-2"))
        assert other.status_code == 403
        assert ledger.get("/sellers/s-1/differences", rulebook="no-such").status_code == 404


@forall(steps(ORDINARY, SEVERE), st.integers(0, 8), st.integers(0, 8), st.integers(0, 800))
def test_the_steps_lead_from_one_answer_to_the_other(story: list[Step], first: int, then: int, day: int) -> None:
    facts, as_of = facts_of(commands(story, SEED)), BEGIN + day * DAY
    positions = [0, *(fact.position for fact in facts)]
    low, high = sorted((positions[first % len(positions)], positions[then % len(positions)]))
    told = differences("s-1", facts, SEED, as_of, Clock(None, low), Clock(None, high))
    for end, position in (("earlier", low), ("later", high)):
        answer = standing_at("s-1", facts, SEED, as_of=as_of, known_position=position)
        assert (told[end]["points"], told[end]["standing"]) == (answer.points, answer.standing)
    last = told["earlier"]
    for step in told["steps"]:
        assert (step["points_before"], step["standing_before"]) == (last["points"], last["standing"])
        last = {"points": step["points_after"], "standing": step["standing_after"]}
    assert (last["points"], last["standing"]) == (told["later"]["points"], told["later"]["standing"])
