"""What comes in broken goes out as 4xx, never as 500, and nothing of it is repeated or recorded."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.cases_service import CasesService, cases_service, complaint

SECRET = "号码13912345678"
CASE = "0198c5a2-5e60-7d3a-9c7e-3f1d2b4a6c8e"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CasesService]:
    with cases_service(tmp_path_factory.mktemp("input")) as running:
        yield running


def text(**changes: Any) -> str:
    """Return a complaint as JSON text."""
    return json.dumps(complaint(**changes), ensure_ascii=False)


BAD: dict[str, tuple[bytes, int]] = {
    "no JSON": (b"{", 400),
    "nothing": (b"", 422),
    "a list": (b"[]", 422),
    "NaN": (text().replace('"t-1"', "NaN").encode(), 400),
    "Infinity": (text().replace('"t-1"', "-Infinity").encode(), 400),
    "a duplicate key": (text()[:-1].encode() + b', "respondent": "s-2"}', 400),
    "a NUL": (text(narrative="a\0b").encode(), 400),
    "a lone surrogate": (text().replace('"t-1"', '"\\ud800"').encode(), 400),
    "not UTF-8": (text().encode("gb18030"), 400),
    "nested too deep": (b'{"a":' * 100 + b"1" + b"}" * 100, 400),
    "a number too large": (text().replace('"t-1"', "9" * 40).encode(), 400),
    "an unknown field": (text(phone=SECRET).encode(), 422),
    "an unknown field inside": (text(trade={"id": "t-1", "note": SECRET}).encode(), 422),
    "a number for a text": (text(narrative=5).encode(), 422),
    "a truth for a text": (text(respondent=True).encode(), 422),
    "an instant without offset": (text(incidents=[{"channel": "phone", "at": "2026-03-01T21:00:00"}]).encode(), 422),
    "a timestamp for an instant": (text(incidents=[{"channel": "phone", "at": 1772370000}]).encode(), 422),
    "a day that is none": (text(incidents=[{"channel": "phone", "at": "2026-02-30T21:00:00Z"}]).encode(), 422),
    "an id with blanks": (text(respondent=SECRET).encode(), 422),
    "an empty narrative": (text(narrative="").encode(), 422),
    "a narrative too long": (text(narrative="长" * 4001).encode(), 422),
    "too many incidents": (text(incidents=[{"channel": "phone", "at": "2026-03-01T21:00:00Z"}] * 1001).encode(), 422),
    "a body too large": (text(narrative="x" * 300_000).encode(), 413),
}


@pytest.mark.parametrize("what", BAD)
def test_a_broken_complaint_is_refused_without_an_echo(service: CasesService, what: str) -> None:
    content, status = BAD[what]
    headers = {"Authorization": f"Bearer {service.buyer.token}", "Content-Type": "application/json"}
    answer = service.http.post("/cases", content=content, headers=headers)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert "139" not in answer.text
    assert service.feed() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "application/json", "Idempotency-Key": "with blank"}, 422),
        ({"Content-Type": "application/json", "Idempotency-Key": "x" * 129}, 422),
    ],
)
def test_headers_that_do_not_fit_are_refused(service: CasesService, headers: dict[str, str], status: int) -> None:
    token = {"Authorization": f"Bearer {service.buyer.token}"}
    answer = service.http.post("/cases", content=text().encode(), headers={**headers, **token})
    assert answer.status_code == status
    assert service.feed() == []


@pytest.mark.parametrize(
    "path",
    [
        "/cases/no-such-id",
        "/cases/0198C5A2-5E60-7D3A-9C7E-3F1D2B4A6C8E",
        "/cases?state=lost",
        "/cases?limit=0",
        "/cases?limit=201",
        "/cases?limit=true",
        "/cases?due_before=yesterday",
        "/cases?due_before=1772370000",
        "/cases?sellr=s-1",
        "/cases?seller=s-1&seller=s-2",
        "/cases?cursor=%00",
        "/cases?breached=",
        "/cases?provisional=null",
        "/cases?due_within_hours=-1",
        "/cases?appeal=pending&appeal=pending",
        f"/cases/{CASE}?found_subject=love",
    ],
)
def test_a_question_that_means_nothing_is_refused(service: CasesService, path: str) -> None:
    assert service.officer.ask("GET", path, 422)["code"] in (
        "invalid_request",
        "unknown_parameter",
        "repeated_parameter",
        "nul_character",
    )


@pytest.mark.parametrize(
    "cursor", ["AAAA", "bnVsbA", "W10", "WzEsMl0", "WyJ4IiwieCJd", "WzFlOTksInMiXQ", "-", "W251bGwsInMiXQ"]
)
def test_a_cursor_that_is_not_ours_leads_nowhere(service: CasesService, cursor: str) -> None:
    assert service.officer.get("/cases", 404, cursor=cursor)["code"] == "page_not_found"


@pytest.mark.parametrize(
    "row",
    [
        [2**63, CASE],
        [2**200, CASE],
        [-1, CASE],
        [1.5, CASE],
        [True, CASE],
        [1, "\0"],
        [1, "s-1"],
        [1, CASE, 1],
    ],
)
def test_a_cursor_of_our_form_with_what_no_row_holds_leads_nowhere(service: CasesService, row: list[object]) -> None:
    cursor = urlsafe_b64encode(json.dumps(row).encode()).decode().rstrip("=")
    assert service.officer.get("/cases", 404, cursor=cursor)["code"] == "page_not_found"


@pytest.mark.parametrize("path", ["../../../etc/passwd", "..%2f..%2fvault.db", "%00", "a" * 300])
def test_a_path_trick_reaches_no_file(service: CasesService, path: str) -> None:
    case = service.file()
    token = {"Authorization": f"Bearer {service.officer.token}"}
    answer = service.http.get(f"/cases/{case}/evidence/{path}/content", headers=token)
    assert answer.status_code in (404, 422)
    service.buyer.post(f"/cases/{case}/withdrawal")
