"""Complaints that the platform does not take up, and who may say that a detector brought one."""

import pytest

from services.cases.domain.merging import REFUSAL_CODES
from tests.support.cases_service import CasesService, complaint, uphold

REFUSAL = {"code": "no_such_trade", "reason": "查无此交易"}


def test_a_refusal_ends_the_case_with_code_and_reason(cases: CasesService) -> None:
    case = cases.file()
    assert "refuse_complaint" in cases.officer.get(f"/cases/{case}")["next_actions"]["officer"]
    assert cases.officer.post(f"/cases/{case}/refusal", REFUSAL)["state"] == "refused"
    by_staff, by_buyer = (who.get(f"/cases/{case}")["refusal"] for who in (cases.reviewer, cases.buyer))
    assert (by_staff["code"], by_staff["officer"], by_staff["reason"]) == ("no_such_trade", "officer-1", "查无此交易")
    assert (by_buyer["code"], by_buyer["officer"], by_buyer["reason"]) == ("no_such_trade", None, None)
    late = cases.officer.decide(f"/cases/{case}/decision", uphold(), 409)
    assert (late["code"], late["refusal"]) == ("complaint_refused", "no_such_trade")
    assert cases.seller.post(f"/cases/{case}/appeal", {"statement": "x"}, 409)["code"] == "undecided"


def test_what_belongs_elsewhere_is_referred_there(cases: CasesService) -> None:
    case = cases.file()
    body = {"code": "belongs_elsewhere", "referral": "after_sales_dispute", "reason": "属于售后纠纷"}
    cases.officer.post(f"/cases/{case}/refusal", body)
    assert cases.buyer.get(f"/cases/{case}")["refusal"]["referral"] == "after_sales_dispute"
    told = cases.buyer.get(f"/cases/{case}/history")["entries"][-1]["summary"]
    assert told == "The complaint was not taken up (belongs_elsewhere) and referred to after_sales_dispute."


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"code": "bad_mood"}, 422, "unknown_refusal_code"),
        ({"code": "belongs_elsewhere"}, 422, "referral_needed"),
        ({"referral": "after_sales_dispute"}, 422, "referral_needed"),
        ({"code": "belongs_elsewhere", "referral": "the_police"}, 422, "unknown_referral"),
        ({"reason": " "}, 409, "reason_missing"),
        ({"code": "No"}, 422, "invalid_request"),
    ],
)
def test_a_refusal_says_why_in_known_words(
    cases: CasesService, changes: dict[str, str], status: int, code: str
) -> None:
    case = cases.file()
    assert cases.officer.post(f"/cases/{case}/refusal", REFUSAL | changes, status)["code"] == code
    assert cases.officer.get(f"/cases/{case}")["state"] == "filed"


@pytest.mark.parametrize("code", [code for code in REFUSAL_CODES if code != "belongs_elsewhere"])
def test_every_code_refuses(cases: CasesService, code: str) -> None:
    case = cases.file()
    assert cases.officer.post(f"/cases/{case}/refusal", REFUSAL | {"code": code})["state"] == "refused"


def test_what_somebody_has_taken_up_is_decided(cases: CasesService) -> None:
    case = cases.file()
    cases.second.post(f"/cases/{case}/handling")
    assert cases.officer.post(f"/cases/{case}/refusal", REFUSAL, 409)["code"] == "handling_started"
    other = cases.heard("offensive_mail", "number_attributable")
    cases.officer.decide(f"/cases/{other}/decision", uphold(outcome="propose_severe", grade="grave"))
    assert cases.second.post(f"/cases/{other}/refusal", REFUSAL, 409)["code"] == "handling_started"


def test_the_intake_service_names_the_detector_that_brought_a_complaint(cases: CasesService) -> None:
    intake = cases.caller("intake", "intake-1")
    case = cases.file(intake, complainant="b-1", detector="night_calls_v2")
    assert cases.feed()[0]["data"]["detector"] == "night_calls_v2"
    assert cases.officer.get(f"/cases/{case}")["detector"] == "night_calls_v2"
    assert (cases.buyer.get(f"/cases/{case}")["detector"], cases.seller.get(f"/cases/{case}")["detector"]) == (
        None,
        None,
    )
    refused = cases.buyer.post("/cases", complaint(detector="night_calls_v2"), 403)
    assert refused["code"] == "detector_not_expected"
    assert intake.post("/cases", complaint(complainant="b-1", detector="给我"), 422)["code"] == "invalid_request"
    assert len(cases.feed()) == 1
