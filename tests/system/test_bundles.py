"""An auditor with the public keys and one file of each seller, after the whole story was played, by commands alone."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.tree import ROOT
from tools.demo import play
from tools.parties import Parties
from tools.stack import Stack


def run(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a folder, with our own interpreter."""
    done = [sys.executable, *command]
    return subprocess.run(done, cwd=folder, capture_output=True, text=True, check=False, timeout=60)


def test_every_seller_of_the_story_is_computed_again_by_a_file_that_was_copied_elsewhere(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Violations of both tracks, an appeal with stay and reversal: nothing is wrong, and a changed byte is."""
    stack, shelf = Stack(tmp_path / "var"), tmp_path / "auditor"
    shelf.mkdir()
    shutil.copy(ROOT / "tools/verify_audit.py", shelf)
    (shelf / "auditor.token").write_text(stack.token("auditor", "a-1"))
    sellers = ("s-5", "s-7")
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token) as parties:
        play(parties)
        keys = [(tmp_path / f"var/{name}/keys/log/verifier-keys").read_text().strip() for name in ("cases", "ledger")]
        made = [
            run(
                ROOT,
                *("-m", "services.ledger", "bundle", seller, str(shelf / f"{seller}.json")),
                *("--url", stack.url("ledger"), "--token-file", str(shelf / "auditor.token")),
                *("--as-of", "2030-01-01T00:00:00Z", "--as-of", "2026-01-01T00:00:00Z"),
            )
            for seller in sellers
        ]
        unknown = run(
            ROOT,
            *("-m", "services.ledger", "bundle", "s-1", str(shelf / "s-1.json")),
            *("--url", stack.url("ledger"), "--token-file", str(shelf / "auditor.token")),
        )
    capsys.readouterr()
    assert [one.returncode for one in made] == [0, 0], [one.stderr for one in made]
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "seller_unknown" in unknown.stderr
    given = ("verify_audit.py", "bundle", "--key", keys[0], "--key", keys[1])
    for seller in sellers:
        verified = run(shelf, *given, f"{seller}.json")
        assert (verified.returncode, verified.stderr) == (0, ""), verified.stderr
        assert verified.stdout.startswith(f"verified: {seller} through cases position ")
        assert verified.stdout.endswith("standings: 2\n")
    raw = (shelf / "s-7.json").read_bytes()
    (shelf / "s-7.json").write_bytes(raw[:-100] + bytes([raw[-100] ^ 1]) + raw[-99:])
    refused = run(shelf, *given, "s-7.json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("not verified: ")


def test_a_clock_that_is_none_is_named_before_anybody_is_asked(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("not.a.token")
    for option in ("--as-of", "--known-at"):
        given = ("bundle", "s-1", str(tmp_path / "out.json"), "--token-file", str(tmp_path / "token"))
        done = run(ROOT, "-m", "services.ledger", *given, option, "yesterday")
        assert (done.returncode, done.stdout) == (2, "")
        assert f"cannot make a bundle: {option}: " in done.stderr
