"""What docs/audit.md tells an auditor to ask of a running service is what the verifier takes."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.tree import ROOT, read
from tools.demo import play
from tools.parties import Parties, Person, buyer, officer, seller
from tools.stack import Stack

KINDS = re.compile(r"^```(sh-service|sh-store|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
AUDITOR = Person("auditor", "a-1")


def commands(address: str) -> str:
    """Return the document's commands for a service, then the first ones for the verifier; it ends at a failure."""
    found = dict(reversed([(kind, block) for kind, block in KINDS.findall(read("docs/audit.md"))]))
    verify = "".join(f"{line}\n" for line in found["sh"].splitlines() if "verify_audit.py" in line)
    asked = found["sh-service"].replace("curl -s ", "curl -sS --fail-with-body ")
    return f"set -euo pipefail\n{asked.replace('http://127.0.0.1:8001', address)}{verify}"


@contextmanager
def running(folder: Path) -> Iterator[tuple[Stack, Parties]]:
    """Run both services in `var`, where their commands look for them."""
    with Stack(folder / "var") as stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token) as everybody:
        yield stack, everybody


def shell(folder: Path, script: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run a script in a folder, with our own interpreter and modules."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT), "no_proxy": "*", **settings}
    words = ["bash", "-c", script]
    return subprocess.run(words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=110)


def test_an_auditor_verifies_what_a_running_service_answers(tmp_path: Path) -> None:
    """Given a checkpoint kept from before, then key, event, receipt and growth are fetched and verified."""
    with running(tmp_path) as (stack, everybody):
        everybody.file(buyer("b-1"), seller("s-1"), "phone", "Calls.").notify(officer("o-1"))
        older = everybody.ask(AUDITOR, "GET", f"{stack.url('cases')}/log/checkpoint").content
        (tmp_path / "older.txt").write_bytes(older)
        everybody.file(buyer("b-2"), seller("s-1"), "phone", "Calls.")
        given = stack.verifier_keys("cases").read_text()
        shutil.copy(ROOT / "tools/verify_audit.py", tmp_path)
        done = shell(tmp_path, commands(everybody.cases_url), AUDITOR=everybody.token(AUDITOR))
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "log.vkey").read_text() == given
    assert done.stdout.count("verified: ") == 3
    assert "at index 0 (position 1) of 3 entries" in done.stdout
    assert "the first 2 of 3 entries are unchanged" in done.stdout


def test_an_operator_verifies_and_replays_what_lies_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command for the stores, of both services, beside them and from backups, as it is written."""
    with running(tmp_path) as (stack, everybody):
        play(everybody)
        found = "".join(block for kind, block in KINDS.findall(read("docs/audit.md")) if kind == "sh-store")
        asked = found.replace("http://127.0.0.1:$PORT", "${URL[$PORT]}").replace(
            "curl -s ", "curl -sS --fail-with-body "
        )
        urls = f"declare -A URL=([8001]={stack.url('cases')} [8002]={stack.url('ledger')})\n"
        settings = {"AUDITOR": everybody.token(AUDITOR), "LEDGER_CASES_URL": stack.url("cases")}
        done = shell(tmp_path, f"set -euo pipefail\n{urls}{asked}", **settings)
    capsys.readouterr()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("verified: nothing was changed") == 2
    assert '"findings":0' in done.stdout
