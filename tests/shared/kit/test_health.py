"""Liveness and readiness: open to all, naming what is not well."""

from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from fastapi.testclient import TestClient

from shared.kit import health
from shared.kit.health import Check
from shared.kit.http import create_app
from tests.support.tokens import local_issuer


def client(tmp_path: Path, **checks: Check) -> TestClient:
    app = create_app(title="h", version="1", verifier=local_issuer(tmp_path).verifier(), routers=[], checks=checks)
    return TestClient(app)


def check(ok: bool, **detail: Any) -> Check:
    def run() -> tuple[bool, Mapping[str, Any]]:
        return ok, detail

    return run


def test_a_process_that_answers_is_live_whatever_else(tmp_path: Path) -> None:
    assert client(tmp_path, log=check(False)).get("/health/live").json() == {"live": True}


def test_ready_shows_each_check_with_its_figures(tmp_path: Path) -> None:
    answer = client(tmp_path, log=check(True, head=7), follower=check(True, lag=0)).get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "checks": {"log": {"ok": True, "detail": {"head": 7}}, "follower": {"ok": True, "detail": {"lag": 0}}},
    }


def test_what_is_not_ready_is_named_with_its_figures(tmp_path: Path) -> None:
    answer = client(tmp_path, log=check(True), follower=check(False, lag=40)).get("/health/ready")
    assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "not_ready", "1")
    assert answer.json()["failing"] == ["follower"]
    assert answer.json()["checks"]["follower"] == {"ok": False, "detail": {"lag": 40}}


def test_a_check_that_does_not_come_back_counts_as_not_ready(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "CHECK_TIMEOUT_S", 0.05)
    let_go = Event()

    def stuck() -> tuple[bool, Mapping[str, Any]]:
        let_go.wait(10)
        return True, {}

    with client(tmp_path, store=stuck) as one:
        answer = one.get("/health/ready")
        let_go.set()
    assert answer.json()["checks"]["store"] == {"ok": False, "detail": {"answers": False}}
