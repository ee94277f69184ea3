"""A recall of many decisions while the cases service is killed again and again: each is revoked once, and explained."""

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.eventually import eventually
from tools.parties import Case, Parties, Person, buyer, officer, seller
from tools.stack import ROOT, Stack

DECISIONS, KILLS = 16, 2
PROPOSER, SECOND = Person("supervisor", "v-1"), Person("supervisor", "v-2")
AUDITOR = Person("auditor", "a-1")


def upheld(parties: Parties, number: int) -> Case:
    """Play a case until it is upheld."""
    case = parties.file(buyer(f"b-{number}"), seller(f"s-{number % 3}"), "phone", "Calls.").notify(officer("o-1"))
    piece = case.give(case.complainant, "call_list", "text/csv", b"time,seconds\n21:00,4\n")
    case.waive().assess(officer("o-1"), piece, "frequent_contact", "number_attributable")
    return case.decide(officer("o-1"), "uphold_ordinary", grade="general", reason="Proven.")


def seen(parties: Parties, recall: str) -> dict[str, Any]:
    """Return how far a recall is."""
    found: dict[str, Any] = parties.ask(PROPOSER, "GET", f"{parties.cases_url}/recalls/{recall}").json()
    return found


def reached(parties: Parties, recall: str, settled: int) -> bool:
    """Return whether so many decisions of a recall are settled."""
    view = seen(parties, recall)
    return int(view["revoked"]) + int(view["passed_over"]) >= settled


@pytest.fixture(scope="module")
def survived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Stack, Parties, str]]:
    """A recall that was killed while it was applied, and came to its end."""
    stack = Stack(tmp_path_factory.mktemp("recall"), settings={"CASES_CLOCK_INTERVAL_S": "0.02"})
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token, patience_s=20) as parties:
        for number in range(DECISIONS):
            upheld(parties, number)
        criteria = {"mode": "propose", "criteria": {"officer": "o-1"}, "reason": "A faulty batch."}
        recall = str(parties.write(PROPOSER, "/recalls", criteria, status=201)["recall_id"])
        answer = {"answer": "confirm"}
        parties.write(SECOND, f"/recalls/{recall}/confirmation", answer, headers={"If-Match": "*"})
        for kill in range(KILLS):
            stack.kill("cases")
            stack.start("cases")
            eventually(partial(reached, parties, recall, (kill + 1) * DECISIONS // (KILLS + 1)), within_s=30)
        eventually(lambda: seen(parties, recall)["state"] == "completed", within_s=30)
        yield stack, parties, recall


def test_each_decision_is_revoked_once(survived: tuple[Stack, Parties, str]) -> None:
    _, parties, recall = survived
    params = {"limit": "1000", "type": "demerit.cases.decision_revoked.v1"}
    events = parties.ask(AUDITOR, "GET", f"{parties.cases_url}/feed", params=params).json()
    assert len(events) == len({event["data"]["decision"] for event in events}) == DECISIONS
    assert {event["data"]["recall"] for event in events} == {recall}
    view = seen(parties, recall)
    assert (view["revoked"], view["passed_over"], view["remaining"]) == (DECISIONS, 0, 0)


def test_the_accounts_are_as_if_nothing_had_been_decided(survived: tuple[Stack, Parties, str]) -> None:
    stack, parties, _ = survived
    stack.wait_ready("ledger")
    params = {"after": "0", "limit": "1000"}
    head = parties.ask(AUDITOR, "GET", f"{parties.cases_url}/feed", params=params).headers["Demerit-Head"]
    for number in range(3):
        standing = parties.standing(AUDITOR, f"s-{number}", min_position=head).json()
        assert (standing["standing"], standing["points"]["ordinary"]) == ("good", 0)


def test_the_log_alone_explains_it_with_the_service_or_without(survived: tuple[Stack, Parties, str]) -> None:
    """The command says what the routes said, decision by decision, beside the running service and without it."""
    stack, parties, recall = survived
    told = parties.ask(PROPOSER, "GET", f"{parties.cases_url}/recalls/{recall}/decisions").json()["decisions"]
    running = explained(stack.folder, recall)
    stack.stop()
    stopped = explained(stack.folder, recall)
    assert (running.returncode, running.stdout) == (stopped.returncode, stopped.stdout) == (0, stopped.stdout)
    lines = stopped.stdout.splitlines()
    assert lines[:2] == [f"Recall {recall}: completed.", "Criteria: officer o-1."]
    assert lines[2].startswith("Proposed by v-1 at ")
    assert lines[3].startswith("Confirmed by v-2 at ")
    for one, line in zip(told, lines[4:-1], strict=True):
        assert line.startswith(f"{one['number']}. Decision {one['decision']} in case {one['case_id']}: revoked at ")
        assert line.endswith(f"(position {one['position']}, event {one['event']}).")
    assert lines[-1].endswith(f"{DECISIONS} revoked, 0 passed over.")


def explained(folder: Path, recall: str) -> subprocess.CompletedProcess[str]:
    """Run the command over a folder's log."""
    environment = {**os.environ, "CASES_DATA_DIR": str(folder / "cases")}
    command = [sys.executable, "-m", "services.cases", "recall", "explain", recall]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60, check=False)
