"""What was answered is there after a restart: facts, texts, evidence, keys, announcements, the queue."""

from pathlib import Path

import pytest

from services.cases.masterkey import VaultLocked
from tests.support.cases_service import NARRATIVE, PDF, HandClock, cases_service, complaint, uphold


def test_a_service_goes_on_where_it_stopped(tmp_path: Path) -> None:
    clock = HandClock()
    with cases_service(tmp_path, clock) as cases:
        case = cases.heard()
        announced = {"kind": "call_list", "media_type": "application/pdf", "size_bytes": len(PDF)}
        later = cases.buyer.post(f"/cases/{case}/evidence", announced, 201)["evidence_id"]
        first = cases.buyer.post("/cases", complaint(), 201, Idempotency_Key="k-1")
        before = cases.officer.get(f"/cases/{case}")
        queue = cases.officer.get("/cases")
        events = cases.feed()
    with cases_service(tmp_path, clock) as cases:
        assert cases.feed() == events
        assert cases.officer.get(f"/cases/{case}") == before
        assert before["narrative"] == NARRATIVE
        assert cases.officer.get("/cases") == queue
        assert cases.officer.get(f"/cases/{case}/evidence/{before['evidence'][0]['id']}/content") == PDF
        assert cases.buyer.post("/cases", complaint(), 201, Idempotency_Key="k-1") == first
        cases.buyer.ask("PUT", f"/cases/{case}/evidence/{later}/content", 200, content=PDF)
        cases.officer.decide(f"/cases/{case}/decision", uphold())
        assert [int(event["sequence"]) for event in cases.feed()] == list(range(1, len(events) + 3))


def test_a_service_without_its_vault_key_does_not_start_and_leaves_the_log_free(tmp_path: Path) -> None:
    with cases_service(tmp_path) as cases:
        cases.file()
    key = tmp_path / "cases" / "keys" / "vault.key"
    moved = key.rename(tmp_path / "elsewhere.key")
    with pytest.raises(VaultLocked), cases_service(tmp_path):
        pass
    with cases_service(tmp_path, vault_key=moved) as cases:
        assert len(cases.feed()) == 1


def test_a_vault_is_not_opened_beside_another_log(tmp_path: Path) -> None:
    """A log that was mistaken for the right one knows none of the vault's cases, and would have them swept away."""
    with cases_service(tmp_path) as cases:
        case = cases.file()
    right = (tmp_path / "cases" / "cases.db").rename(tmp_path / "right.db")
    with pytest.raises(VaultLocked), cases_service(tmp_path):
        pass
    for made in (tmp_path / "cases").glob("cases.db*"):
        made.unlink()
    right.rename(tmp_path / "cases" / "cases.db")
    with cases_service(tmp_path) as cases:
        assert cases.officer.get(f"/cases/{case}")["narrative"] == NARRATIVE


def test_health_names_what_is_not_ready(tmp_path: Path) -> None:
    with cases_service(tmp_path) as cases:
        ready = cases.http.get("/health/ready").json()
        assert ready["ready"] is True
        assert set(ready["checks"]) == {"log", "vault", "clock", "audit"}
        metrics = cases.caller("monitor", "m-1").get("/metrics").decode()
        assert "cases_log_position 0.0" in metrics
        assert "cases_clock_running 1.0" in metrics
        assert "log_signed_size 0.0" in metrics
        assert "log_unsigned 0.0" in metrics
