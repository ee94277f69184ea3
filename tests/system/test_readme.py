"""What the README promises a newcomer, done as it says."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

from shared.rulebook.loader import load_timeline
from tests.support.tour import script
from tests.support.tree import ROOT, read
from tools.parties import Parties, buyer, officer, seller
from tools.stack import Stack

WAITS_S = 20  # the tour's loop ends at a refusal, long before that
REASON = re.compile(r'"[a-z_]+": "It would need [^"]*"')


def checked_out(folder: Path) -> None:
    """Make the folder look like a checkout as far as the tour uses one: the environment, and the tools."""
    python = folder / ".venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    for used in ("tools", "shared"):
        (folder / used).symlink_to(ROOT / used)


def test_the_tour_of_the_readme_works(tmp_path: Path) -> None:
    """Given both services, when its commands are pasted one by one, each works, and the seller ends up restricted.

    What it writes lies under var/ alone, and its wait for a simulation ends where the answer is a refusal.
    """
    checked_out(tmp_path)
    stack = Stack(tmp_path / "var")
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token) as parties:
        people = {"BUYER": buyer("b-1"), "SELLER": seller("s-1"), "OFFICER": officer("o-1"), "SECOND": officer("o-2")}
        tokens = {name: parties.token(person) for name, person in people.items()}
        tokens |= {"AUDITOR": stack.token("auditor", "a-1"), "ANALYST": stack.token("analyst", "a-2")}
        toured = subprocess.run(
            ["bash", "-c", script(parties.cases_url, parties.ledger_url)],
            cwd=tmp_path,
            env={**os.environ, **tokens, "no_proxy": "*"},
            capture_output=True,
            text=True,
            check=False,
        )
        (waits,) = re.findall(r"^ask\(\).*\nwhile .*$", read("README.md"), re.MULTILINE)
        refused = subprocess.run(
            ["bash", "-c", waits],
            cwd=tmp_path / "var/tour",
            env={**os.environ, "SIMULATION": f"{stack.url('ledger')}/simulations/none", "ANALYST": "nobody"},
            timeout=WAITS_S,
            check=False,
        )
    assert refused.returncode == 0
    assert {path.name for path in tmp_path.iterdir()} == {".venv", "tools", "shared", "var"}
    assert toured.returncode == 0, toured.stdout + toured.stderr
    assert [shown for shown in REASON.findall(read("README.md")) if shown not in toured.stdout] == []
    now, later, before, differed, supposed, simulated = (
        json.loads(answer) for answer in toured.stdout.replace("}{", "}\n{").splitlines() if '"standing"' in answer
    )
    assert (now["standing"], now["points"]) == ("restricted", {"ordinary": 12, "severe": 0})
    assert (later["standing"], later["points"]["ordinary"]) == ("good", 0)
    assert (before["standing"], before["sanctions"]) == ("good", [])
    (learned,) = differed["steps"]
    assert learned["points_after"]["ordinary"] - learned["points_before"]["ordinary"] == 12
    assert [differed[name]["standing"] for name in ("earlier", "later")] == ["good", "restricted"]
    (previewed,) = supposed["reversals"]
    assert [previewed[name]["standing"] for name in ("standing_before", "standing_after")] == ["restricted", "good"]
    assert [one["change"] for one in previewed["sanctions"]] == ["vacated"]
    assert [one["counts"] for one in previewed["entries"]] == [True]
    assert (
        "verified: s-1 through cases position 7: events: 7, facts: 1, account version: 1, standings: 1" in toured.stdout
    )
    (published,) = re.findall(r"^MINE-1  sha256:.*$", read("README.md"), re.MULTILINE)
    assert published in toured.stdout.splitlines()
    assert load_timeline(tmp_path / "var/tour/rules.toml").versions[-1].id == "MINE-1"
    told = {one["kind"]: one for one in simulated["changes"]}
    assert (told["decision"]["before"]["points"], told["decision"]["after"]["points"]) == (12, 6)
    assert [told["standing"][name]["standing"] for name in ("before", "after")] == ["restricted", "watch"]
    assert told["sanction"]["effect"] == "removed"
