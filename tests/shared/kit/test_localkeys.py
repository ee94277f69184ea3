"""The local issuer: a key that is made once and kept private, tokens that the verifier believes."""

import asyncio
import json
import stat
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.kit.identity import ROLES, Principal
from shared.kit.localkeys import AUDIENCE, ISSUER, JWKS_FILE, KEY_FILE, ensure_keys, mint
from shared.kit.tokens import open_verifier

ROOT = Path(__file__).parents[3]


def believed(folder: Path, token: str) -> Principal:
    verifier = open_verifier(str(folder / JWKS_FILE), issuer=ISSUER, audience=AUDIENCE)
    return asyncio.run(verifier.verify(token))


def test_the_key_is_private_and_the_set_is_public(tmp_path: Path) -> None:
    ensure_keys(tmp_path)
    assert stat.S_IMODE((tmp_path / KEY_FILE).stat().st_mode) == 0o600
    public = json.loads((tmp_path / JWKS_FILE).read_text())
    assert ["d" in key for key in public["keys"]] == [False]
    assert sorted(path.name for path in tmp_path.iterdir()) == [JWKS_FILE, KEY_FILE]


def test_a_second_start_changes_nothing(tmp_path: Path) -> None:
    before = ensure_keys(tmp_path).read_bytes(), (tmp_path / KEY_FILE).read_bytes()
    assert (ensure_keys(tmp_path).read_bytes(), (tmp_path / KEY_FILE).read_bytes()) == before


def test_a_lost_set_is_made_again_from_the_key(tmp_path: Path) -> None:
    before = ensure_keys(tmp_path).read_bytes()
    (tmp_path / JWKS_FILE).unlink()
    assert ensure_keys(tmp_path).read_bytes() == before


def test_starts_at_once_agree_on_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as starts:
        sets = list(starts.map(lambda _: ensure_keys(tmp_path).read_bytes(), range(8)))
    assert len(set(sets)) == 1
    assert believed(tmp_path, mint(tmp_path, "officer", "o-1")).sub == "o-1"


@pytest.mark.parametrize("role", ROLES)
def test_a_token_of_each_role_carries_its_scopes(tmp_path: Path, role: str) -> None:
    ensure_keys(tmp_path)
    token = mint(tmp_path, role, "x-1", seller="s-1", complainant="b-1")
    assert believed(tmp_path, token) == Principal(ISSUER, "x-1", frozenset(ROLES[role]), "s-1", "b-1")


@pytest.mark.parametrize(
    ("role", "sub", "bound", "ttl_s"),
    [
        ("king", "o-1", {}, 60),
        ("officer", "a b", {}, 60),
        ("officer", "", {}, 60),
        ("seller", "s-1", {}, 60),
        ("seller", "s-1", {"seller": "../1"}, 60),
        ("complainant", "b-1", {}, 60),
        ("officer", "o-1", {}, 0),
    ],
)
def test_a_token_that_no_verifier_would_believe_is_not_made(
    tmp_path: Path, role: str, sub: str, bound: dict[str, str], ttl_s: int
) -> None:
    ensure_keys(tmp_path)
    with pytest.raises(ValueError, match=r"role|id|token"):
        mint(tmp_path, role, sub, ttl_s=ttl_s, **bound)  # type: ignore[arg-type]  # `bound` names ids only


def test_the_command_prints_a_token_alone(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.mint", "--role", "officer", "--sub", "o-1", "--keys", str(tmp_path / "k")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert believed(tmp_path / "k", done.stdout.strip()).scopes == frozenset(ROLES["officer"])


def test_the_command_says_what_is_missing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tools.mint", "--role", "seller", "--sub", "s-1", "--keys", str(tmp_path / "k")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "bound to a seller" in done.stderr
