"""Simulations over HTTP for tests: a cases log that waits or fails, and an analyst who asks."""

import threading
from collections.abc import Sequence
from typing import Any

import httpx

from shared.contracts.simulation import Simulation
from shared.kit.feed_client import FeedPage
from tests.support.drafts import HALVED, draft
from tests.support.eventually import eventually
from tests.support.ledger_service import LedgerService
from tests.support.simulated import FoundDecisions

PERIOD = {"from": "2026-01-01T00:00:00+08:00", "until": "2027-01-01T00:00:00+08:00"}


class GatedDecisions(FoundDecisions):
    """A cases log that lets simulations read once `gate` is open, or fails them with `failure`."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = threading.Event()
        self.gate.set()
        self.failure: Exception | None = None
        self.failing = 10**9  # how often

    def pick(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> FeedPage:
        """Return the page once the gate is open."""
        self.gate.wait(60)
        if self.failure is not None and self.failing > 0:
            self.failing -= 1
            raise self.failure
        return super().pick(after, limit, types=types, subject=subject)


def post(service: LedgerService, **given: Any) -> httpx.Response:
    """Ask for a simulation of half the points in 2026, or as given."""
    body = {"rulebook": draft(HALVED), **PERIOD, **given}
    return service.http.post("/simulations", json=body, headers=service.headers("analyst"))


def get(service: LedgerService, path: str, **params: Any) -> httpx.Response:
    """Ask as an analyst."""
    return service.http.get(path, params=params, headers=service.headers("analyst"))


def ended(service: LedgerService, path: str) -> Simulation:
    """Return a simulation once it has ended."""
    eventually(lambda: get(service, path).json()["state"] != "running", within_s=30)
    return Simulation.model_validate(get(service, path).json())


def begun(service: LedgerService, **given: Any) -> str:
    """Return the address of a simulation that was begun, everything decided folded."""
    service.get("/sellers/s-1/standing", min_position=service.cases.log.head().position)
    answer = post(service, **given)
    assert answer.status_code == 202, answer.text
    path = answer.headers["location"]
    assert path == f"/simulations/{Simulation.model_validate(answer.json()).id}"
    return str(path)
