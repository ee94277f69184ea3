"""What docs/audit.md tells an auditor to type works, and fails where it should."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from shared.kit.audit.receipt import Receipt
from shared.kit.audit.tree import consistency_proof, inclusion_proof
from shared.kit.audit.wire import encode_proof
from tests.support.audit import tree_of
from tests.support.audit_fuzz import LOG, NEXT, STRANGER
from tests.support.bundles import sample
from tests.support.reference import Reference
from tests.support.tree import ROOT, read

TREE = tree_of(300)


def fences(kind: str) -> list[str]:
    """Return the fenced blocks of one kind in the document."""
    found = re.findall(rf"^```{kind}\n(.*?)^```", read("docs/audit.md"), re.MULTILINE | re.DOTALL)
    assert found
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An auditor's folder: a key, an event with its receipt, two checkpoints and what connects them; the verifier."""
    proof = tuple(inclusion_proof(TREE.nodes, 41, 300))
    files = {
        "log.vkey": f"{STRANGER.key}\n{LOG.key}\n".encode(),  # as after a change of keys
        "checkpoint.txt": TREE.checkpoint(300, LOG, NEXT),
        "older.txt": TREE.checkpoint(77, LOG),
        "consistency.txt": encode_proof(consistency_proof(TREE.nodes, 77, 300)).encode(),
        "event.json": TREE.leaves[41],
        "event.tlog-proof": Receipt(41, proof, TREE.checkpoint(300, NEXT, LOG)).to_bytes(),
    }
    cases, ledger = sample().keys
    files |= {"cases.vkey": f"{cases.key}\n".encode(), "ledger.vkey": f"{ledger.key}\n".encode()}
    files["bundle.json"] = sample().raw
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    shutil.copy(ROOT / "tools/verify_audit.py", tmp_path)
    return tmp_path


def run(command: str, folder: Path) -> subprocess.CompletedProcess[str]:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    settings = {**os.environ, "PATH": path, "PYTHONSAFEPATH": "1", "GOCACHE": str(folder / "go-cache"), "GOFLAGS": ""}
    return subprocess.run(
        ["bash", "-c", command], cwd=folder, env=settings, capture_output=True, text=True, timeout=110, check=False
    )


@pytest.mark.parametrize("command", [line for block in fences("sh") for line in block.splitlines()])
def test_our_verifier_verifies_and_refuses_as_documented(folder: Path, command: str) -> None:
    done = run(command, folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"verified: urn:uuid:[^\n]*300[^\n]*\n", done.stdout)
    for name in ("checkpoint.txt", "event.tlog-proof"):
        content = (folder / name).read_bytes()
        (folder / name).write_bytes(content.replace(b"300", b"301"))
    done = run(command, folder)
    assert (done.returncode, done.stdout) == (1, "")
    assert re.fullmatch(r"not verified: [^\n]+\n", done.stderr)


def test_our_verifier_computes_a_bundle_again_as_documented(folder: Path) -> None:
    (command,) = fences("sh-bundle")
    done = run(command, folder)
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(
        r"verified: s-1 through cases position \d+: [^\n]* facts: 6, [^\n]* standings: 4\n"
        r"not checked: calendar CN-2026 is missing: working days counted at cases position 1, 4, 9\n",
        done.stdout,
    )
    raw = (folder / "bundle.json").read_bytes()
    (folder / "bundle.json").write_bytes(raw.replace(b'"points":{"ordinary":12', b'"points":{"ordinary":0'))
    done = run(command, folder)
    assert (done.returncode, done.stdout) == (1, "")
    first, *_, last, _ = done.stderr.splitlines()
    assert re.fullmatch(r"not verified: standings\[\d\]\.body\.points\.ordinary: is 0, computed 12", first)
    assert last.startswith("not verified: seal: is not of this bundle")


def test_go_verifies_and_refuses_as_documented(go: Reference, folder: Path) -> None:
    (folder / "check.go").write_text(*fences("go"))
    (command,) = fences("sh-go")
    assert run(command, folder).stdout == "index 41 of 300\n"
    (folder / "event.json").write_bytes(TREE.leaves[42])
    done = run(command, folder)
    assert done.returncode == 1
    assert "invalid transparency proof" in done.stderr
