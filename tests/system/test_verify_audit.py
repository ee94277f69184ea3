"""The verifier's command line, as a file by itself: exit status, and one line that says why."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import jsonschema_rs
import pytest

from shared.kit.audit.receipt import Receipt
from shared.kit.audit.tree import consistency_proof, inclusion_proof
from shared.kit.audit.wire import encode_proof
from tests.support.audit import ORIGIN, tree_of
from tests.support.audit_fuzz import LOG, NEXT, STRANGER, WITNESS
from tests.support.bundles import sample
from tests.support.tree import ROOT, read

VERIFIER = "tools/verify_audit.py"
TREE = tree_of(77)
FILES = {
    "old": TREE.checkpoint(5, LOG),
    "new": TREE.checkpoint(77, LOG, WITNESS),
    "proof": encode_proof(consistency_proof(TREE.nodes, 5, 77)).encode(),
    "event": TREE.leaves[3],
    "receipt": Receipt(3, tuple(inclusion_proof(TREE.nodes, 3, 77)), TREE.checkpoint(77, LOG)).to_bytes(),
    "empty": b"",
    "noise": b"\xff\x00noise",
}


def run(folder: Path, *arguments: str, given: bytes = b"") -> tuple[int, str, str]:
    """Run it isolated, in a folder of its own."""
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    command = [sys.executable, "-I", str(ROOT / VERIFIER), *arguments]
    done = subprocess.run(command, cwd=folder, input=given, capture_output=True, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_it_imports_nothing_of_ours() -> None:
    nodes = [*ast.walk(ast.parse(read(VERIFIER)))]
    named = {alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names}
    named |= {str(node.module) for node in nodes if isinstance(node, ast.ImportFrom)}
    assert {name.partition(".")[0] for name in named} - {"cryptography"} <= sys.stdlib_module_names


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["checkpoint", "new"], f"{ORIGIN}: 77 entries, root {TREE.root(77).hex()}"),
        (["checkpoint", "--key", str(WITNESS.key), "--origin", ORIGIN, "new"], f"{ORIGIN}: 77 entries"),
        (["receipt", "--event", "event", "receipt"], "at index 3 (position 4) of 77 entries"),
        (["consistency", "old", "new", "proof"], f"{ORIGIN}: the first 5 of 77 entries are unchanged"),
        (["consistency", "new", "new", "empty"], "the first 77 of 77 entries"),
    ],
)
def test_what_is_true_is_verified(tmp_path: Path, arguments: list[str], said: str) -> None:
    status, out, err = run(tmp_path, arguments[0], "--key", str(LOG.key), "--key", str(NEXT.key), *arguments[1:])
    assert (status, err) == (0, "")
    assert out.startswith("verified: ")
    assert said in out


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        (["checkpoint", "noise"], "control character"),
        (["checkpoint", "empty"], "no signatures"),
        (["checkpoint", "receipt"], "not of"),
        (["checkpoint", "--origin", "urn:uuid:0", "new"], "not of urn:uuid:0"),
        (["checkpoint", "--key", str(WITNESS.key), "new"], "several names"),
        (["receipt", "--event", "old", "receipt"], "not the entry at index 3"),
        (["receipt", "--event", "event", "new"], "no receipt"),
        (["consistency", "new", "old", "proof"], "went back from 77 leaves to 5"),
        (["consistency", "old", "new", "empty"], "does not continue"),
        (["consistency", "old", "new", "noise"], "one a line"),
    ],
)
def test_what_is_not_is_refused_with_the_reason(tmp_path: Path, arguments: list[str], why: str) -> None:
    status, out, err = run(tmp_path, arguments[0], "--key", str(LOG.key), *arguments[1:])
    assert (status, out) == (1, "")
    assert err.startswith("not verified: ")
    assert err.count("\n") == 1
    assert why in err


def test_a_strangers_key_verifies_nothing(tmp_path: Path) -> None:
    status, _, err = run(tmp_path, "checkpoint", "--key", str(STRANGER.key), "new")
    assert (status, err) == (1, "not verified: none of the keys given signed this\n")


def test_nothing_in_a_file_can_pass_for_a_line_of_the_verifier(tmp_path: Path) -> None:
    """What is named of a bundle stands within the line that names it."""
    key = "\nverified: everything"
    raw = json.dumps({key: 1}, separators=(",", ":")).encode() + b"\n"
    status, out, err = run(tmp_path, "bundle", "--key", str(LOG.key), "-", given=raw)
    assert (status, out) == (1, "")
    assert err == "not verified: bundle.\\nverified: everything: is not known\n"


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["checkpoint", "new"],
        ["checkpoint", "--key", str(LOG.key), "missing"],
        ["checkpoint", "--key", f"{LOG.key}\nnonsense", "new"],
        ["x"],
    ],
)
def test_nothing_to_verify_is_another_status(tmp_path: Path, arguments: list[str]) -> None:
    status, out, err = run(tmp_path, *arguments)
    assert (status, out) == (2, "")
    assert err
    if "--key" in arguments and "new" in arguments:
        assert err == "--key: a verifier key is NAME+ID+KEY\n"


def test_a_program_is_answered_with_one_object_of_the_published_form(tmp_path: Path) -> None:
    form = jsonschema_rs.Draft202012Validator(json.loads(read("docs/schemas/verified.schema.json")))
    keys = ("--json", *(argument for key in sample().keys for argument in ("--key", str(key.key))))
    status, out, err = run(tmp_path, "bundle", *keys, "-", given=sample().raw)
    assert (status, err, out.count("\n")) == (0, "", 1)
    told = json.loads(out)
    assert form.is_valid(told)
    assert (told["verified"], told["wrong"], len(told["unchecked"])) == (True, [], 1)
    refused = [run(tmp_path, "bundle", *keys, "-", given=sample().raw[:-1])]
    refused.append(run(tmp_path, "checkpoint", "--json", "--key", str(STRANGER.key), "new"))
    for status, out, err in refused:
        told = json.loads(out)
        assert (status, err, told["verified"], told["shown"], len(told["wrong"]) > 0) == (1, "", False, None, True)
        assert form.is_valid(told)
    assert json.loads(refused[1][1])["wrong"] == ["none of the keys given signed this"]


def test_standard_input_is_a_file_too(tmp_path: Path) -> None:
    arguments = ("receipt", "--key", str(LOG.key), "--event", "event", "-")
    assert run(tmp_path, *arguments, given=FILES["receipt"])[0] == 0
    assert run(tmp_path, *arguments, given=FILES["receipt"][:-1])[0] == 1
