"""Figures about decisions over HTTP: who may ask for what, and the columns and period that were asked for."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cases_service import CasesService, cases_service, dismiss, uphold


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CasesService]:
    """Two violations, one of them after an hour, and a dismissal by another officer."""
    with cases_service(tmp_path_factory.mktemp("statistics")) as running:
        for trade in ("t-1", "t-2"):
            case = running.heard(trade={"id": trade})
            running.clock.move(hours=1)
            running.officer.decide(f"/cases/{case}/decision", uphold())
        case = running.file(trade={"id": "t-3"})
        running.second.decide(f"/cases/{case}/decision", dismiss("evidence_insufficient"))
        yield running


def test_all_decisions_are_one_group(service: CasesService) -> None:
    answer = service.officer.get("/statistics/overturns")
    (group,) = answer["groups"]
    assert (answer["by"], group["decisions"], group["upheld"], group["dismissed"]) == ([], 3, 2, 1)
    assert (group["stands"], group["appealed"], group["corrected_per_10000"]) == (3, 0, 0)
    took = group["time_to_decision"]
    assert (took["count"], took["median_s"], took["max_s"]) == (3, 3600, 3600)
    assert group["time_to_reversal"] == {"count": 0, "median_s": None, "p90_s": None, "max_s": None}
    assert "officer" not in group


def test_columns_are_those_asked_for_in_their_order(service: CasesService) -> None:
    answer = service.officer.get("/statistics/overturns", by=["ground", "rulebook", "ground"])
    assert answer["by"] == ["ground", "rulebook"]
    shown: list[Any] = [(one["ground"], one["rulebook"], one["decisions"]) for one in answer["groups"]]
    assert shown == [(None, "TB-2012", 2), ("evidence_insufficient", "TB-2012", 1)]


def test_figures_by_officer_are_for_supervisors(service: CasesService) -> None:
    assert service.officer.get("/statistics/overturns", 403, by="officer")["code"] == "supervisor_needed"
    supervisor = service.caller("supervisor", "v-1")
    answer = supervisor.get("/statistics/overturns", by=["officer"])
    assert [(one["officer"], one["decisions"]) for one in answer["groups"]] == [("officer-1", 2), ("officer-2", 1)]


def test_a_period_bounds_the_decisions(service: CasesService) -> None:
    assert service.officer.get("/statistics/overturns", decided_before="2026-03-02T02:00:00Z")["groups"] == []
    bounded: dict[str, Any] = {"decided_from": "2026-03-02T02:00:00Z", "decided_before": "2026-03-02T03:30:00Z"}
    (group,) = service.officer.get("/statistics/overturns", **bounded)["groups"]
    assert group["decisions"] == 1


@pytest.mark.parametrize("params", [{"by": "seller"}, {"by": ["ground"] * 5}, {"decided_from": "yesterday"}])
def test_a_question_that_cannot_be_answered_is_refused(service: CasesService, params: dict[str, Any]) -> None:
    assert service.officer.get("/statistics/overturns", 422, **params)["code"] == "invalid_request"
