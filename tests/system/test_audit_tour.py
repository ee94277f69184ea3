"""What docs/audit.md tells an auditor to ask of a running service is what the verifier takes."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.tree import ROOT, read
from tools.parties import Parties, Person, buyer, officer, seller
from tools.stack import Stack

KINDS = re.compile(r"^```(sh-service|sh)\n(.*?)^```", re.MULTILINE | re.DOTALL)
AUDITOR = Person("auditor", "a-1")


def commands(address: str) -> str:
    """Return the document's commands for a service, then the first ones for the verifier; it ends at a failure."""
    found = dict(reversed([(kind, block) for kind, block in KINDS.findall(read("docs/audit.md"))]))
    verify = "".join(f"{line}\n" for line in found["sh"].splitlines() if "verify_audit.py" in line)
    asked = found["sh-service"].replace("curl -s ", "curl -sS --fail-with-body ")
    return f"set -euo pipefail\n{asked.replace('http://127.0.0.1:8001', address)}{verify}"


def test_an_auditor_verifies_what_a_running_service_answers(tmp_path: Path) -> None:
    """Given a checkpoint kept from before, then key, event, receipt and growth are fetched and verified."""
    with Stack(tmp_path / "var") as stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token) as everybody:
        everybody.file(buyer("b-1"), seller("s-1"), "phone", "Calls.").notify(officer("o-1"))
        older = everybody.ask(AUDITOR, "GET", f"{stack.url('cases')}/log/checkpoint").content
        (tmp_path / "older.txt").write_bytes(older)
        everybody.file(buyer("b-2"), seller("s-1"), "phone", "Calls.")
        given = stack.verifier_keys("cases").read_text()
        shutil.copy(ROOT / "tools/verify_audit.py", tmp_path)
        environment = {
            **os.environ,
            "AUDITOR": everybody.token(AUDITOR),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "no_proxy": "*",
        }
        done = subprocess.run(
            ["bash", "-c", commands(everybody.cases_url)],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stdout + done.stderr
    assert (tmp_path / "log.vkey").read_text() == given
    assert done.stdout.count("verified: ") == 3
    assert "at index 0 (position 1) of 3 entries" in done.stdout
    assert "the first 2 of 3 entries are unchanged" in done.stdout
