"""The work queue over HTTP: by deadline, filtered, in pages."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.support.cases_service import CasesService, cases_service, dismiss


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CasesService]:
    with cases_service(tmp_path_factory.mktemp("queue")) as running:
        yield running


@pytest.fixture(scope="module")
def filed(service: CasesService) -> dict[str, str]:
    """Five cases, a day apart: filed, notified, answered, taken up by an officer, dismissed."""
    named = {"filed": service.file()}
    service.clock.move(days=1)
    named["notified"] = service.notified(respondent="s-2")
    service.clock.move(days=1)
    named["answered"] = service.heard()
    service.clock.move(days=1)
    named["taken"] = service.file()
    service.second.post(f"/cases/{named['taken']}/handling")
    named["dismissed"] = service.file()
    service.officer.decide(f"/cases/{named['dismissed']}/decision", dismiss("evidence_insufficient"))
    return named


def asked(service: CasesService, filed: dict[str, str], **params: Any) -> list[str]:
    """Return the names of the cases that a question finds, in its order."""
    names = {case: name for name, case in filed.items()}
    return [names[item["case_id"]] for item in service.officer.get("/cases", **params)["cases"]]


def test_the_next_deadline_comes_first_and_the_done_last(service: CasesService, filed: dict[str, str]) -> None:
    items = service.officer.get("/cases")["cases"]
    due = [item["next_due"] for item in items]
    assert due[-1] is None
    assert due[:-1] == sorted(due[:-1])
    assert asked(service, filed) == ["filed", "notified", "answered", "taken", "dismissed"]
    assert [item["next_deadline"] for item in items] == [*["first_handling"] * 3, "resolution", None]


@pytest.mark.parametrize(
    ("params", "found"),
    [
        ({"state": "filed"}, ["filed", "taken"]),
        ({"state": "evidence_open"}, ["notified"]),
        ({"state": "under_review"}, ["answered"]),
        ({"state": "dismissed"}, ["dismissed"]),
        ({"state": "upheld"}, []),
        ({"seller": "s-2"}, ["notified"]),
        ({"officer": "officer-2"}, ["taken"]),
        ({"seller": "s-1", "state": "filed", "officer": "officer-2"}, ["taken"]),
        ({"due_before": "2026-03-06T00:00:00+08:00"}, []),
        ({"due_before": "2026-03-06T00:00:01+08:00"}, ["filed"]),
    ],
)
def test_a_question_finds_what_it_asks_for(
    service: CasesService, filed: dict[str, str], params: dict[str, str], found: list[str]
) -> None:
    assert asked(service, filed, **params) == found


def test_pages_follow_each_other_without_a_gap(service: CasesService, filed: dict[str, str]) -> None:
    """The Link header keeps the question and leads on until nothing is left."""
    token = {"Authorization": f"Bearer {service.officer.token}"}
    path, seen = "/cases?limit=2&due_before=2027-01-01T00:00:00Z", []
    for _ in range(5):
        answer = service.http.get(path, headers=token)
        seen += [item["case_id"] for item in answer.json()["cases"]]
        link = answer.headers.get("link")
        if link is None:
            break
        assert link.endswith('>; rel="next"')
        path = link[1 : link.index(">")]
        assert dict(parse_qsl(urlsplit(path).query))["limit"] == "2"
    assert seen == [filed[name] for name in ("filed", "notified", "answered", "taken")]


def test_time_alone_moves_a_case_under_review_and_breaches_its_deadlines(tmp_path_factory: Any) -> None:
    with cases_service(tmp_path_factory.mktemp("time")) as service:
        case = service.notified()
        assert service.officer.get("/cases", state="under_review")["cases"] == []
        service.clock.move(days=4)
        (item,) = service.officer.get("/cases", state="under_review")["cases"]
        assert (item["case_id"], item["state"], item["breached"]) == (case, "under_review", ["first_handling"])
        assert service.officer.get("/cases", state="evidence_open")["cases"] == []
