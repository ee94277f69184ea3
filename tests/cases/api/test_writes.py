"""Every write after the main path: repeated it gets the same answer, and it rests on the version its author saw."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.support.cases_service import STATEMENT, Caller, CasesService, review
from tests.support.receipts import bare

TRADE = {"id": "t-1"}
WHY = {"reason": "理由"}


@dataclass(frozen=True)
class Write:
    """A write: by whom, where, with what; after what was done to a case, whose id is returned."""

    by: str
    path: str
    body: Any
    given: Callable[[CasesService], str]
    decides: bool = False

    def caller(self, cases: CasesService) -> Caller:
        """Return who writes."""
        caller: Caller = getattr(cases, self.by)
        return caller


def filed(cases: CasesService) -> str:
    """Return a case that was filed."""
    return cases.file()


def late(cases: CasesService) -> str:
    """Return a case whose first piece came late."""
    case = cases.notified()
    cases.clock.move(days=4)
    cases.evidence(case)
    return case


def twice(cases: CasesService) -> str:
    """Return a case that came in twice."""
    cases.file(trade=TRADE)
    return cases.file(trade=TRADE)


def upheld(cases: CasesService) -> str:
    """Return a case that was upheld."""
    return cases.upheld()


def appealed(cases: CasesService) -> str:
    """Return a case under appeal."""
    return cases.appealed()


def returned(cases: CasesService) -> str:
    """Return a case whose appeal is back with the appellant."""
    case = cases.appealed()
    cases.reviewer.post(f"/cases/{case}/appeal/return", WHY)
    return case


def stayed(cases: CasesService) -> str:
    """Return a case under appeal with a stay."""
    case = cases.appealed()
    cases.reviewer.post(f"/cases/{case}/stay", WHY)
    return case


def revoking(cases: CasesService) -> str:
    """Return a case with a revocation proposed."""
    case = cases.upheld()
    cases.supervisor.decide(f"/cases/{case}/revocation", WHY)
    return case


EXTENSION = {"deadline": "resolution", "due": "2026-03-20T00:00:00+08:00", **WHY}
WRITES = [
    Write("officer", "evidence/{piece}/admission", {"admit": True, **WHY}, late),
    Write("supervisor", "deadline-extension", EXTENSION, filed),
    Write("officer", "merge", {"into": "{other}", **WHY}, twice),
    Write("officer", "refusal", {"code": "no_such_trade", **WHY}, filed),
    Write("seller", "appeal", {"statement": STATEMENT}, upheld),
    Write("reviewer", "appeal/return", WHY, appealed),
    Write("seller", "appeal/resumption", {"statement": STATEMENT}, returned),
    Write("reviewer", "appeal/decision", review("reject"), appealed, decides=True),
    Write("reviewer", "appeal/decision", review("reverse"), appealed, decides=True),
    Write("reviewer", "stay", WHY, appealed),
    Write("reviewer", "stay/lifting", WHY, stayed),
    Write("supervisor", "revocation", WHY, upheld, decides=True),
    Write("second_supervisor", "revocation/confirmation", {"answer": "confirm"}, revoking, decides=True),
    Write("second_supervisor", "revocation/confirmation", {"answer": "decline", **WHY}, revoking, decides=True),
    Write("supervisor", "revocation/withdrawal", None, revoking, decides=True),
]


def named(write: Write) -> str:
    """Return how a write is called in the test's name."""
    return f"{write.path} {write.given.__name__}"


EACH = pytest.mark.parametrize("write", WRITES, ids=named)

# The last ruling on a piece counts, so it may be ruled on again.
ONCE = pytest.mark.parametrize("write", [write for write in WRITES if "admission" not in write.path], ids=named)


def prepared(cases: CasesService, write: Write) -> tuple[str, str, Any]:
    """Return the case, the path and the body of a write, with what it is about filled in."""
    case = write.given(cases)
    shown = cases.officer.get(f"/cases/{case}")
    piece = next((one["id"] for one in shown["evidence"]), "")
    other = next((one["case_id"] for one in shown["duplicates"]), "")
    body = write.body
    if body is not None:
        body = {name: other if value == "{other}" else value for name, value in body.items()}
    return case, f"/cases/{case}/{write.path.format(piece=piece)}", body


def send(cases: CasesService, write: Write, path: str, body: Any, **headers: str) -> httpx.Response:
    """Return the raw answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content = {} if body is None else {"json": body}
    token = write.caller(cases).token
    return cases.http.post(path, headers={"Authorization": f"Bearer {token}", **named}, **content)


@EACH
def test_a_repeated_write_gets_the_first_answer_and_adds_nothing(cases: CasesService, write: Write) -> None:
    case, path, body = prepared(cases, write)
    seen = f'"{cases.officer.get(f"/cases/{case}")["version"]}"'
    first = send(cases, write, path, body, Idempotency_Key="k-1", If_Match=seen)
    before = cases.feed()
    cases.clock.move(hours=1)
    again = send(cases, write, path, body, Idempotency_Key="k-1", If_Match=seen)
    assert (first.status_code, first.headers["etag"]) == (200, again.headers["etag"])
    assert bare(first.json()) == bare(again.json())
    assert cases.feed() == before
    assert [event["id"] for event in first.json()["events"]] == [
        event["id"] for event in before[-len(first.json()["events"]) :]
    ]
    if body is not None:
        changed = {**body, **({"statement": "另一份"} if "statement" in body else {"reason": "另一个理由"})}
        reused = send(cases, write, path, changed, Idempotency_Key="k-1", If_Match=seen)
        assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


@EACH
def test_a_write_on_another_version_is_refused_and_a_decision_without_one(cases: CasesService, write: Write) -> None:
    case, path, body = prepared(cases, write)
    version, before = cases.officer.get(f"/cases/{case}")["version"], len(cases.feed())
    stale = send(cases, write, path, body, If_Match=f'"{version - 1}"')
    assert (stale.status_code, stale.json()["code"], stale.json()["version"]) == (412, "version_mismatch", version)
    if write.decides:
        missing = send(cases, write, path, body)
        assert (missing.status_code, missing.json()["code"]) == (428, "if_match_missing")
    assert len(cases.feed()) == before
    fits = {"If_Match": f'"{version}"'} if write.decides else {}
    assert send(cases, write, path, body, **fits).status_code == 200


@ONCE
def test_who_comes_second_learns_what_the_case_says_before_the_version(cases: CasesService, write: Write) -> None:
    """A domain refusal outranks 412 and 428: the same write once more, without a key, on the version from before."""
    case, path, body = prepared(cases, write)
    seen = {"If_Match": f'"{cases.officer.get(f"/cases/{case}")["version"]}"'}
    assert send(cases, write, path, body, **seen).status_code == 200
    for headers in (seen, {}):
        late = send(cases, write, path, body, **headers)
        assert (late.status_code, late.json()["code"] in ("version_mismatch", "if_match_missing")) == (409, False)
