"""The frame: every refusal is a problem of its own, in the right order, and repeats nothing of the input."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from shared.kit.body import MAX_BODY_BYTES
from shared.kit.http import create_app
from shared.kit.route import router
from tests.support.sample import failing_routes, sample_routes
from tests.support.tokens import Issuer, local_issuer

SECRET = "13800138000"
ORDER: dict[str, Any] = {"id": "order-1", "placed_at": "2026-01-31T09:00:00+08:00", "title": "one"}


@pytest.fixture(scope="module")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Issuer:
    return local_issuer(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="module")
def client(issuer: Issuer) -> Iterator[TestClient]:
    app = create_app(
        title="sample",
        version="1",
        verifier=issuer.verifier(),
        routers=[sample_routes(), failing_routes()],
        checks={"log": lambda: (True, {"lag": 0})},
    )
    with TestClient(app, raise_server_exceptions=False) as one:
        yield one


@pytest.fixture(scope="module")
def buyer(issuer: Issuer) -> dict[str, str]:
    return issuer.headers("complainant", "b-1", complainant="b-1")


def post(client: TestClient, headers: dict[str, str], body: bytes, content_type: str = "application/json") -> Any:
    return client.post("/orders", content=body, headers={**headers, "Content-Type": content_type})


def test_a_good_request_is_answered_with_a_request_id(client: TestClient, buyer: dict[str, str]) -> None:
    answer = client.post("/orders", json=ORDER, headers=buyer)
    assert answer.status_code == 201
    assert answer.json() == {"id": "order-1", "placed_at": "2026-01-31T01:00:00Z", "lines": 0, "by": "b-1"}
    assert len(answer.headers["X-Request-Id"]) == 36


def test_a_domain_refusal_keeps_its_code_and_facts(client: TestClient, buyer: dict[str, str]) -> None:
    answer = client.post("/orders", json={**ORDER, "id": "taken"}, headers=buyer)
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "https://demerit.example/problems/already-taken",
        "title": "already taken",
        "status": 409,
        "code": "already_taken",
        "detail": "The id is one that nobody took.",
        "winner": "order-1",
    }


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b'{"id": NaN}', 400, "number_not_finite"),
        (b'{"id": "a", "id": "b"}', 400, "duplicate_member"),
        (b'{"id": "\\u0000"}', 400, "nul_character"),
        (b'{"id": "\\ud800"}', 400, "lone_surrogate"),
        (b'{"id": "\xff"}', 400, "body_not_utf8"),
        (b"[" * 100_000, 400, "json_too_deep"),
        (b"{", 400, "invalid_json"),
        (b" " * (MAX_BODY_BYTES + 1), 413, "body_too_large"),
        (b"", 422, "invalid_request"),
        (b"[]", 422, "invalid_request"),
        (b"null", 422, "invalid_request"),
        (b"{}", 422, "invalid_request"),
    ],
)
def test_a_bad_body_has_a_code_of_its_own(
    client: TestClient, buyer: dict[str, str], body: bytes, status: int, code: str
) -> None:
    answer = post(client, buyer, body)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_oversized_body_is_refused_while_it_comes_in_without_a_declared_length(
    client: TestClient, buyer: dict[str, str]
) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 1024 + 1):
            yield b" " * 1024

    answer = client.post("/orders", content=endless(), headers={**buyer, "Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["limit_bytes"]) == (413, MAX_BODY_BYTES)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/merge-patch+json"},
        {"Content-Type": "application/json; charset=utf-16"},
        {"Content-Type": "application/json; charset*=x'y'z"},
        {"Content-Type": "nonsense"},
        {"Content-Type": "application/json", "Content-Encoding": "gzip"},
    ],
)
def test_another_media_type_is_415(client: TestClient, buyer: dict[str, str], headers: dict[str, str]) -> None:
    answer = client.post("/orders", content=json.dumps(ORDER).encode(), headers={**buyer, **headers})
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


def test_a_charset_of_utf_8_is_no_other_media_type(client: TestClient, buyer: dict[str, str]) -> None:
    answer = post(client, buyer, json.dumps(ORDER).encode(), 'Application/JSON; charset="UTF-8"')
    assert answer.status_code == 201


@pytest.mark.parametrize(
    ("changed", "path"),
    [
        ({"id": SECRET + " "}, "body.id"),
        ({"placed_at": 1_380_013_800_0}, "body.placed_at"),
        ({SECRET: 1}, "body"),
        ({"lines": [{"article": "a", "amount": True}]}, "body.lines[0].amount"),
        ({"lines": [{"article": "a", "amount": "13800138000"}]}, "body.lines[0].amount"),
        ({"lines": [{"article": "a", "amount": 1, "gift": 1}]}, "body.lines[0].gift"),
        ({"lines": {SECRET: 1}}, "body.lines"),
        ({"title": ""}, "body.title"),
    ],
)
def test_a_field_that_is_wrong_is_named_but_not_repeated(
    client: TestClient, buyer: dict[str, str], changed: dict[str, Any], path: str
) -> None:
    answer = client.post("/orders", json={**ORDER, **changed}, headers=buyer)
    assert answer.status_code == 422
    assert [error["path"] for error in answer.json()["errors"]] == [path]
    assert SECRET not in answer.text


def test_who_asks_is_settled_before_the_body_is_looked_at(client: TestClient, issuer: Issuer) -> None:
    assert post(client, {}, b"{").json()["code"] == "token_missing"
    assert post(client, issuer.headers("officer"), b"{").json()["code"] == "scope_missing"
    assert client.get("/orders/a?nonsense=1").json()["code"] == "token_missing"


def test_a_missing_scope_is_403_and_names_the_scopes(client: TestClient, issuer: Issuer) -> None:
    answer = client.post("/orders", json=ORDER, headers=issuer.headers("officer"))
    assert (answer.status_code, answer.json()["scopes"]) == (403, ["complaints:file", "import"])
    assert 'scope="complaints:file import"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Basic b2s6b2s=", "Bearer \xe9", "bearer"],
)
def test_no_bearer_token_is_401_with_a_challenge(client: TestClient, authorization: str | None) -> None:
    headers = {} if authorization is None else {"Authorization": authorization.encode("latin-1")}
    answer = client.get("/orders/a", headers=headers)  # type: ignore[arg-type]  # bytes, to send what is not ASCII
    assert (answer.status_code, answer.json()["code"]) == (401, "token_missing")
    assert answer.headers["WWW-Authenticate"] == 'Bearer realm="demerit"'


def test_two_tokens_are_no_token(client: TestClient, issuer: Issuer) -> None:
    one = ("Authorization", issuer.headers("officer")["Authorization"])
    assert client.get("/orders/a", headers=[one]).status_code == 200
    assert client.get("/orders/a", headers=[one, one]).status_code == 401


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("as_0f=1", "unknown_parameter"),
        ("page=1&page=2", "repeated_parameter"),
        ("tag=a%00", "nul_character"),
        ("page=1%00", "nul_character"),
        ("page=101", "invalid_request"),
        ("page=1_0", "invalid_request"),
        ("as_of=2026-01-31T09:00:00", "invalid_request"),
        ("as_of=2026-01-31T09:00:00+08:00", "invalid_request"),
        ("as_of=1700000000", "invalid_request"),
        ("tag=%ff", "invalid_request"),
        ("tag=%ed%a0%80", "invalid_request"),
        ("tag=a&tag=b&tag=c&tag=d", "invalid_request"),
    ],
)
def test_a_query_is_understood_whole_or_refused(
    client: TestClient, buyer: dict[str, str], query: str, code: str
) -> None:
    answer = client.get(f"/orders/a?{query}", headers=buyer)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize(
    "value", ["1_0", "+1", " 1", "1 ", "1.0", "1e1", "0x1", "١", "01", "1\n", "9" * 17, "true", "", "-1"]
)
@pytest.mark.parametrize("name", ["page", "size"])
def test_a_number_in_a_query_is_written_with_digits_only(
    client: TestClient, buyer: dict[str, str], name: str, value: str
) -> None:
    answer = client.get("/orders/a", params={name: value}, headers=buyer)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_request")
    assert [error["path"] for error in answer.json()["errors"]] == [f"query.{name}"]


def test_a_good_query_is_understood(client: TestClient, buyer: dict[str, str]) -> None:
    answer = client.get("/orders/a?as_of=2026-01-31T09:00:00%2B08:00&page=3&tag=x&tag=y", headers=buyer)
    assert answer.json() == {
        "order": "a",
        "page": 3,
        "tags": 2,
        "by": "b-1",
        "dated": "2026-01-31 01:00:00+00:00, None",
    }


@pytest.mark.parametrize("path", ["%00", "a%00b", "%ff", "%ed%a0%80", "..%2f", "a%0a", "a b", "*", "a" * 65, "é"])
def test_odd_characters_in_a_path_are_refused(client: TestClient, buyer: dict[str, str], path: str) -> None:
    assert client.get(f"/orders/{path}", headers=buyer).status_code in (404, 422)


@pytest.mark.parametrize("path", ["/nothing", "/orders/", "/docs", "/redoc", "/"])
def test_an_unknown_path_is_a_problem(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [("PUT", "/orders", "POST"), ("TRACE", "/orders/a", "GET, PUT"), ("POST", "/health/live", "GET")],
)
def test_another_method_is_405_with_every_method_there_is(
    client: TestClient, method: str, path: str, allowed: str
) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, answer.headers["Allow"]) == (405, allowed)
    assert answer.json()["code"] == "method_not_allowed"


def test_an_unexpected_error_tells_its_request_id_and_nothing_else(client: TestClient) -> None:
    answer = client.get("/fail")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert answer.json()["request_id"] == answer.headers["X-Request-Id"]
    assert SECRET not in answer.text


def test_metrics_are_for_the_monitor_and_name_routes_by_template(client: TestClient, issuer: Issuer) -> None:
    client.get("/orders/visible-1", headers=issuer.headers("officer"))
    client.request("BREW", "/teapot")
    assert client.get("/metrics", headers=issuer.headers("officer")).status_code == 403
    shown = client.get("/metrics", headers=issuer.headers("monitor")).text
    assert 'http_requests_total{method="GET",route="/orders/{order}",status="200"}' in shown
    assert 'http_requests_total{method="OTHER",route="unmatched",status="404"}' in shown
    assert "visible-1" not in shown


def test_the_document_is_for_verified_callers(client: TestClient, issuer: Issuer) -> None:
    assert client.get("/openapi.json").status_code == 401
    assert client.get("/openapi.json", headers=issuer.headers("seller", seller="s-1")).json()["openapi"] == "3.1.0"


def test_the_document_names_scopes_problems_and_headers(client: TestClient, issuer: Issuer) -> None:
    document = client.get("/openapi.json", headers=issuer.headers("officer")).json()
    place = document["paths"]["/orders"]["post"]
    assert place["security"] == [{"bearer": ["complaints:file"]}, {"bearer": ["import"]}]
    assert set(place["responses"]) == {"201", "400", "401", "403", "409", "413", "415", "422", "500", "503"}
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    show = document["paths"]["/orders/{order}"]["get"]
    assert set(show["responses"]) == {"200", "401", "403", "422", "500", "503"}
    assert set(document["paths"]["/health/live"]["get"]["responses"]) == {"200", "422", "500"}
    for path in document["paths"].values():
        for operation in path.values():
            assert all("X-Request-Id" in response["headers"] for response in operation["responses"].values())
    assert "HTTPValidationError" not in json.dumps(document)


def test_a_router_that_would_let_lax_bodies_in_is_not_served(tmp_path: Path) -> None:
    lax = APIRouter()
    lax.add_api_route("/lax", lambda: None)
    outer = router()
    outer.include_router(lax)
    with pytest.raises(ValueError, match="/lax"):
        create_app(title="lax", version="1", verifier=local_issuer(tmp_path).verifier(), routers=[outer], checks={})
