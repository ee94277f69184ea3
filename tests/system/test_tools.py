"""The newcomer's commands as processes: what they print, how they end."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

from tests.support.tree import ROOT
from tools.stack import HOST, free_port

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
