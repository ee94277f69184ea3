"""The comparisons run, and say what readers of var/bench/latest.json rely on."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.harness import BEGIN, END, interleave, write_table
from tests.support.tree import ROOT


def measured(folder: Path, row: str) -> list[dict[str, Any]]:
    """Measure one row with a handful of operations; return what was written."""
    command = [sys.executable, "-m", "benchmarks", "--only", row, "--size", "20"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(command, cwd=folder, env=environment, check=True, capture_output=True)
    written: list[dict[str, Any]] = json.loads((folder / "var/bench/latest.json").read_text())
    return written


def test_rows_are_written_beside_those_of_earlier_runs(tmp_path: Path) -> None:
    """Given a row measured before, when another one is, both stand in the list, each with medians per second."""
    assert [record["row"] for record in measured(tmp_path, "fold")] == ["fold"]
    records = measured(tmp_path, "single_append")
    assert [record["row"] for record in records] == ["single_append", "fold"]
    for record in records:
        assert (record["store"], record["unit"], record["rounds"]) == ("sqlite", "decisions/s", 5)
        assert min(record["ours"], record["limit"], record["peers"]["stock"]) > 0
        assert all(low <= high for low, high in record["ranges"].values())


def test_contenders_take_turns_and_the_first_changes() -> None:
    """After a round each that does not count, every round begins with another contender."""
    turns: list[str] = []

    def contender(name: str, rate: float) -> float:
        turns.append(name)
        return rate

    rates = interleave({"a": lambda: contender("a", 1.0), "b": lambda: contender("b", 2.0)}, rounds=2)
    assert "".join(turns) == "ab" + "ab" + "ba"
    assert rates == {"a": (1.0, 1.0), "b": (2.0, 2.0)}


def test_the_table_replaces_the_one_between_its_marks(tmp_path: Path) -> None:
    """What stands around the marks stays, what stood between them goes."""
    document = tmp_path / "performance.md"
    document.write_text(f"before\n{BEGIN}\nwhat was there\n{END}\nafter\n")
    record = {"row": "fold", "store": "sqlite", "ours": 30, "limit": 40, "peers": {"stock": 10}, "commit": "c"}
    record |= {
        "ranges": {"ours": [29, 31], "limit": [39, 41], "stock": [9, 11]},
        "kernel": "k",
        "python": "p",
        "sqlite": "s",
    }
    write_table(document, [record])
    text = document.read_text()
    assert text.startswith(f"before\n{BEGIN}\n")
    assert text.endswith(f"{END}\nafter\n")
    assert "| fold | sqlite | stock | 10 | 9–11 | 3.00 × |" in text
    assert "what was there" not in text
