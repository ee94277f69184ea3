"""The seal of a report over HTTP: there when a simulation completes, or once somebody can sign; it fails none."""

from pathlib import Path
from typing import Any

from services.ledger.tables import TABLES
from shared.kit.audit.vkey import VerifierKey, parse_vkey
from shared.kit.log.memory import open_memory_log
from shared.rulebook.seals import unsealed
from tests.support.agents import agent
from tests.support.audit import signer
from tests.support.drafts import HALVED, draft
from tests.support.eventually import eventually
from tests.support.ledger_service import LedgerService, ledger_service
from tests.support.simulated import FoundDecisions

ASKED = {"rulebook": draft(HALVED), "from": "2026-01-01T00:00:00+08:00", "until": "2027-01-01T00:00:00+08:00"}


def completed(service: LedgerService) -> str:
    """Return the address of a simulation that is complete, everything decided folded."""
    service.standing("s-1")
    answer = service.http.post("/simulations", json=ASKED, headers=service.headers("analyst"))
    assert answer.status_code == 202, answer.text
    path = str(answer.headers["location"])
    eventually(lambda: kept(service)["state"] == "complete", within_s=30)
    return path


def kept(service: LedgerService) -> dict[str, Any]:
    """Return the one simulation that is kept, as it is: to list it is not to ask for its report."""
    (found,) = service.http.get("/simulations", headers=service.headers("analyst")).json()["simulations"]
    return dict(found)


def report(service: LedgerService, path: str) -> dict[str, Any]:
    """Return the report as whoever asks for it is given it."""
    return dict(service.http.get(path, headers=service.headers("analyst")).json()["report"])


def keys(service: LedgerService) -> list[VerifierKey]:
    """Return the keys that the ledger says it signs with."""
    told = service.http.get("/log/keys", headers=service.headers("auditor")).text
    return [parse_vkey(line) for line in told.splitlines()]


def test_a_complete_simulation_is_sealed_and_stays_so(tmp_path: Path) -> None:
    cases = FoundDecisions()
    cases.found("s-1")
    with ledger_service(tmp_path, cases) as service:
        path = completed(service)
        told = kept(service)["report"]
        assert unsealed(told, told["seal"], keys(service)) is None
        assert report(service, path) == told
    with ledger_service(tmp_path, cases) as again:
        assert report(again, path) == told


def test_with_the_signer_away_it_completes_and_is_sealed_when_asked_for_again(tmp_path: Path) -> None:
    """Every number stays as it was told without a seal."""
    cases = FoundDecisions()
    cases.found("s-1")
    log = open_memory_log(cases.clock, TABLES)
    holder, socket, file = signer(1, log.id), tmp_path / "agent", tmp_path / "vkey"
    file.write_text(f"{holder.key}\n")
    with ledger_service(tmp_path, cases, log=log, signer_socket=socket, signer_key=file) as service:
        path = completed(service)
        before = report(service, path)
        assert (before["seal"], before["decisions"]["changed"]) == (None, 1)
        assert kept(service)["report"] == before
        with agent(socket, holder.sign):
            eventually(lambda: report(service, path)["seal"] is not None, within_s=30)
        told = report(service, path)
        assert kept(service)["report"] == told
    assert {**told, "seal": None} == before
    assert unsealed(told, told["seal"], [holder.key]) is None
