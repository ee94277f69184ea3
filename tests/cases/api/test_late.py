"""Late evidence is ruled on, deadlines move: by a supervisor, and because the respondent's notice came late."""

import pytest

from tests.support.cases_service import CasesService, uphold

VERIFIED = {"verdict": "verified", "shows": ["frequent_contact", "number_attributable"]}
EXTENDED = {"deadline": "resolution", "due": "2026-03-20T00:00:00+08:00", "reason": "证据复杂"}


def late(cases: CasesService) -> tuple[str, str]:
    """Return a case past its window with one verified piece, which came late."""
    case = cases.notified()
    cases.clock.move(days=4)
    piece = cases.evidence(case)
    cases.officer.post(f"/cases/{case}/evidence/{piece}/assessment", VERIFIED)
    return case, piece


def due(cases: CasesService, case: str) -> dict[str, str]:
    """Return the deadlines of a case by name, as people in Shanghai read them."""
    return {one["name"]: one["due_local"] for one in cases.buyer.get(f"/cases/{case}")["deadlines"]}


def test_late_evidence_counts_once_it_is_admitted_and_no_longer_once_excluded(cases: CasesService) -> None:
    case, piece = late(cases)
    path = f"/cases/{case}/evidence/{piece}/admission"
    assert cases.officer.decide(f"/cases/{case}/decision", uphold(), 409)["code"] == "no_verified_evidence"
    for admit in (True, False, True):
        cases.officer.post(path, {"admit": admit, "reason": "非因其过错而迟延"})
        waits = cases.officer.get(f"/cases/{case}")["outcomes"]["upholding_waits_for"]
        assert waits is None if admit else waits["code"] == "no_verified_evidence"
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    names = [event["type"].split(".")[2] for event in cases.feed()][-4:]
    admitted, excluded = "late_evidence_admitted", "late_evidence_excluded"
    assert names == [admitted, excluded, admitted, "ordinary_violation_upheld"]


def test_who_gave_the_piece_learns_the_ruling_and_nobody_else_that_there_was_one(cases: CasesService) -> None:
    case, piece = late(cases)
    cases.officer.post(f"/cases/{case}/evidence/{piece}/admission", {"admit": False, "reason": "逾期无理由"})
    (by_staff,), (by_buyer,) = (who.get(f"/cases/{case}")["evidence"] for who in (cases.reviewer, cases.buyer))
    assert by_staff["ruling"] == {"ruling": "excluded", "officer": "officer-1", "reason": "逾期无理由"}
    assert by_buyer["ruling"] == {"ruling": "excluded", "officer": None, "reason": None}
    assert cases.seller.get(f"/cases/{case}")["evidence"] == []
    for party in (cases.buyer, cases.seller):
        told = [entry["type"] for entry in party.get(f"/cases/{case}/history")["entries"]]
        assert not [name for name in told if "late_evidence" in name]


def test_there_is_nothing_to_rule_on_where_evidence_is_in_time_unknown_or_without_a_reason(cases: CasesService) -> None:
    case = cases.notified()
    piece = cases.evidence(case)
    path = f"/cases/{case}/evidence/{piece}/admission"
    body = {"admit": True, "reason": "x"}
    assert cases.officer.post(path, body, 409)["code"] == "evidence_not_late"
    assert cases.officer.post(path.replace(piece, case), body, 404)["code"] == "unknown_evidence"
    other, tardy = late(cases)
    path = f"/cases/{other}/evidence/{tardy}/admission"
    assert cases.officer.post(path, {"admit": True, "reason": " "}, 409)["code"] == "reason_missing"
    assert cases.officer.post(path, {"admit": "true", "reason": "x"}, 422)["code"] == "invalid_request"
    cases.second.post(f"/cases/{other}/recusal", {"reason": "与卖家相识"})
    assert cases.second.post(path, body, 403)["code"] == "officer_recused"


def test_a_supervisor_moves_a_deadline(cases: CasesService) -> None:
    case = cases.notified()
    before = due(cases, case)
    done = cases.supervisor.post(f"/cases/{case}/deadline-extension", EXTENDED)
    assert [event["type"] for event in done["events"]] == ["demerit.cases.deadline_extended.v1"]
    assert due(cases, case) == {**before, "resolution": "2026-03-20T00:00:00+08:00"}
    (event,) = cases.feed()[-1:]
    assert (event["actorrole"], event["data"]["cause"], event["data"]["supervisor"]) == (
        "supervisor",
        "supervisor",
        "chief-1",
    )
    summary = cases.buyer.get(f"/cases/{case}/history")["entries"][-1]
    assert (
        summary["summary"] == "The deadline of resolution is now 2026-03-20T00:00:00+08:00: a supervisor extended it."
    )
    assert (summary["texts"], summary["actor"]) == ({}, None)
    assert cases.officer.get(f"/cases/{case}/history")["entries"][-1]["texts"] == {"reason": "证据复杂"}


def test_more_time_for_evidence_gives_the_platform_more_time_too(cases: CasesService) -> None:
    """The window would outlast the decision: the resolution follows by a fact of its own, two working days after."""
    case = cases.notified()
    body = EXTENDED | {"deadline": "evidence", "due": "2026-03-14T00:00:00+08:00"}
    done = cases.supervisor.post(f"/cases/{case}/deadline-extension", body)
    assert len(done["events"]) == 2
    assert due(cases, case)["resolution"] == "2026-03-18T00:00:00+08:00"
    assert cases.feed()[-1]["data"]["cause"] == "evidence_extended"
    cases.clock.move(days=8)
    piece = cases.evidence(case)
    assert cases.buyer.get(f"/cases/{case}")["evidence"][0]["id"] == piece
    assert cases.buyer.get(f"/cases/{case}")["evidence"][0]["timeliness"] == "in_time"


def test_a_late_notice_moves_the_resolution_by_a_fact(cases: CasesService) -> None:
    case = cases.file()
    assert due(cases, case)["resolution"] == "2026-03-10T00:00:00+08:00"
    cases.clock.move(days=6)
    done = cases.officer.post(f"/cases/{case}/notification", {})
    assert [event["type"].split(".")[2] for event in done["events"]] == ["respondent_notified", "deadline_extended"]
    assert due(cases, case)["evidence"] == "2026-03-12T00:00:00+08:00"
    assert due(cases, case)["resolution"] == "2026-03-14T00:00:00+08:00"
    shown = {one["name"]: one["extended"] for one in cases.officer.get(f"/cases/{case}")["deadlines"]}
    assert shown == {"first_handling": False, "evidence": False, "resolution": True}
    assert cases.feed()[-1]["data"]["cause"] == "late_notice"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deadline": "evidence"}, "deadline_not_running"),
        ({"due": "2026-03-10T00:00:00+08:00"}, "extension_out_of_range"),
        ({"due": "2026-09-10T00:00:00+08:00"}, "extension_out_of_range"),
        ({"reason": "\t"}, "reason_missing"),
    ],
)
def test_an_extension_that_makes_no_sense_is_refused(cases: CasesService, changes: dict[str, str], code: str) -> None:
    case = cases.file()
    assert cases.supervisor.post(f"/cases/{case}/deadline-extension", EXTENDED | changes, 409)["code"] == code
    assert len(cases.feed()) == 1


def test_what_has_passed_has_passed(cases: CasesService) -> None:
    case = cases.file()
    cases.clock.move(days=9)
    over = cases.supervisor.post(f"/cases/{case}/deadline-extension", EXTENDED, 409)
    assert (over["code"], over["due"]) == ("deadline_over", "2026-03-09T16:00:00Z")
    handling = EXTENDED | {"deadline": "first_handling"}
    other = cases.file()
    cases.officer.post(f"/cases/{other}/handling")
    assert cases.supervisor.post(f"/cases/{other}/deadline-extension", handling, 409)["code"] == "deadline_over"


@pytest.mark.parametrize(
    "changes", [{"deadline": "appeal"}, {"due": "tomorrow"}, {"due": None}, {"reason": ""}, {"more": 1}]
)
def test_an_extension_that_is_none_is_refused_by_its_form(cases: CasesService, changes: dict[str, object]) -> None:
    case = cases.file()
    refused = cases.supervisor.post(f"/cases/{case}/deadline-extension", EXTENDED | changes, 422)
    assert refused["code"] == "invalid_request"
