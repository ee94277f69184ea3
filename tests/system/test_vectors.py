"""The worked examples: all pass, and what does not fit or cannot be read is a failure, never passed over."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from tests.support.tree import ROOT
from tools import vectors

EXAMPLES = ROOT / "tests" / "vectors"


def run(folder: Path) -> Result:
    """Run the command over a folder."""
    return CliRunner().invoke(vectors.app, [str(folder)])


def example(name: str) -> dict[str, Any]:
    """Return one of the files of examples."""
    read: dict[str, Any] = json.loads((EXAMPLES / name).read_text())
    return read


def test_all_worked_examples_pass() -> None:
    """Given the examples of the tree, when they are run, every single one passes."""
    result = run(EXAMPLES)
    assert result.exit_code == 0, result.output
    held = sum(
        len(value)
        for path in EXAMPLES.glob("*.json")
        for value in json.loads(path.read_text()).values()
        if isinstance(value, list)
    )
    assert result.output.splitlines()[-1] == f"{held} passed, 0 failed"


def ledger_wrong(document: dict[str, Any]) -> None:
    """Expect one point too many."""
    points = document["vectors"][0]["queries"][0]["points"]
    points["ordinary"] += 1


def deadline_wrong(document: dict[str, Any]) -> None:
    """Expect the evidence window to close an hour later."""
    document["vectors"][0]["evidence_due"] = document["vectors"][0]["evidence_due"].replace("T00", "T01")


def situation_wrong(document: dict[str, Any]) -> None:
    """Expect nothing to be open."""
    document["vectors"][0]["open"] = []


@pytest.mark.parametrize(
    ("name", "spoil"),
    [("ledger.json", ledger_wrong), ("deadlines.json", deadline_wrong), ("situations.json", situation_wrong)],
)
def test_a_wrong_expectation_fails(tmp_path: Path, name: str, spoil: Any) -> None:
    """Given an example that expects something else, when it is run, it alone fails and the exit code says so."""
    document = example(name)
    spoil(document)
    held = sum(len(value) for value in document.values() if isinstance(value, list))
    (tmp_path / name).write_text(json.dumps(document))
    result = run(tmp_path)
    assert result.exit_code == 1
    *failures, closing = result.output.splitlines()
    assert closing == f"{held - 1} passed, 1 failed"
    assert [line.startswith(f"FAILED {name}: {document['vectors'][0]['name']}: ") for line in failures] == [True]


@pytest.mark.parametrize(
    "content",
    [
        "not JSON",
        "[]",
        '{"vectors": []}',
        '{"vectors": [{"name": "x"}]}',
        '{"vectors": [3]}',
        '{"news": [{"name": "x"}]}',
        pytest.param("[" * 100_000, id="too deep"),
    ],
)
def test_what_cannot_be_run_fails(tmp_path: Path, content: str) -> None:
    """Given a file that is no set of examples, when it is run, that is one failure."""
    (tmp_path / "ledger-new.json").write_text(content)
    result = run(tmp_path)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "0 passed, 1 failed"


def test_an_empty_folder_fails(tmp_path: Path) -> None:
    """Given a folder without examples, the exit code says that nothing was checked."""
    result = run(tmp_path)
    assert result.exit_code == 1
    assert result.output.splitlines()[-1] == "0 passed, 0 failed"


@pytest.mark.parametrize(
    ("name", "vector"),
    [
        ("deadlines.json", {"filed": "9999-12-31T00:00:00+08:00"}),
        ("deadlines.json", {"received": "9999-12-30T00:00:00+08:00"}),
        ("deadlines.json", {"evidence_due": "2026-01-04T00:00:00+08:00"}),
        ("deadlines.json", {"name": "half a pair \ud800", "received": "2026-01-01T00:00:00+08:00", "odd": 1}),
        ("situations.json", {"verified": {"number_attributable": "yes"}, "open": ["evidence_insufficient"]}),
        ("ledger.json", {"entries": [{"id": "e", "track": "ordinary", "points": 12}], "queries": [{}]}),
    ],
)
def test_an_example_out_of_range_is_one_failure(tmp_path: Path, name: str, vector: dict[str, Any]) -> None:
    """Given an example that no calendar, rulebook or line can hold, when it is run, the others are run all the same."""
    document = example(name)
    document["vectors"].insert(0, vector)
    held = sum(len(value) for value in document.values() if isinstance(value, list))
    (tmp_path / name).write_text(json.dumps(document))
    result = run(tmp_path)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    assert result.output.splitlines()[-1] == f"{held - 1} passed, 1 failed"


YEARS_END = {
    "filed": "2026-12-23T10:00:00+08:00",
    "first_handling_due": "2026-12-29T00:00:00+08:00",
    "resolution_due": "2026-12-31T00:00:00+08:00",
}
RECEIVED = {"received": "2026-12-23T10:00:00+08:00", "evidence_due": "2026-12-27T00:00:00+08:00"}
UPHELD = {"verified": {"number_attributable": True, "frequent_contact": True}, "open": ["uphold_ordinary"]}


@pytest.mark.parametrize(
    ("name", "vector", "passes"),
    [
        ("deadlines.json", YEARS_END, True),
        ("deadlines.json", RECEIVED, True),
        ("deadlines.json", {**RECEIVED, "provisional": False}, True),
        ("deadlines.json", {**YEARS_END, "provisional": True}, True),
        ("deadlines.json", {**YEARS_END, "provisional": False}, False),
        (
            "deadlines.json",
            {**YEARS_END, "provisional": {"first_handling_due": False, "resolution_due": True}},
            True,
        ),
        ("deadlines.json", {**YEARS_END, "provisional": {"first_handling_due": True}}, False),
        ("deadlines.json", {**YEARS_END, "evidence_due": "2026-12-27T00:00:00+08:00"}, False),
        ("situations.json", {**UPHELD, "points": {"ordinary": 12, "severe": 0}}, True),
        ("situations.json", {**UPHELD, "points": {"ordinary": 12, "severe": 12}}, False),
        ("situations.json", {**UPHELD, "points": {"severe": 0}}, False),
    ],
)
def test_what_an_example_leaves_out_is_not_asked(
    tmp_path: Path, name: str, vector: dict[str, Any], passes: bool
) -> None:
    """Given an example with one start, or with zeros spelled out, when it is run, what it does say decides."""
    (tmp_path / name).write_text(json.dumps({"vectors": [vector]}))
    assert run(tmp_path).output.splitlines()[-1] == ("1 passed, 0 failed" if passes else "0 passed, 1 failed")
