"""A recall explained by the command, from the log alone: in words and as JSON."""

import json
import threading
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from services.cases.__main__ import app
from services.cases.domain.commands import DecideAppeal, FileAppeal
from services.cases.domain.recall.events import Criteria
from tests.support.cases_service import MONDAY
from tests.support.cases_story import hour
from tests.support.recalling import recalling

NEVER = threading.Event()


def explain(folder: Path, *arguments: str) -> Result:
    """Run the command over the log of a folder."""
    return CliRunner().invoke(app, ["recall", "explain", *arguments], env={"CASES_DATA_DIR": str(folder)})


def test_every_step_of_a_recall_is_told(tmp_path: Path) -> None:
    """Given a recall by several criteria, one decision reversed meanwhile, then each line says who, what and where."""
    service = recalling(tmp_path)
    first, second = service.uphold(), service.uphold()
    service.give(second, FileAppeal("respondent", "digest", hour(20)))
    named = tuple(service.decided.values())
    recall = service.confirmed(Criteria(rulebook="TB-2012", decided_from=MONDAY, decisions=named))
    service.give(second, DecideAppeal("r-1", "reverse", None, "digest", hour(21)))
    service.worker.step()
    outcomes = service.explained(recall).outcomes
    service.writer.close()
    lines = explain(tmp_path, recall).stdout.splitlines()
    assert lines[0] == f"Recall {recall}: applying."
    assert lines[1] == f"Criteria: rulebook TB-2012; decided_from 2026-03-02T02:00:00Z; decisions {', '.join(named)}."
    assert lines[2].startswith("Proposed by v-1 at 2026-03-02T02:00:00.")
    assert lines[3].startswith("Confirmed by v-2 at 2026-03-02T02:00:00.")
    assert lines[4].startswith(f"1. Decision {named[0]} in case {first}: revoked at 2026-03-02T02:00:00.")
    assert lines[4].endswith(f"(position {outcomes[0].position}, event {outcomes[0].event}).")
    assert lines[5:] == [f"2. Decision {named[1]} in case {second}: pending."]
    again = recalling(tmp_path)
    again.worker.work(NEVER)
    left = again.explained(recall).outcomes[1]
    again.writer.close()
    lines = explain(tmp_path, recall).stdout.splitlines()
    assert lines[5].endswith(f"event {left.event}): already_decided, first was {left.winner}.")
    assert lines[6].endswith("1 revoked, 1 passed over.")


@pytest.mark.parametrize(
    ("state", "line"),
    [("proposed", "Not answered so far."), ("declined", "Declined by v-2"), ("withdrawn", "Taken back by v-1")],
)
def test_how_a_recall_was_answered_is_told(tmp_path: Path, state: str, line: str) -> None:
    service = recalling(tmp_path)
    service.uphold()
    recall = service.proposed()
    if state == "declined":
        service.recalls.answer(service.asked("v-2", recall), "decline", "it was right")
    elif state == "withdrawn":
        service.recalls.withdraw(service.asked("v-1", recall))
    service.writer.close()
    lines = explain(tmp_path, recall).stdout.splitlines()
    assert lines[0] == f"Recall {recall}: {state}."
    assert lines[3].startswith(line)


def test_machines_are_told_the_same(tmp_path: Path) -> None:
    service = recalling(tmp_path)
    service.uphold()
    recall = service.confirmed()
    service.worker.work(NEVER)
    (outcome,) = service.explained(recall).outcomes
    service.writer.close()
    found = json.loads(explain(tmp_path, recall, "--json").stdout)
    assert (found["recall_id"], found["state"]) == (recall, "completed")
    assert found["recall"]["proposed"]["event"]["criteria"]["officer"] == "officer-1"
    assert [one["event"] for one in found["outcomes"]] == [outcome.event]


def test_what_the_log_does_not_know_cannot_be_explained(tmp_path: Path) -> None:
    """Not a recall that was never proposed, and nothing of a log that is not there, which is not made either."""
    service = recalling(tmp_path / "known")
    unknown = "01a20a0b-690e-745e-a361-cf6a252e7b48"
    for _ in range(2):  # also while a service has the log
        absent = explain(tmp_path / "known", unknown)
        assert (absent.exit_code, absent.stdout) == (1, "")
        service.writer.close()
    assert explain(tmp_path / "absent", unknown).exit_code == 2
    assert not (tmp_path / "absent").exists()
