"""One incident, one penalty: duplicates are shown, merged, and never penalised twice; a second buyer is another one."""

from pathlib import Path
from typing import Any

import pytest

from services.cases import incidentrow
from tests.support.cases_service import CasesService, cases_service, dismiss, review, uphold

TRADE = {"id": "t-77"}
EVENING = {"channel": "phone", "at": "2026-03-01T21:00:00+08:00", "until": "2026-03-01T23:00:00+08:00"}
NIGHT = {"channel": "sms", "at": "2026-03-01T22:30:00+08:00", "until": "2026-03-02T01:00:00+08:00"}
AFTER = {"channel": "phone", "at": "2026-03-01T23:00:01+08:00", "until": "2026-03-02T01:00:00+08:00"}
LATER = {"channel": "phone", "at": "2026-03-01T23:30:00+08:00", "until": "2026-03-01T23:45:00+08:00"}
REASON = {"reason": "同一事件重复投诉"}


def overlapping(cases: CasesService, **changes: Any) -> str:
    """File a complaint about the later half of the same evening, by another channel."""
    return cases.file(trade=TRADE, channels=["sms"], incidents=[NIGHT], **changes)


def test_a_duplicate_is_named_when_it_is_filed_and_shown_to_staff_from_both_sides(cases: CasesService) -> None:
    first = cases.file(trade=TRADE)
    second = overlapping(cases)
    apart = cases.file(trade=TRADE, incidents=[AFTER])
    assert cases.feed()[1]["data"]["overlaps"] == [first]
    shown = {case: cases.officer.get(f"/cases/{case}")["duplicates"] for case in (first, second, apart)}
    assert [(one["case_id"], one["named_at_filing"]) for one in shown[first]] == [(second, False)]
    assert [(one["case_id"], one["named_at_filing"]) for one in shown[second]] == [(first, True), (apart, False)]
    assert [one["case_id"] for one in shown[apart]] == [second]
    assert [cases.buyer.get(f"/cases/{case}")["duplicates"] for case in (first, second)] == [[], []]


def test_after_a_merger_one_case_goes_on_and_both_can_be_read(cases: CasesService) -> None:
    first, second = cases.file(trade=TRADE), overlapping(cases)
    done = cases.officer.post(f"/cases/{second}/merge", {"into": first, **REASON})
    assert done["state"] == "merged"
    by_staff, by_buyer = (who.get(f"/cases/{second}") for who in (cases.officer, cases.buyer))
    assert (by_staff["merged"]["into"], by_staff["merged"]["officer"]) == (first, "officer-1")
    assert by_staff["merged"]["reason"] == REASON["reason"]
    assert (by_buyer["merged"]["into"], by_buyer["merged"]["officer"], by_buyer["merged"]["reason"]) == (
        first,
        None,
        None,
    )
    for case in (first, second):
        entries = cases.buyer.get(f"/cases/{case}/history")["entries"]
        assert entries[0]["texts"]["narrative"] == by_staff["narrative"]
    last = cases.seller.get(f"/cases/{second}/history")["entries"][-1]
    assert (last["summary"], last["texts"]) == (f"The complaint was merged into case {first}.", {})
    late = cases.officer.post(f"/cases/{second}/notification", {}, 409)
    assert (late["code"], late["into"]) == ("complaint_merged", first)
    cases.officer.post(f"/cases/{first}/notification", {})


def test_only_a_case_of_the_same_incident_that_goes_on_takes_another_in(cases: CasesService) -> None:
    first, second = cases.file(trade=TRADE), overlapping(cases)
    apart = cases.file(trade=TRADE, incidents=[AFTER], channels=["phone"])
    other_trade, stranger = cases.file(), "0198c5a2-5e60-7d3a-9c7e-3f1d2b4a6c8e"
    for into in (apart, other_trade, stranger, first):
        refused = cases.officer.post(f"/cases/{first}/merge", {"into": into, **REASON}, 409)
        assert refused["code"] == "another_incident"
    cases.buyer.post(f"/cases/{second}/withdrawal")
    refused = cases.officer.post(f"/cases/{first}/merge", {"into": second, **REASON}, 409)
    assert (refused["code"], refused["case"]) == ("merged_into_ended", second)
    third = overlapping(cases)
    assert cases.officer.post(f"/cases/{third}/merge", {"into": first, "reason": " "}, 409)["code"] == "reason_missing"
    assert cases.officer.post(f"/cases/{third}/merge", {"into": "first", **REASON}, 422)["code"] == "invalid_request"
    judge = cases.caller("officer", "b-1")
    assert judge.post(f"/cases/{third}/merge", {"into": first, **REASON}, 403)["code"] == "officer_is_party"


def test_what_is_proposed_is_answered_before_a_merger(cases: CasesService) -> None:
    first = cases.file(trade=TRADE)
    second = cases.heard("offensive_mail", "number_attributable", trade=TRADE)
    cases.officer.decide(f"/cases/{second}/decision", uphold(outcome="propose_severe", grade="grave"))
    refused = cases.officer.post(f"/cases/{second}/merge", {"into": first, **REASON}, 409)
    assert refused["code"] == "proposal_pending"


def test_one_incident_is_penalised_once_until_the_penalty_is_gone(cases: CasesService) -> None:
    """Given two cases of one evening, when one is upheld, then the other is only once that one is reversed."""
    first, second = cases.upheld(trade=TRADE), cases.heard(trade=TRADE)
    decision = cases.officer.get(f"/cases/{first}")["penalty"]
    refused = cases.officer.decide(f"/cases/{second}/decision", uphold(), 409)
    assert (refused["code"], refused["case"], refused["decision"]) == ("incident_already_penalised", first, decision)
    shown = cases.officer.get(f"/cases/{second}")
    assert shown["outcomes"]["upholding_waits_for"]["code"] == "incident_already_penalised"
    assert [(one["case_id"], one["penalty"]) for one in shown["duplicates"]] == [(first, decision)]

    cases.seller.post(f"/cases/{first}/appeal", {"statement": "并非我方"})
    cases.reviewer.decide(f"/cases/{first}/appeal/decision", review("reverse"))
    assert cases.officer.get(f"/cases/{second}")["duplicates"][0]["penalty"] is None
    assert cases.officer.decide(f"/cases/{second}/decision", uphold())["state"] == "upheld"


def test_a_case_that_was_dismissed_or_reversed_takes_nothing_in(cases: CasesService) -> None:
    first, second = cases.upheld(trade=TRADE), overlapping(cases)
    assert cases.officer.get(f"/cases/{second}")["duplicates"][0]["goes_on"]
    cases.seller.post(f"/cases/{first}/appeal", {"statement": "并非我方"})
    cases.reviewer.decide(f"/cases/{first}/appeal/decision", review("reverse"))
    dismissed = cases.heard("number_attributable", trade=TRADE)
    cases.officer.decide(f"/cases/{dismissed}/decision", dismiss("evidence_insufficient"))
    assert not any(one["goes_on"] for one in cases.officer.get(f"/cases/{second}")["duplicates"])
    for into in (first, dismissed):
        refused = cases.officer.post(f"/cases/{second}/merge", {"into": into, **REASON}, 409)
        assert (refused["code"], refused["case"]) == ("merged_into_ended", into)


def test_an_incident_that_nobody_judged_is_not_lost_in_a_merger(cases: CasesService) -> None:
    """Given a penalty for one of two incidents, then the complaint about both is filed anew about the other one."""
    first, both = cases.upheld(trade=TRADE), cases.heard(trade=TRADE, incidents=[EVENING, LATER])
    told = cases.officer.decide(f"/cases/{both}/decision", uphold(), 409)
    assert (told["code"], told["case"]) == ("incident_already_penalised", first)
    assert first in told["detail"]
    refused = cases.officer.post(f"/cases/{both}/merge", {"into": first, **REASON}, 409)
    assert (refused["code"], refused["case"]) == ("incidents_left", first)
    cases.buyer.post(f"/cases/{both}/withdrawal")
    rest = cases.heard(trade=TRADE, incidents=[LATER])
    assert cases.officer.decide(f"/cases/{rest}/decision", uphold())["state"] == "upheld"


def test_no_number_of_other_complaints_hides_the_penalised_one(
    cases: CasesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given more incidents of a trade than are looked at, then the penalty is found, and so is what is merged into."""
    monkeypatch.setattr(incidentrow, "MAX_ROWS", 2)
    for _ in range(3):
        overlapping(cases)
    first, open_one, again = cases.upheld(trade=TRADE), cases.file(trade=TRADE), cases.heard(trade=TRADE)
    refused = cases.officer.decide(f"/cases/{again}/decision", uphold(), 409)
    assert (refused["code"], refused["case"]) == ("incident_already_penalised", first)
    assert first in [one["case_id"] for one in cases.officer.get(f"/cases/{again}")["duplicates"]]
    assert cases.officer.post(f"/cases/{again}/merge", {"into": first, **REASON})["state"] == "merged"
    last = cases.file(trade=TRADE)
    assert cases.officer.post(f"/cases/{last}/merge", {"into": open_one, **REASON})["state"] == "merged"


def test_a_penalised_incident_stops_a_proposal_and_its_confirmation_too(cases: CasesService) -> None:
    first = cases.heard(trade=TRADE)
    second = cases.heard("offensive_mail", "number_attributable", trade=TRADE)
    severe = uphold(outcome="propose_severe", grade="grave")
    cases.officer.decide(f"/cases/{second}/decision", severe)
    cases.officer.decide(f"/cases/{first}/decision", uphold())
    refused = cases.second.decide(f"/cases/{second}/confirmation", {"answer": "confirm"}, 409)
    assert (refused["code"], refused["case"]) == ("incident_already_penalised", first)
    cases.second.decide(f"/cases/{second}/confirmation", {"answer": "decline", "reason": "已处罚"})
    assert cases.officer.decide(f"/cases/{second}/decision", severe, 409)["code"] == "incident_already_penalised"
    assert cases.officer.post(f"/cases/{second}/merge", {"into": first, **REASON})["state"] == "merged"


def test_a_second_buyer_is_a_second_incident(cases: CasesService) -> None:
    cases.upheld(trade=TRADE)
    intake = cases.caller("intake", "intake-1")
    case = cases.file(intake, complainant="b-2", trade=TRADE)
    cases.officer.post(f"/cases/{case}/notification", {})
    piece = cases.evidence(case, by=intake)
    shows = {"verdict": "verified", "shows": ["frequent_contact", "number_attributable"]}
    cases.officer.post(f"/cases/{case}/evidence/{piece}/assessment", shows)
    cases.seller.post(f"/cases/{case}/window-waiver")
    assert cases.officer.get(f"/cases/{case}")["duplicates"] == []
    assert cases.officer.decide(f"/cases/{case}/decision", uphold())["state"] == "upheld"


@pytest.mark.parametrize("merges", [True, False])
def test_a_complaint_that_came_in_twice_is_merged_at_filing_where_the_platform_wants_it(
    tmp_path: Path, *, merges: bool
) -> None:
    with cases_service(tmp_path, merge_repeats=merges) as cases:
        first = cases.file(trade=TRADE)
        again = cases.file(trade=TRADE)
        shown = cases.officer.get(f"/cases/{again}")
        assert shown["state"] == ("merged" if merges else "filed")
        names = [event["type"].split(".")[2] for event in cases.feed()]
        assert names == ["complaint_filed"] * 2 + ["complaint_merged"] * merges
        if merges:
            assert (shown["merged"]["into"], shown["merged"]["officer"]) == (first, None)
            assert cases.file(trade=TRADE, incidents=[EVENING, AFTER]) != again
            assert len(cases.feed()) == 4


@pytest.mark.parametrize("hops", [1, 2])
def test_a_case_judges_the_incidents_of_those_merged_into_it(cases: CasesService, hops: int) -> None:
    """Given a third complaint that meets only what was merged in, then it is about an incident that has its penalty."""
    first, second, third = cases.heard(trade=TRADE), overlapping(cases), cases.heard(trade=TRADE, incidents=[LATER])
    fourth = cases.heard(trade=TRADE, incidents=[LATER])
    if hops == 2:
        between = overlapping(cases)
        cases.officer.post(f"/cases/{second}/merge", {"into": between, **REASON})
        second = between
    cases.officer.post(f"/cases/{second}/merge", {"into": first, **REASON})
    cases.officer.decide(f"/cases/{first}/decision", uphold())
    refused = cases.officer.decide(f"/cases/{third}/decision", uphold(), 409)
    assert (refused["code"], refused["case"]) == ("incident_already_penalised", first)
    assert cases.officer.post(f"/cases/{third}/merge", {"into": first, **REASON})["state"] == "merged"
    cases.seller.post(f"/cases/{first}/appeal", {"statement": "并非我方"})
    cases.reviewer.decide(f"/cases/{first}/appeal/decision", review("reverse"))
    assert cases.officer.decide(f"/cases/{fourth}/decision", uphold())["state"] == "upheld"


def test_what_was_merged_in_may_have_had_its_penalty_before(cases: CasesService) -> None:
    """Given a penalty for an incident that came with a merged case, then the case that took it in gives none."""
    first, second, third = cases.heard(trade=TRADE), overlapping(cases), cases.heard(trade=TRADE, incidents=[LATER])
    cases.officer.post(f"/cases/{second}/merge", {"into": first, **REASON})
    cases.officer.decide(f"/cases/{third}/decision", uphold())
    refused = cases.officer.decide(f"/cases/{first}/decision", uphold(), 409)
    assert (refused["code"], refused["case"]) == ("incident_already_penalised", third)
