"""Every endpoint of the ledger × every role: who is let in."""

import json
from collections.abc import Iterator
from typing import Final

import pytest

from services.ledger.__main__ import document
from shared.kit.identity import ROLES
from tests.support.decisions import Decisions
from tests.support.drafts import HALVED, draft
from tests.support.ledger_service import LedgerService, ledger_service

READERS: Final = {"officer", "reviewer", "supervisor", "service", "auditor", "analyst", "admin"}
ACCOUNT: Final = READERS | {"seller"}
FOLLOWERS: Final = {"service", "follower", "auditor", "admin"}
ALLOWED: Final = {
    ("get", "/sellers/{seller}/standing"): ACCOUNT,
    ("get", "/sellers/{seller}/entries"): ACCOUNT,
    ("get", "/sellers/{seller}/timeline"): ACCOUNT,
    ("get", "/sellers/{seller}/differences"): ACCOUNT,
    ("get", "/sellers/{seller}/forecast"): ACCOUNT,
    ("post", "/standings:query"): READERS,
    ("post", "/reversals:preview"): READERS,
    ("post", "/simulations"): {"analyst"},
    ("get", "/simulations"): {"analyst"},
    ("get", "/simulations/{simulation}"): {"analyst"},
    ("get", "/simulations/{simulation}/changes"): {"analyst"},
    ("delete", "/simulations/{simulation}"): {"analyst"},
    ("get", "/quarantine"): {"admin"},
    ("post", "/read-model/rebuild"): {"admin"},
    ("get", "/read-model/rebuild"): {"admin"},
    ("post", "/sellers/{seller}/release"): {"admin"},
    ("get", "/feed"): FOLLOWERS,
    ("get", "/log/proof/inclusion"): FOLLOWERS,
    ("get", "/log/proof/consistency"): FOLLOWERS,
    ("get", "/log/receipt"): FOLLOWERS,
    ("get", "/log/keys"): FOLLOWERS,
    ("get", "/log/tile/entries/{index}"): {"auditor"},
    ("get", "/audit/bundles/{seller}"): {"auditor"},
    ("get", "/metrics"): {"monitor", "admin"},
}
OPEN: Final = {
    ("get", "/health/live"),
    ("get", "/health/ready"),
    ("get", "/log/checkpoint"),
    ("get", "/log/tile/{level}/{index}"),
}
QUERIES: Final = {
    "/log/proof/inclusion": {"position": 1},
    "/log/proof/consistency": {"from": 1},
    "/log/receipt": {"position": 1},
}
OWN: Final = "s-1"
DRAFT: Final = draft(HALVED)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LedgerService]:
    """One ledger for all: nothing here depends on what was decided before."""
    cases = Decisions()
    cases.ordinary("s-9")
    with ledger_service(tmp_path_factory.mktemp("ledger"), cases) as running:
        running.standing("s-9")
        yield running


def ask(service: LedgerService, method: str, path: str, headers: dict[str, str], seller: str = OWN) -> int:
    """Return the status with which a well-formed request is answered."""
    bodies = {
        "/standings:query": {"sellers": [seller]},
        "/reversals:preview": {"reversals": [{"seller": seller, "entries": ["e-1"]}]},
        "/simulations": {"rulebook": DRAFT, "from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"},
    }
    asked = path.format(seller=seller, simulation="nobody", level="0", index="000.p/1")
    query, body = QUERIES.get(path), bodies.get(path) if method == "post" else None
    answer = service.http.request(method, asked, params=query, headers=headers, json=body)
    return answer.status_code


def test_the_table_names_every_endpoint() -> None:
    """A new one has to say who may use it."""
    paths = json.loads(document())["paths"]
    assert {(method, path) for path, methods in paths.items() for method in methods} == set(ALLOWED) | OPEN


@pytest.mark.parametrize("role", [*sorted(ROLES), None])
def test_each_role_is_let_in_where_the_table_says(service: LedgerService, role: str | None) -> None:
    """No token is 401, a token without the scope 403, everybody else is answered."""
    seller, complainant = (OWN if role == "seller" else None), ("b-1" if role == "complainant" else None)
    headers = {} if role is None else service.headers(role, seller=seller, complainant=complainant)
    for (method, path), roles in ALLOWED.items():
        status = ask(service, method, path, headers)
        if role is None:
            assert status == 401, path
        elif role in roles:
            assert status in (200, 202, 404, 409), path
        else:
            assert status == 403, path
    for method, path in OPEN:
        assert ask(service, method, path, headers) in (200, 503)


def test_a_seller_sees_only_itself(service: LedgerService) -> None:
    """Known or not, another account is as forbidden."""
    service.cases.ordinary("s-2")
    service.standing("s-2")
    headers = service.headers("seller", seller=OWN)
    for method, path in ALLOWED:
        if "seller" in ALLOWED[method, path]:
            assert ask(service, method, path, headers) == 200
            assert [ask(service, method, path, headers, other) for other in ("s-2", "nobody")] == [403, 403]
    problem = service.http.get("/sellers/s-2/standing", headers=headers).json()
    assert problem["code"] == "not_your_account"
