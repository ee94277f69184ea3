"""The newcomer's commands as processes: what they print, how they end."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from shared.kit.localkeys import ensure_keys
from tests.support.tree import ROOT
from tools.demo import play
from tools.parties import Parties, buyer, seller
from tools.readiness import ELSEWHERE, SECTIONS, TELL_AFTER_S, section
from tools.stack import HOST, Stack, StackError, free_port

END_WITHIN_S = 30


def test_the_demo_ends_with_the_standing_of_the_seller() -> None:
    """Given nothing but the tree, when the story is played, its last line is a sealed seller's standing as JSON."""
    played = subprocess.run([sys.executable, "-m", "tools.demo"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert played.returncode == 0, played.stdout + played.stderr
    standing = json.loads(played.stdout.splitlines()[-1])
    assert (standing["standing"], standing["points"]) == ("sealed", {"ordinary": 12, "severe": 48})
    assert [line for line in played.stdout.splitlines() if line.startswith("Situation")] == [
        "Situation 1: insults",
        "Situation 2: it is about the goods",
        "Situation 3: not my number",
        "Situation 4: my number, but no contact",
    ]
    second = played.stdout[played.stdout.index("An appeal, won") :]
    told = [line.strip() for line in second.splitlines() if "the ledger: s-7" in line]
    assert told[0] == "the ledger: s-7 is restricted, points: 12 ordinary, 0 severe"
    assert told[-1] == "the ledger: s-7 is good, points: 0 ordinary, 0 severe"
    assert "ordinary node 12, vacated: " in second


def test_the_demo_says_in_one_line_that_a_folder_holds_no_key(tmp_path: Path) -> None:
    """Given running services and a folder that is none of their issuer's, it ends before it asks them anything."""
    nowhere = {"CASES_URL": f"http://{HOST}:9", "LEDGER_URL": f"http://{HOST}:9", "KEYS": str(tmp_path)}
    played = subprocess.run(
        [sys.executable, "-m", "tools.demo"],
        cwd=ROOT,
        env={**os.environ, **nowhere},
        capture_output=True,
        text=True,
        check=False,
    )
    assert played.returncode == 1
    assert (
        played.stderr == f"the story went wrong: {tmp_path} would have to hold the key of the services' local issuer\n"
    )


@pytest.mark.parametrize("address", [f"http://{HOST}:9:9", "nowhere", "ftp://nowhere"])
def test_the_demo_says_in_one_line_what_is_no_address(tmp_path: Path, address: str) -> None:
    """Given an address with a port, behind which the Makefile has put another one, say."""
    ensure_keys(tmp_path)
    given = {"CASES_URL": address, "LEDGER_URL": address, "KEYS": str(tmp_path)}
    command, environment = [sys.executable, "-m", "tools.demo"], {**os.environ, **given}
    played = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (played.returncode, played.stderr.count("\n")) == (1, 1)
    assert played.stderr.startswith(f"the story went wrong: {address} would have to be an address such as http://")


def test_the_demo_names_who_does_not_answer(tmp_path: Path) -> None:
    """Given an address at which nobody listens, then it is in the line."""
    ensure_keys(tmp_path)
    address = f"http://{HOST}:{free_port()}"
    given = {"CASES_URL": address, "LEDGER_URL": address, "KEYS": str(tmp_path)}
    command, environment = [sys.executable, "-m", "tools.demo"], {**os.environ, **given}
    played = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (played.returncode, played.stderr.count("\n")) == (1, 1)
    assert played.stderr.startswith(f"the story went wrong: {address}/cases does not answer: ")


def test_a_story_told_again_names_one_account_one_way(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Given services that run already, every name in what is printed ends as the accounts do."""
    stack = Stack(tmp_path)
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token, suffix="-again") as parties:
        play(parties)
    names = re.findall(r"\b[bs]-[1-7]\S*", capsys.readouterr().out)
    assert names
    assert [name for name in names if not re.fullmatch(r"[bs]-[1-7]-again:?,?;?", name)] == []


def test_a_service_that_is_not_ready_says_why_and_where_to_read_on(tmp_path: Path) -> None:
    """Given an older copy of its log, it refuses to sign; that is told on the way, and at the end in two lines."""
    older = tmp_path / "older.db"
    with Stack(tmp_path / "var") as stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token) as parties:
        parties.file(buyer("b-1"), seller("s-1"), "phone", "Calls.")
    shutil.copy(tmp_path / "var/cases/cases.db", older)
    with stack, Parties(stack.url("cases"), stack.url("ledger"), stack.token) as parties:
        parties.file(buyer("b-2"), seller("s-1"), "phone", "Calls.")
    shutil.copy(older, tmp_path / "var/cases/cases.db")
    told: list[str] = []
    stack = Stack(tmp_path / "var", tell=told.append)
    try:
        stack.start("cases")
        stack.wait_ready("cases", path="/health/live")
        with pytest.raises(StackError) as raised:
            stack.wait_ready("cases", within_s=TELL_AFTER_S + 2)
    finally:
        stack.stop()
    first, second = str(raised.value).splitlines()
    assert re.fullmatch(r"cases: not ready within 5 s: audit \(signed: 0, reason: signing_refused\)", first)
    assert second == f'see its log, {stack.log("cases")}, and "Backup and restore" in docs/operations.md'
    assert told[-1:] == ["cases: not ready yet, waiting up to 5 s: audit (signed: 0, reason: signing_refused)"]


def test_the_sections_that_it_names_are_there() -> None:
    """Headings of docs/operations.md, as they are written."""
    headings = set(re.findall(r"^## (.*)$", (ROOT / "docs/operations.md").read_text(), re.MULTILINE))
    assert {ELSEWHERE, *SECTIONS.values()} <= headings
    assert section("follower (reason: log_split at cases position 3: …)") == "An older or another cases log"


def test_a_token_is_not_bound_to_what_the_shell_calls_seller(tmp_path: Path) -> None:
    """The tokens that a run prints are pasted as SELLER=…, and may be exported: they are no account's name."""
    given = [f"VENV={tmp_path}", f"PY={sys.executable}", "ROLE=auditor", "SUB=a-1"]
    (tmp_path / ".dev").touch()
    minted = subprocess.run(
        ["make", "-o", f"{tmp_path}/.dev", *given, "token"],
        cwd=ROOT,
        env={**os.environ, "SELLER": f"{'x' * 70}.y.z", "COMPLAINANT": "no account"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (minted.returncode, minted.stdout.count(".")) == (0, 2), minted.stdout + minted.stderr


def running(folder: Path, cases_port: int, ledger_port: int) -> subprocess.Popen[str]:
    """Start the newcomer's run on these ports."""
    ports = ["--cases-port", str(cases_port), "--ledger-port", str(ledger_port)]
    command = [sys.executable, "-m", "tools.run", "--folder", str(folder), *ports]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_run_greets_with_requests_that_work_and_stops_cleanly(tmp_path: Path) -> None:
    """Given a run, when its first request is pasted it works; when it is told to stop, it stops both services."""
    cases_port, ledger_port = free_port(), free_port()
    process = running(tmp_path, cases_port, ledger_port)
    assert process.stdout is not None
    try:
        greeting = ""
        while "Ctrl-C stops both" not in greeting:
            line = process.stdout.readline()
            assert line, f"it ended: {process.communicate()}"
            greeting += line
        answers = [
            subprocess.run(["bash", "-c", request], capture_output=True, text=True, check=True).stdout
            for request in re.findall(r"^curl .*$", greeting, re.MULTILINE)
        ]
        assert [json.loads(answer).get("state", "good") for answer in answers] == ["filed", "good"]
        process.send_signal(signal.SIGINT)
        rest, complaints = process.communicate(timeout=END_WITHIN_S)
    finally:
        process.kill()
    assert (process.returncode, rest.splitlines()[-1], complaints) == (0, "stopped", "")
    for port in (cases_port, ledger_port):
        with socket.socket() as probe:
            assert probe.connect_ex((HOST, port)) != 0


def test_run_says_which_port_is_taken(tmp_path: Path) -> None:
    """Given somebody on the ledger's port, when a run is started, it says so, and leaves nothing running."""
    cases_port = free_port()
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        holder.listen()
        taken = holder.getsockname()[1]
        process = running(tmp_path, cases_port, taken)
        _, complaints = process.communicate(timeout=END_WITHIN_S)
    assert process.returncode == 1
    assert complaints.startswith(f"port {taken} is taken: ledger")
    with socket.socket() as probe:
        assert probe.connect_ex((HOST, cases_port)) != 0
