"""Simulations over HTTP: asked, followed, read page by page, cancelled; limits, and what is refused."""

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from services.ledger.api.simulations import SCOPE
from services.ledger.simulating.jobs import SLOTS, Jobs
from shared.contracts.simulation import Simulation
from shared.contracts.simulationchanges import ChangesPage
from shared.kit.identity import ROLES
from shared.rulebook.loader import DATA
from tests.support.drafts import draft
from tests.support.ledger_service import LedgerService, ledger_service
from tests.support.simulating import GatedDecisions, begun, ended, get, post


@pytest.fixture
def cases() -> GatedDecisions:
    """An empty cases log."""
    return GatedDecisions()


@pytest.fixture
def service(tmp_path: Path, cases: GatedDecisions) -> Iterator[LedgerService]:
    """A ledger that simulates over it."""
    with ledger_service(tmp_path, cases) as running:
        yield running
        cases.gate.set()


def test_a_simulation_is_followed_to_its_report(service: LedgerService, cases: GatedDecisions) -> None:
    cases.found("s-1")
    cases.found("s-2")
    cases.gate.clear()
    path = begun(service)
    running = Simulation.model_validate(get(service, path).json())
    assert (running.state, running.report, running.ended_at) == ("running", None, None)
    cases.gate.set()
    told = ended(service, path)
    assert (told.state, told.done, told.total) == ("complete", 2, 2)
    assert told.report is not None
    assert (told.report.decisions.changed, told.report.accounts.changed) == (2, 2)
    assert told.report.known.cases_position == cases.log.head().position
    (kept,) = get(service, "/simulations").json()["simulations"]
    assert kept == get(service, path).json()


def test_nothing_is_written_to_the_log(service: LedgerService, cases: GatedDecisions) -> None:
    cases.found("s-1")
    before = service.standing("s-1")
    head = service.get("/sellers/s-1/standing").headers["Demerit-Ledger-Position"]
    ended(service, begun(service))
    assert service.get("/sellers/s-1/standing").headers["Demerit-Ledger-Position"] == head
    assert service.standing("s-1") == before


def test_differences_are_read_page_by_page(service: LedgerService, cases: GatedDecisions) -> None:
    for number in range(7):
        cases.found(f"s-{number}")
    path = begun(service)
    told = ended(service, path)
    assert told.report is not None
    whole = get(service, f"{path}/changes", limit=1000)
    assert "link" not in whole.headers
    found, address = [], f"{path}/changes?limit=4"
    while address:
        page = service.http.get(address, headers=service.headers("analyst"))
        ChangesPage.model_validate(page.json())
        found += page.json()["changes"]
        address = page.links["next"]["url"] if "next" in page.links else ""
    assert found == whole.json()["changes"]
    assert len(found) == told.report.changes.kept
    refused = get(service, f"{path}/changes", after=1)
    assert (refused.status_code, refused.json()["code"]) == (422, "cursor_invalid")


def test_one_that_runs_is_cancelled(service: LedgerService, cases: GatedDecisions) -> None:
    """Its differences are not to be had; dropped once more, it is gone."""
    for number in range(40):
        cases.found(f"s-{number % 3}")
    cases.gate.clear()
    path = begun(service)
    early = get(service, f"{path}/changes")
    assert (early.status_code, early.json()["code"], early.json()["state"]) == (
        409,
        "simulation_not_complete",
        "running",
    )
    assert service.http.delete(path, headers=service.headers("analyst")).status_code == 204
    cases.gate.set()
    told = ended(service, path)
    assert (told.state, told.report) == ("cancelled", None)
    assert get(service, f"{path}/changes").status_code == 409
    assert service.http.delete(path, headers=service.headers("analyst")).status_code == 204
    for answer in (get(service, path), get(service, f"{path}/changes")):
        assert (answer.status_code, answer.json()["code"]) == (404, "simulation_unknown")
    assert service.http.delete(path, headers=service.headers("analyst")).status_code == 404


def test_only_so_many_run_at_once(service: LedgerService, cases: GatedDecisions) -> None:
    cases.found("s-1")
    cases.gate.clear()
    paths = [begun(service) for _ in range(SLOTS)]
    refused = post(service)
    assert (refused.status_code, refused.json()["code"]) == (503, "simulations_busy")
    assert int(refused.headers["retry-after"]) > 0
    cases.gate.set()
    assert [ended(service, path).state for path in paths] == ["complete"] * SLOTS
    assert ended(service, begun(service)).state == "complete"


def test_stopping_the_service_interrupts_it_and_reports_stay(tmp_path: Path, cases: GatedDecisions) -> None:
    for number in range(40):
        cases.found(f"s-{number}")
    with ledger_service(tmp_path, cases) as first:
        complete = begun(first)
        ended(first, complete)
        cases.gate.clear()
        running = begun(first)
        threading.Timer(0.3, cases.gate.set).start()
    with ledger_service(tmp_path, cases) as second:
        assert get(second, complete).json()["state"] == "complete"
        assert get(second, f"{complete}/changes").status_code == 200
        assert get(second, running).json()["state"] == "interrupted"
        slot = Jobs(tmp_path / "ledger" / "simulations").slot()
        assert slot is not None
        slot.release()


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ({"until": "2026-01-01T00:00:00+08:00"}, "period_empty"),
        ({"suppose": "TB-1999"}, "version_unknown"),
        ({"suppose": "DRAFT-1", "as_dated": True}, "suppose_or_dates"),
        ({"rulebook": "name = ["}, "rulebook_unsound"),
        ({"rulebook": draft(("points = 12", "points = -1"))}, "rulebook_unsound"),
        ({"rulebook": draft(starts="2012-01-01T00:00:00+08:00")}, "rulebook_unsound"),
    ],
)
def test_what_cannot_be_simulated_is_refused(service: LedgerService, given: dict[str, Any], code: str) -> None:
    answer = post(service, **given)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert get(service, "/simulations").json() == {"simulations": []}


def test_a_fault_of_the_candidate_is_named_with_its_path(service: LedgerService) -> None:
    answer = post(service, rulebook=draft(("points = 12", "points = true")))
    assert answer.json()["faults"] == [
        {"path": "versions[1].grades.general.points", "message": "must be a whole number"}
    ]


@pytest.mark.parametrize(
    "given",
    [
        {"sellers": []},
        {"sellers": [f"s-{number}" for number in range(1001)]},
        {"sellers": ["no spaces allowed"]},
        {"as_of": ["2026-06-01T00:00:00Z"] * 6},
        {"from": "2026-01-01"},
        {"rulebook": ""},
        {"rulebook": "#" * 100_001},
        {"as_dated": "true"},
        {"publish": True},
    ],
)
def test_a_question_out_of_its_limits_is_refused(service: LedgerService, given: dict[str, Any]) -> None:
    answer = post(service, **given)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")


def test_only_those_who_may_simulate_do(service: LedgerService) -> None:
    """Analysts alone, of the roles there are."""
    assert {role for role, scopes in ROLES.items() if SCOPE in scopes} == {"analyst"}
    for role in ("officer", "auditor", "admin", "service"):
        assert service.http.get("/simulations", headers=service.headers(role)).status_code == 403


def test_the_shipped_timelines_fit_into_a_question(service: LedgerService) -> None:
    for name in ("seed", "taobao"):
        text = (DATA / f"{name}.toml").read_text("utf-8")
        assert len(json.dumps(text)) < 100_000
        assert ended(service, begun(service, rulebook=text)).state == "complete"
