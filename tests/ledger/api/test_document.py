"""The OpenAPI document in docs/ is the one that the service makes."""

import json
from typing import Any

import pytest

from services.ledger.__main__ import document
from tests.support.ledger_service import LedgerService
from tests.support.tree import ROOT

MADE = ROOT / "docs" / "openapi" / "ledger.json"


def test_the_document_is_what_the_service_says() -> None:
    """`make openapi` writes it anew."""
    assert MADE.read_text("utf-8") == document()


def test_every_operation_is_described_and_says_what_it_refuses() -> None:
    """With a summary of its own and problem details."""
    described: dict[str, Any] = json.loads(document())
    assert described["openapi"].startswith("3.1")
    for path, methods in described["paths"].items():
        for operation in methods.values():
            assert operation["description"], path
            assert "application/problem+json" in operation["responses"]["500"]["content"], path


def test_the_document_depends_on_no_environment(monkeypatch: Any) -> None:
    """Settings change what is served, not what is described."""
    monkeypatch.setenv("LEDGER_RULEBOOK", "taobao")
    monkeypatch.setenv("LEDGER_PORT", "9")
    assert MADE.read_text("utf-8") == document()


@pytest.mark.parametrize(
    ("path", "role", "status"),
    [
        ("/standings:query", "service", 200),
        ("/reversals:preview", "service", 200),
        ("/simulations", "analyst", 202),
    ],
)
def test_every_example_of_a_body_is_taken(service: LedgerService, path: str, role: str, status: int) -> None:
    described = service.get("/openapi.json").json()
    body = described["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    shown = described["components"]["schemas"][body.rsplit("/", 1)[1]]["examples"]
    for example in shown:
        answer = service.http.post(path, json=example, headers=service.headers(role))
        assert answer.status_code == status, (example, answer.text)
