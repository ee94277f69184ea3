"""Every endpoint × every role, in one table: who is let in, and that nobody else learns whether a case exists."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from shared.kit.identity import ROLES
from tests.support.cases_service import PDF, CasesService, cases_service, complaint, dismiss, review, uphold

BUYER, SELLER = "complainant", "seller"
OFFICERS, STAFF = ("officer",), ("officer", "supervisor", "admin")
REVIEWERS, SUPERVISORS = ("reviewer",), ("supervisor",)
INSIDERS = (*STAFF, *REVIEWERS)
READERS = ("service", "follower", "auditor", "admin")
ABSENT = "0198c5a2-5e60-7d3a-9c7e-3f1d2b4a6c8e"


@dataclass(frozen=True)
class Endpoint:
    """One route: which roles its scopes let in, and which of them are strangers to a case of others."""

    method: str
    path: str
    allowed: tuple[str, ...]
    strangers: tuple[str, ...] = ()
    body: Any = None


EXTENSION = {"deadline": "resolution", "due": "2026-03-20T00:00:00+08:00", "reason": "x"}
NUMBER = {"kind": "chat_evidence_number", "number": "JZ-1"}
EVIDENCE = "/cases/{case}/evidence"
ENDPOINTS = [
    Endpoint("POST", "/cases", (BUYER, "intake"), body=complaint(complainant="b-1")),
    Endpoint("GET", "/cases", INSIDERS),
    Endpoint("GET", "/cases/{case}", (*INSIDERS, BUYER, SELLER, "intake"), (BUYER, SELLER, "intake")),
    Endpoint("GET", "/cases/{case}/history", (*INSIDERS, BUYER, SELLER, "intake"), (BUYER, SELLER, "intake")),
    Endpoint("POST", "/cases/{case}/notification", STAFF, body={}),
    Endpoint("POST", "/cases/{case}/withdrawal", (BUYER, "intake"), (BUYER,)),
    Endpoint("POST", "/cases/{case}/defence", (SELLER,), (SELLER,), {"claim": "other", "statement": "x"}),
    Endpoint("POST", "/cases/{case}/window-waiver", (SELLER,), (SELLER,)),
    Endpoint("POST", EVIDENCE, (BUYER, SELLER, "intake"), (BUYER, SELLER), NUMBER),
    Endpoint("PUT", EVIDENCE + "/{piece}/content", (BUYER, SELLER, "intake"), (BUYER, SELLER)),
    Endpoint("GET", EVIDENCE + "/{piece}/content", (*INSIDERS, BUYER, SELLER, "intake"), (BUYER, SELLER, "intake")),
    Endpoint("POST", EVIDENCE + "/{piece}/assessment", STAFF, body={"verdict": "rejected"}),
    Endpoint("POST", "/cases/{case}/handling", STAFF),
    Endpoint("POST", "/cases/{case}/recusal", STAFF, body={"reason": "x"}),
    Endpoint("POST", "/cases/{case}/decision", OFFICERS, body=dismiss("evidence_insufficient")),
    Endpoint("POST", "/cases/{case}/confirmation", OFFICERS, body={"answer": "confirm"}),
    Endpoint("POST", "/cases/{case}/proposal/withdrawal", OFFICERS),
    Endpoint("POST", "/cases/{case}/decision/notification", STAFF, body={}),
    Endpoint("POST", "/cases/{case}/erasure", ("supervisor", "admin")),
    Endpoint("POST", EVIDENCE + "/{piece}/admission", STAFF, body={"admit": True, "reason": "x"}),
    Endpoint("POST", "/cases/{case}/deadline-extension", SUPERVISORS, body=EXTENSION),
    Endpoint("POST", "/cases/{case}/merge", STAFF, body={"into": ABSENT, "reason": "x"}),
    Endpoint("POST", "/cases/{case}/refusal", STAFF, body={"code": "not_a_party", "reason": "x"}),
    Endpoint("POST", "/cases/{case}/appeal", (BUYER, SELLER, "intake"), (BUYER, SELLER), {"statement": "x"}),
    Endpoint("POST", "/cases/{case}/appeal/resumption", (BUYER, SELLER, "intake"), (BUYER, SELLER), {"statement": "x"}),
    Endpoint("POST", "/cases/{case}/appeal/return", REVIEWERS, body={"reason": "x"}),
    Endpoint("POST", "/cases/{case}/appeal/decision", REVIEWERS, body=review("reject")),
    Endpoint("POST", "/cases/{case}/stay", REVIEWERS, body={"reason": "x"}),
    Endpoint("POST", "/cases/{case}/stay/lifting", REVIEWERS, body={"reason": "x"}),
    Endpoint("POST", "/cases/{case}/revocation", SUPERVISORS, body={"reason": "x"}),
    Endpoint("POST", "/cases/{case}/revocation/confirmation", SUPERVISORS, body={"answer": "confirm"}),
    Endpoint("POST", "/cases/{case}/revocation/withdrawal", SUPERVISORS),
    Endpoint("POST", "/recalls", SUPERVISORS, body={"mode": "propose", "criteria": {"officer": "x"}, "reason": "x"}),
    Endpoint("GET", "/recalls", SUPERVISORS),
    Endpoint("GET", "/recalls/{recall}", SUPERVISORS),
    Endpoint("GET", "/recalls/{recall}/decisions", SUPERVISORS),
    Endpoint("POST", "/recalls/{recall}/confirmation", SUPERVISORS, body={"answer": "confirm"}),
    Endpoint("POST", "/recalls/{recall}/withdrawal", SUPERVISORS),
    Endpoint("GET", "/statistics/overturns", INSIDERS),
    Endpoint("GET", "/feed", READERS),
    Endpoint("GET", "/log/proof/inclusion", READERS),
    Endpoint("GET", "/log/proof/consistency", READERS),
    Endpoint("GET", "/log/receipt", READERS),
    Endpoint("GET", "/log/keys", READERS),
    Endpoint("GET", "/log/tile/entries/{index}", ("auditor",)),
    Endpoint("GET", "/metrics", ("monitor", "admin")),
    Endpoint("GET", "/openapi.json", tuple(ROLES)),
]
OPEN = ["/health/live", "/health/ready", "/log/checkpoint", "/log/tile/{level}/{index}"]
TILE = {"level": "0", "index": "000.p/1"}
NAMED = [f"{endpoint.method} {endpoint.path}" for endpoint in ENDPOINTS]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CasesService]:
    with cases_service(tmp_path_factory.mktemp("access")) as running:
        yield running


@pytest.fixture(scope="module")
def strange(service: CasesService) -> dict[str, str]:
    """A case, and a piece of its evidence, of people whom no caller of the table is."""
    intake = service.caller("intake", "intake-1")
    case = service.file(intake, complainant="b-9", respondent="s-9")
    return {"case": case, "piece": service.evidence(case, by=intake), "recall": ABSENT}


def ask(service: CasesService, endpoint: Endpoint, role: str, where: dict[str, str]) -> tuple[int, str]:
    """Return status and problem code ("" for a success) of a role's request."""
    bound = {"seller": "s-1"} if role == SELLER else {"complainant": "b-1"} if role == BUYER else {}
    token = service.caller(role, f"{role}-1", **bound).token
    how: dict[str, Any] = {} if endpoint.body is None else {"json": endpoint.body}
    if endpoint.method == "PUT":
        how = {"content": PDF}
    path = endpoint.path.format(**where, **TILE)
    answer = service.http.request(endpoint.method, path, headers={"Authorization": f"Bearer {token}"}, **how)
    assert answer.status_code < 500, answer.text
    is_problem = answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"] if is_problem else ""


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMED)
def test_a_role_is_let_in_where_its_scopes_say_so(
    service: CasesService, strange: dict[str, str], endpoint: Endpoint, role: str
) -> None:
    status, code = ask(service, endpoint, role, strange)
    if role in endpoint.allowed:
        assert code != "scope_missing"  # what the case itself says of this officer by now is another matter
        assert status != 401
    else:
        assert (status, code) == (403, "scope_missing")


@pytest.mark.parametrize(
    ("endpoint", "role"),
    [
        pytest.param(endpoint, role, id=f"{endpoint.method} {endpoint.path} {role}")
        for endpoint in ENDPOINTS
        for role in endpoint.strangers
    ],
)
def test_a_stranger_cannot_tell_a_case_of_others_from_none(
    service: CasesService, strange: dict[str, str], endpoint: Endpoint, role: str
) -> None:
    """The answers are the same to the byte."""
    there = ask(service, endpoint, role, strange)
    assert there == ask(service, endpoint, role, {"case": ABSENT, "piece": ABSENT})
    assert there[0] == 404


@pytest.mark.parametrize("endpoint", [one for one in ENDPOINTS if "{case}" in one.path], ids=lambda one: one.path)
def test_nobody_finds_a_case_that_does_not_exist(service: CasesService, endpoint: Endpoint) -> None:
    for role in endpoint.allowed:
        status, code = ask(service, endpoint, role, {"case": ABSENT, "piece": ABSENT})
        assert (status, code) in ((404, "case_not_found"), (404, "evidence_not_found"))


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=NAMED)
@pytest.mark.parametrize("header", [{}, {"Authorization": "Bearer x.y.z"}, {"Authorization": "Basic eDp5"}])
def test_nobody_comes_in_without_a_token(
    service: CasesService, strange: dict[str, str], endpoint: Endpoint, header: dict[str, str]
) -> None:
    """Before the body is looked at: what a stranger sends is not even parsed."""
    answer = service.http.request(
        endpoint.method, endpoint.path.format(**strange, **TILE), headers=header, content=b"\0 no json"
    )
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("path", OPEN)
def test_health_and_what_tells_nothing_are_open(service: CasesService, strange: dict[str, str], path: str) -> None:
    assert service.http.get(path.format(**TILE)).status_code == 200


def test_the_table_names_every_route(service: CasesService) -> None:
    """A route that is missing here has not been thought about."""
    document = service.officer.get("/openapi.json")
    served = {f"{method.upper()} {path}" for path, methods in document["paths"].items() for method in methods}
    renamed = {"{case}": "{case_id}", "{piece}": "{evidence_id}", "{recall}": "{recall_id}"}
    tabled = {re.sub("{case}|{piece}|{recall}", lambda found: renamed[found[0]], name) for name in NAMED}
    assert served == (tabled - {"GET /openapi.json"}) | {f"GET {path}" for path in OPEN}


def test_a_supervisor_handles_but_does_not_decide(service: CasesService) -> None:
    supervisor = service.caller("supervisor", "chief-1")
    case = service.heard()
    supervisor.post(f"/cases/{case}/handling")
    assert supervisor.post(f"/cases/{case}/decision", uphold(), 403)["code"] == "scope_missing"
    assert [event["actorrole"] for event in service.feed()[-1:]] == ["supervisor"]


def test_a_reviewer_reads_everything_and_handles_nothing(service: CasesService) -> None:
    case = service.heard()
    piece = service.officer.get(f"/cases/{case}")["evidence"][0]["id"]
    assert service.reviewer.get(f"/cases/{case}") == service.officer.get(f"/cases/{case}")
    assert service.reviewer.get(f"/cases/{case}/history") == service.officer.get(f"/cases/{case}/history")
    assert service.reviewer.get(f"/cases/{case}/evidence/{piece}/content") == PDF
    assert case in [item["case_id"] for item in service.reviewer.get("/cases", seller="s-1")["cases"]]
    assert service.reviewer.post(f"/cases/{case}/handling", None, 403)["code"] == "scope_missing"


@pytest.mark.parametrize("officer", ["s-1", "b-1"])
def test_nobody_judges_their_own_case(service: CasesService, officer: str) -> None:
    case = service.heard()
    judge = service.caller("officer", officer)
    assert judge.decide(f"/cases/{case}/decision", uphold(), 403)["code"] == "officer_is_party"


def test_a_seller_without_an_account_is_nobody(service: CasesService, strange: dict[str, str]) -> None:
    """A token of the buyers' scope that names another buyer, and one of the sellers' that names another seller."""
    other_buyer = service.caller("complainant", "x", complainant="b-2")
    other_seller = service.caller("seller", "x", seller="s-2")
    case = service.file()
    for stranger in (other_buyer, other_seller):
        assert stranger.get(f"/cases/{case}", 404)["code"] == "case_not_found"
    assert other_buyer.post(f"/cases/{case}/withdrawal", None, 404)["code"] == "case_not_found"
    assert other_seller.post(f"/cases/{case}/window-waiver", None, 404)["code"] == "case_not_found"
