"""Every example that the document shows of a request body is taken by the running service, on a case it fits."""

import json
from collections.abc import Callable, Iterator
from typing import Any, Final, TypeAlias

import pytest

from services.cases.__main__ import document
from tests.support.cases_service import STATEMENT, Caller, CasesService, uphold

Place: TypeAlias = tuple[Caller, str, dict[str, Any]]
"""Who sends the example, where to, and what of it names something that only a real case can (an id, a time)."""


def late(cases: CasesService) -> str:
    """Return the path of a piece that came in after the window."""
    case = cases.notified()
    cases.clock.move(days=10)
    return f"/cases/{case}/evidence/{cases.evidence(case)}"


def proposed(cases: CasesService) -> str:
    """Return a case in which a severe violation is proposed."""
    case = cases.heard("offensive_mail", "number_attributable")
    cases.officer.decide(f"/cases/{case}/decision", uphold(outcome="propose_severe", grade="grave"))
    return case


def returned(cases: CasesService) -> str:
    """Return a case whose appeal was returned to be supplemented."""
    case = cases.appealed()
    cases.reviewer.post(f"/cases/{case}/appeal/return", {"reason": STATEMENT})
    return case


def revoking(cases: CasesService) -> str:
    """Return a case of which a supervisor has proposed to revoke the decision."""
    case = cases.upheld()
    cases.supervisor.decide(f"/cases/{case}/revocation", {"reason": STATEMENT})
    return case


def stayed(cases: CasesService) -> str:
    """Return a case under appeal whose sanction is stayed."""
    case = cases.appealed()
    cases.reviewer.post(f"/cases/{case}/stay", {"reason": STATEMENT})
    return case


def severe_appealed(cases: CasesService) -> str:
    """Return a case upheld as severe, under appeal."""
    case = cases.upheld_severe()
    cases.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT})
    return case


def recalled(cases: CasesService) -> str:
    """Return a recall that waits for a second supervisor."""
    cases.upheld()
    proposal = {"mode": "propose", "criteria": {"rulebook": "TB-2012"}, "reason": STATEMENT}
    return str(cases.supervisor.post("/recalls", proposal, 201)["recall_id"])


def deciding(cases: CasesService, example: dict[str, Any]) -> Place:
    """A case for the outcome: what shows an aggravating factor, or an insult."""
    shows = {
        "propose_severe": ("offensive_mail", "number_attributable"),
        "propose_override": ("insult", "number_attributable"),
        "dismiss": ("number_not_attributable",),
    }
    case = cases.heard(*shows.get(example["outcome"], ()))
    return cases.officer, f"/cases/{case}/decision", {}


def detected(cases: CasesService, example: dict[str, Any]) -> Place:
    """A decision on a complaint that the detector of the example brought."""
    cases.upheld(by=cases.caller("intake", "intake-1"), complainant="b-1", detector=example["criteria"]["detector"])
    return cases.supervisor, "/recalls", {}


PLACES: Final[dict[str, Callable[[CasesService, dict[str, Any]], Place]]] = {
    "/cases": lambda cases, _: (cases.caller("intake", "intake-1"), "/cases", {}),
    "/cases/{case_id}/notification": lambda cases, _: (
        cases.officer,
        f"/cases/{cases.file()}/notification",
        {"received_at": cases.clock().isoformat()},
    ),
    "/cases/{case_id}/defence": lambda cases, _: (cases.seller, f"/cases/{cases.notified()}/defence", {}),
    "/cases/{case_id}/evidence": lambda cases, _: (cases.buyer, f"/cases/{cases.notified()}/evidence", {}),
    "/cases/{case_id}/evidence/{evidence_id}/assessment": lambda cases, _: (
        cases.officer,
        f"/cases/{(case := cases.notified())}/evidence/{cases.evidence(case)}/assessment",
        {},
    ),
    "/cases/{case_id}/evidence/{evidence_id}/admission": lambda cases, _: (
        cases.officer,
        f"{late(cases)}/admission",
        {},
    ),
    "/cases/{case_id}/recusal": lambda cases, _: (cases.officer, f"/cases/{cases.notified()}/recusal", {}),
    "/cases/{case_id}/deadline-extension": lambda cases, _: (
        cases.supervisor,
        f"/cases/{cases.notified()}/deadline-extension",
        {},
    ),
    "/cases/{case_id}/merge": lambda cases, _: (
        cases.officer,
        f"/cases/{cases.file(trade={'id': 't-twice'})}/merge",
        {"into": cases.file(trade={"id": "t-twice"})},
    ),
    "/cases/{case_id}/refusal": lambda cases, _: (cases.officer, f"/cases/{cases.file()}/refusal", {}),
    "/cases/{case_id}/decision": deciding,
    "/cases/{case_id}/confirmation": lambda cases, _: (cases.second, f"/cases/{proposed(cases)}/confirmation", {}),
    "/cases/{case_id}/decision/notification": lambda cases, _: (
        cases.officer,
        f"/cases/{cases.upheld()}/decision/notification",
        {"notified_at": cases.clock().isoformat()},
    ),
    "/cases/{case_id}/appeal": lambda cases, _: (cases.seller, f"/cases/{cases.upheld()}/appeal", {}),
    "/cases/{case_id}/appeal/return": lambda cases, _: (
        cases.reviewer,
        f"/cases/{cases.appealed()}/appeal/return",
        {},
    ),
    "/cases/{case_id}/appeal/resumption": lambda cases, _: (
        cases.seller,
        f"/cases/{returned(cases)}/appeal/resumption",
        {},
    ),
    "/cases/{case_id}/appeal/decision": lambda cases, _: (
        cases.reviewer,
        f"/cases/{severe_appealed(cases)}/appeal/decision",
        {},
    ),
    "/cases/{case_id}/stay": lambda cases, _: (cases.reviewer, f"/cases/{cases.appealed()}/stay", {}),
    "/cases/{case_id}/stay/lifting": lambda cases, _: (cases.reviewer, f"/cases/{stayed(cases)}/stay/lifting", {}),
    "/cases/{case_id}/revocation": lambda cases, _: (cases.supervisor, f"/cases/{cases.upheld()}/revocation", {}),
    "/cases/{case_id}/revocation/confirmation": lambda cases, _: (
        cases.second_supervisor,
        f"/cases/{revoking(cases)}/revocation/confirmation",
        {},
    ),
    "/recalls": detected,
    "/recalls/{recall_id}/confirmation": lambda cases, _: (
        cases.second_supervisor,
        f"/recalls/{recalled(cases)}/confirmation",
        {},
    ),
}


def shown() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each path with each example of its body; one that has none is a fault.

    A dry run asks a ledger and has its own tests (`test_recalls.py`).
    """
    described = json.loads(document())
    schemas = described["components"]["schemas"]
    for path, methods in described["paths"].items():
        content = methods.get("post", {}).get("requestBody", {}).get("content", {})
        for one in content.values():
            kinds = [kind["$ref"].rsplit("/", 1)[1] for kind in one["schema"].get("oneOf", [one["schema"]])]
            for kind in kinds:
                for example in schemas[kind].get("examples") or [{"the document shows none": kind}]:
                    if example.get("mode") != "dry_run":
                        yield path, example


@pytest.mark.parametrize(("path", "example"), list(shown()))
def test_an_example_is_taken(cases: CasesService, path: str, example: dict[str, Any]) -> None:
    by, place, real = PLACES[path](cases, example)
    body = {**example, **{name: value for name, value in real.items() if name in example}}
    headers = {"Authorization": f"Bearer {by.token}"}
    about = "/".join(place.split("/")[:3])
    seen = by.http.get(about, headers=headers) if about != place else None
    if seen is not None:
        headers["If-Match"] = seen.headers["etag"]
    answer = by.http.post(place, json=body, headers=headers)
    assert answer.is_success, (place, answer.text)
