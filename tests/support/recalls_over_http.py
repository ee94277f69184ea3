"""Recalls over HTTP for tests: what supervisors ask, and what became of it."""

from typing import Any, Final

from tests.support.both_services import Both
from tests.support.cases_service import Caller
from tests.support.eventually import eventually

REASON: Final = "检测器把回声当成来电 REASON-77aa"
OFFICER: Final = {"officer": "officer-1"}


def dry(by: Caller, criteria: dict[str, Any], expect: int = 200, path: str = "/recalls") -> Any:
    """Ask what a recall would change."""
    return by.post(path, {"mode": "dry_run", "criteria": criteria}, expect)


def propose(by: Caller, criteria: dict[str, Any] = OFFICER, expect: int = 201, **headers: str) -> Any:
    """Propose a recall."""
    return by.post("/recalls", {"mode": "propose", "criteria": criteria, "reason": REASON}, expect, **headers)


def confirm(both: Both, recall: str, sub: str = "v-2") -> Any:
    """Confirm a recall as another supervisor."""
    return both.supervisor(sub).post(f"/recalls/{recall}/confirmation", {"answer": "confirm"}, If_Match="*")


def completed(both: Both, recall: str) -> Any:
    """Return the recall once everything is settled."""
    by = both.supervisor()
    eventually(lambda: by.get(f"/recalls/{recall}")["state"] == "completed", within_s=10)
    return by.get(f"/recalls/{recall}")


def outcomes(both: Both, recall: str) -> list[dict[str, Any]]:
    """Return what became of each decision."""
    found: list[dict[str, Any]] = both.supervisor().get(f"/recalls/{recall}/decisions")["decisions"]
    return found
