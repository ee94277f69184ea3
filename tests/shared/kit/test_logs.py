"""Logs of a real process: JSON lines without anything personal, and a quick end on SIGTERM."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.eventually import eventually
from tests.support.tokens import Issuer, local_issuer

ROOT = Path(__file__).parents[3]
SECRET = "13800138000"
SERVE = """
import logging, sys
from datetime import UTC, datetime
from shared.kit.feed import feed_router
from shared.kit.headwatch import HeadWatch
from shared.kit.http import create_app
from shared.kit.log.memory import open_memory_log
from shared.kit.logs import configure_logging
from shared.kit.server import run
from shared.kit.telemetry import Metrics
from tests.support.sample import failing_routes, sample_routes
from tests.support.tokens import local_issuer
from pathlib import Path

configure_logging("sample")
configure_logging("sample")
logging.getLogger("library").warning("a library speaks of %s", "something")
log, metrics = open_memory_log(lambda: datetime.now(UTC)), Metrics()
watch = HeadWatch(log)
metrics.gauge("feed_waiting", "Readers waiting for an event", lambda: watch.waiting)
app = create_app(
    title="sample",
    version="1",
    verifier=local_issuer(Path(sys.argv[1])).verifier(),
    routers=[sample_routes(), failing_routes(), feed_router(log, watch)],
    checks={},
    metrics=metrics,
)
run(app, "127.0.0.1", int(sys.argv[2]))
"""


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return local_issuer(tmp_path_factory.mktemp("keys"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def live(url: str) -> bool:
    try:
        return httpx.get(f"{url}/health/live").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def lines(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """Start the sample as a process, talk to it about a secret, stop it while a poll waits; return what it logged."""
    port, path = free_port(), tmp_path_factory.mktemp("logs") / "stderr"
    url = f"http://127.0.0.1:{port}"
    with path.open("wb") as errors:
        command = [sys.executable, "-c", SERVE, str(issuer.folder), str(port)]
        process = subprocess.Popen(command, cwd=ROOT, stderr=errors, env={**os.environ, "PYTHONPATH": str(ROOT)})
        try:
            eventually(lambda: live(url), within_s=20)
            talk(url, issuer)
            end_while_waiting(process, url, issuer)
        finally:
            process.kill()
            process.wait(10)
    return [json.loads(line) for line in path.read_text().splitlines()]


def talk(url: str, issuer: Issuer) -> None:
    mine = issuer.headers("complainant", SECRET, complainant=SECRET)
    httpx.post(f"{url}/orders", json={"id": SECRET, "title": SECRET}, headers=mine)
    httpx.get(f"{url}/orders/{SECRET}?tag={SECRET}", headers=mine)
    httpx.get(f"{url}/{SECRET}")
    assert httpx.get(f"{url}/fail").status_code == 500


def end_while_waiting(process: "subprocess.Popen[bytes]", url: str, issuer: Issuer) -> None:
    """Stop the process as an operator would; the poll is answered, and the end is quick."""
    follower, monitor = issuer.headers("follower"), issuer.headers("monitor")
    with ThreadPoolExecutor(1) as reader:
        answer = reader.submit(httpx.get, f"{url}/feed?wait=30", headers=follower, timeout=60)
        eventually(lambda: "feed_waiting 1.0" in httpx.get(f"{url}/metrics", headers=monitor).text)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        assert (answer.result(5).status_code, answer.result().json()) == (200, [])
    process.wait(10)
    assert time.monotonic() - began < 3


def test_each_request_is_one_line_with_template_status_and_time(lines: list[dict[str, Any]]) -> None:
    orders = [line for line in lines if line.get("route") == "/orders" and line["event"] == "request"]
    assert [(line["method"], line["status"], line["problem"]) for line in orders] == [("POST", 422, "invalid_request")]
    assert orders[0]["ms"] >= 0
    assert set(orders[0]) == {
        "event", "level", "logger", "timestamp", "service", "method", "route", "status", "ms", "problem", "request_id",
    }  # fmt: skip


def test_no_line_holds_what_a_caller_sent(lines: list[dict[str, Any]]) -> None:
    assert SECRET not in json.dumps(lines)


def test_an_unexpected_error_is_told_once_by_type_and_place(lines: list[dict[str, Any]]) -> None:
    errors = [line for line in lines if line["level"] == "error"]
    assert [(line["event"], line["exception"]) for line in errors] == [("unexpected_error", "RuntimeError")]
    assert "fail" in errors[0]["frames"][-1]
    asked = next(line for line in lines if line.get("route") == "/fail" and line["event"] == "request")
    assert errors[0]["request_id"] == asked["request_id"]


def test_libraries_log_in_the_same_form(lines: list[dict[str, Any]]) -> None:
    assert any(line["event"] == "a library speaks of something" and line["service"] == "sample" for line in lines)
    assert any(line["logger"] == "uvicorn.error" for line in lines)
    assert not any(line["logger"] == "uvicorn.access" for line in lines)


def test_the_end_of_a_thread_is_told_by_type_and_place_too() -> None:
    """A thread that works behind the routes, such as a follower, ends without a caller whom it could tell."""
    died = f"""
from threading import Thread
from shared.kit.logs import configure_logging

def work():
    raise ValueError("{SECRET}")

configure_logging("sample")
worker = Thread(target=work, name="follower")
worker.start()
worker.join()
"""
    told = subprocess.run([sys.executable, "-c", died], cwd=ROOT, capture_output=True, text=True, check=True).stderr
    line = json.loads(told)
    assert (line["event"], line["thread"], line["exception"]) == ("thread_died", "follower", "ValueError")
    assert line["frames"][-1].endswith(" work")
    assert SECRET not in told
