"""Appeals: once per decision, judged by a reviewer who took no part; reject, reverse, or lower."""

from typing import Any

import pytest

from tests.support.cases_service import PDF, STATEMENT, CasesService, dismiss, review, uphold
from tests.support.receipts import bare


def names(cases: CasesService, count: int) -> list[str]:
    """Return the short names of the log's last events, in order."""
    return [event["type"].split(".")[2] for event in cases.feed()][-count:]


def test_a_decision_is_reversed_on_appeal(cases: CasesService) -> None:
    """Given an ordinary violation, when a reviewer reverses it, then a fact that moves points names what it undoes."""
    case = cases.upheld()
    path = f"/cases/{case}"
    decision = cases.seller.get(path)["decision"]["id"]
    assert cases.seller.get(path)["next_actions"] == {"respondent": ["file_appeal"]}
    filed = cases.seller.post(f"{path}/appeal", {"statement": STATEMENT})
    assert filed["state"] == "appeal_filed"
    assert names(cases, 2) == ["decision_notified", "appeal_filed"]
    assert cases.reviewer.decide(f"{path}/appeal/decision", review("reverse"))["state"] == "reversed"

    event = cases.feed()[-1]
    assert (event["standingeffect"], event["actorrole"], event["actor"]) == ("points", "reviewer", "reviewer-1")
    assert (event["data"]["decision"], event["causationid"]) == (decision, filed["events"][-1]["id"])
    shown = cases.seller.get(path)
    assert (shown["decision"]["id"], shown["penalty"]) == (decision, None)
    assert (shown["correction"]["id"], shown["correction"]["outcome"]) == (event["id"], "reversed")
    assert (shown["appeal"]["status"], shown["appeal"]["outcome"]) == ("closed", "reversed")


def test_a_rejected_appeal_leaves_the_decision_final(cases: CasesService) -> None:
    case = cases.appealed()
    done = cases.reviewer.decide(f"/cases/{case}/appeal/decision", review("reject"))
    assert done["state"] == "upheld_final"
    shown = cases.buyer.get(f"/cases/{case}")
    assert (shown["penalty"], shown["correction"]) == (shown["decision"]["id"], None)
    assert (shown["appeal"]["outcome"], shown["next_actions"]) == ("rejected", {})
    late = cases.caller("reviewer", "reviewer-2").decide(f"/cases/{case}/appeal/decision", review("reverse"), 409)
    assert (late["code"], late["winner"]) == ("already_decided", bare(done["events"][0]))
    assert cases.seller.post(f"/cases/{case}/appeal", {"statement": "再次申诉"}, 409)["code"] == "already_decided"


def test_a_severe_violation_is_lowered_to_an_ordinary_one(cases: CasesService) -> None:
    case = cases.upheld_severe()
    cases.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT})
    done = cases.reviewer.decide(f"/cases/{case}/appeal/decision", review("regrade", grade="general"))
    assert done["state"] == "regraded"
    event, decided = cases.feed()[-1], cases.feed()[-4]
    assert (event["data"]["track"], event["data"]["points"]) == ("ordinary", 12)
    assert event["time"] == decided["recordedtime"]
    correction = cases.seller.get(f"/cases/{case}")["correction"]
    assert {name: correction[name] for name in ("outcome", "track", "grade", "points")} == {
        "outcome": "regraded",
        "track": "ordinary",
        "grade": "general",
        "points": 12,
    }
    assert cases.seller.get(f"/cases/{case}")["penalty"] == event["id"]


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (review("regrade", grade="general"), 409, "grade_not_lower"),
        (review("regrade", grade="grave"), 409, "grade_not_lower"),
        (review("regrade", grade="mild"), 409, "unknown_grade"),
        (review("regrade"), 422, "regrade_needs_grade"),
        (review("reverse", grade="general"), 422, "regrade_needs_grade"),
        (review("reject", reason="\n"), 409, "reason_missing"),
        (review("pardon"), 422, "invalid_request"),
    ],
)
def test_a_review_that_cannot_be_is_refused(cases: CasesService, body: dict[str, Any], status: int, code: str) -> None:
    case = cases.appealed()
    assert cases.reviewer.decide(f"/cases/{case}/appeal/decision", body, status)["code"] == code
    assert cases.reviewer.get(f"/cases/{case}")["state"] == "appeal_filed"


def test_who_took_part_does_not_review(cases: CasesService) -> None:
    """The officer who decided, and one who only judged a piece of evidence."""
    case = cases.heard()
    cases.second.post(f"/cases/{case}/handling")
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    cases.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT})
    for sub in ("officer-1", "officer-2"):
        reviewer = cases.caller("reviewer", sub)
        for path, body in (("decision", review("reject")), ("return", {"reason": "补充"})):
            refused = reviewer.decide(f"/cases/{case}/appeal/{path}", body, 403)
            assert (refused["code"], refused["reviewer"]) == ("reviewer_took_part", sub)
        assert reviewer.post(f"/cases/{case}/stay", {"reason": "x"}, 403)["code"] == "reviewer_took_part"
    party = cases.caller("reviewer", "s-1")
    refused = party.decide(f"/cases/{case}/appeal/decision", review("reverse"), 403)
    assert refused["code"] == "officer_is_party"


def test_only_the_side_that_the_decision_is_against_appeals_and_only_once(cases: CasesService) -> None:
    case = cases.upheld()
    refused = cases.buyer.post(f"/cases/{case}/appeal", {"statement": "处罚太轻"}, 403)
    assert (refused["code"], refused["party"]) == ("appeal_not_open_to", "complainant")
    assert cases.seller.post(f"/cases/{case}/appeal", {"statement": "  "}, 409)["code"] == "statement_missing"
    filed = cases.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT})
    again = cases.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT}, 409)
    assert (again["code"], again["appeal"]) == ("appeal_used", filed["events"][-1]["id"])
    dismissed = cases.file()
    cases.officer.decide(f"/cases/{dismissed}/decision", dismiss("evidence_insufficient"))
    refused = cases.seller.post(f"/cases/{dismissed}/appeal", {"statement": "x"}, 403)
    assert (refused["code"], refused["party"]) == ("appeal_not_open_to", "respondent")


@pytest.mark.parametrize("path", ["appeal/return", "appeal/decision", "stay", "stay/lifting"])
def test_there_is_nothing_to_review_without_an_appeal(cases: CasesService, path: str) -> None:
    body = review("reject") if path.endswith("decision") else {"reason": "x"}
    case = cases.heard()
    assert cases.reviewer.decide(f"/cases/{case}/{path}", body, 409)["code"] == "undecided"
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    assert cases.reviewer.decide(f"/cases/{case}/{path}", body, 409)["code"] == "not_appealed"


def test_nothing_is_appealed_before_it_is_decided(cases: CasesService) -> None:
    case = cases.heard()
    assert cases.seller.post(f"/cases/{case}/appeal", {"statement": "x"}, 409)["code"] == "undecided"
    assert cases.seller.post(f"/cases/{case}/appeal/resumption", {"statement": "x"}, 409)["code"] == "undecided"


def test_both_sides_give_evidence_while_an_appeal_goes_on(cases: CasesService) -> None:
    """Announced and sent, read back by the reviewer and by whoever gave it; no more once it is decided."""
    case = cases.appealed()
    piece = cases.evidence(case, kind="carrier_certificate", by=cases.seller)
    cases.buyer.post(f"/cases/{case}/evidence", {"kind": "chat_evidence_number", "number": "JZ-9"}, 201)
    waiting = cases.seller.post(
        f"/cases/{case}/evidence", {"kind": "call_list", "media_type": "application/pdf", "size_bytes": len(PDF)}, 201
    )["evidence_id"]
    content = f"/cases/{case}/evidence/{piece}/content"
    assert cases.reviewer.get(content) == cases.seller.get(content) == PDF
    assert cases.buyer.get(content, 404)["code"] == "evidence_not_found"
    kinds = [one["kind"] for one in cases.reviewer.get(f"/cases/{case}")["evidence"]]
    assert kinds == ["call_list", "carrier_certificate", "chat_evidence_number"]

    cases.reviewer.decide(f"/cases/{case}/appeal/decision", review("reject"))
    path = f"/cases/{case}/evidence/{waiting}/content"
    assert cases.seller.ask("PUT", path, 409, content=PDF)["code"] == "already_decided"
    body = {"kind": "chat_evidence_number", "number": "JZ-10"}
    assert cases.seller.post(f"/cases/{case}/evidence", body, 409)["code"] == "already_decided"
