"""The whole procedure over HTTP: complaint, notice, defence, evidence, decision, notice of the decision."""

from typing import Any

import pytest

from tests.support.cases_service import CONTACT, NARRATIVE, CasesService, complaint, dismiss, uphold

ORDINARY = "demerit.cases.ordinary_violation_upheld.v1"
SEVERE = "demerit.cases.severe_violation_upheld.v1"


def types(cases: CasesService) -> list[str]:
    """Return the names of the log's events, short, in order."""
    return [event["type"].split(".")[2] for event in cases.feed()]


def test_an_ordinary_violation_from_complaint_to_notice(cases: CasesService) -> None:
    """Given calls the night before, when both sides were heard, then 12 points stand on the feed."""
    case = cases.file()
    assert cases.officer.get(f"/cases/{case}")["state"] == "filed"
    cases.officer.post(f"/cases/{case}/notification", {})
    cases.officer.post(f"/cases/{case}/handling")
    piece = cases.evidence(case)
    cases.seller.post(f"/cases/{case}/defence", {"claim": "contact_justified", "statement": "我在催买家收货"})
    shows = {"verdict": "verified", "shows": ["frequent_contact", "number_attributable"]}
    cases.officer.post(f"/cases/{case}/evidence/{piece}/assessment", shows)
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    cases.clock.move(hours=1)
    cases.officer.post(f"/cases/{case}/decision/notification", {})

    assert types(cases) == [
        "complaint_filed",
        "respondent_notified",
        "handling_started",
        "evidence_submitted",
        "defence_submitted",
        "evidence_assessed",
        "ordinary_violation_upheld",
        "decision_notified",
    ]
    decided = cases.feed()[6]
    assert decided["subject"] == "s-1"
    assert decided["correlationid"] == case
    assert decided["standingeffect"] == "points"
    assert decided["time"] == decided["recordedtime"]
    assert (decided["data"]["points"], decided["data"]["grade"]) == (12, "general")
    shown = cases.buyer.get(f"/cases/{case}")
    assert shown["state"] == "upheld"
    assert shown["decision"]["type"] == ORDINARY
    assert shown["deadlines"][-1]["name"] == "appeal"


def test_a_severe_violation_takes_two_officers(cases: CasesService) -> None:
    """Given funeral money in the mail, when one officer proposes and another confirms, then 48 points stand."""
    case = cases.heard("offensive_mail", "number_attributable")
    path = f"/cases/{case}"
    cases.officer.decide(f"{path}/decision", uphold(outcome="propose_severe", grade="grave"))
    refused = cases.officer.decide(f"{path}/confirmation", {"answer": "confirm"}, 403)
    assert (refused["code"], refused["proposer"]) == ("same_officer", "officer-1")
    assert cases.officer.decide(f"{path}/decision", uphold(), 409)["code"] == "proposal_pending"
    assert "severe_violation_upheld" not in types(cases)

    confirmed = cases.second.decide(f"{path}/confirmation", {"answer": "confirm"})
    assert confirmed["events"][0]["type"] == SEVERE
    proposed, upheld = cases.feed()[-2:]
    assert upheld["causationid"] == proposed["id"]
    decision = upheld["data"]
    assert (decision["points"], decision["officer"], decision["confirmed_by"]) == (48, "officer-1", "officer-2")
    assert types(cases).count("ordinary_violation_upheld") == 0


def test_a_declined_proposal_opens_the_case_again(cases: CasesService) -> None:
    case = cases.heard("offensive_mail", "number_attributable")
    path = f"/cases/{case}"
    cases.officer.decide(f"{path}/decision", uphold(outcome="propose_severe", grade="grave"))
    assert cases.second.decide(f"{path}/confirmation", {"answer": "decline"}, 409)["code"] == "reason_missing"
    cases.second.decide(f"{path}/confirmation", {"answer": "decline", "reason": "纸钱并非卖家所寄"})
    assert cases.officer.get(path)["state"] == "under_review"
    assert cases.officer.decide(f"{path}/decision", uphold())["state"] == "upheld"


def test_a_proposal_taken_back_opens_the_case_again(cases: CasesService) -> None:
    case = cases.heard("offensive_mail", "number_attributable")
    path = f"/cases/{case}"
    cases.officer.decide(f"{path}/decision", uphold(outcome="propose_severe", grade="grave"))
    assert cases.second.decide(f"{path}/proposal/withdrawal", None, 403)["code"] == "not_proposer"
    cases.officer.decide(f"{path}/proposal/withdrawal")
    assert cases.officer.decide(f"{path}/proposal/withdrawal", None, 409)["code"] == "nothing_proposed"
    assert cases.officer.get(path)["proposal"] is None


def test_insults_are_upheld_only_by_override_and_two_officers(cases: CasesService) -> None:
    """S5's special case: an ordinary violation that names who confirmed it."""
    case = cases.heard("insult", "number_attributable")
    path = f"/cases/{case}"
    closed = cases.officer.decide(f"{path}/decision", uphold(found_subject="abuse"), 409)
    assert closed["code"] == "outcome_closed"
    override = {"outcome": "propose_override", "grade": "general", "reason": "辱骂情节恶劣"}
    cases.officer.decide(f"{path}/decision", override)
    assert cases.officer.get(path)["state"] == "override_proposed"
    cases.second.decide(f"{path}/confirmation", {"answer": "confirm"})
    decided = cases.feed()[-1]
    assert decided["type"] == ORDINARY
    assert decided["data"]["confirmed_by"] == "officer-2"


@pytest.mark.parametrize(
    ("claim", "shows", "ground", "found_subject", "referral"),
    [
        ("other", ["number_attributable"], "abuse_not_harassment", "abuse", "civility_report"),
        ("other", ["number_attributable"], "other_dispute_counterfeit", "counterfeit", "counterfeit_report"),
        ("other", ["number_attributable"], "other_dispute_fake_trade", "fake_trade", "fake_trade_report"),
        ("other", ["number_attributable"], "other_dispute_after_sales", "after_sales", "after_sales_dispute"),
        ("number_not_mine", ["number_not_attributable"], "number_not_respondents", "harassment", None),
        ("no_contact", ["covers_alleged_times", "number_attributable"], "no_contact_proven", "harassment", None),
        ("other", ["number_attributable"], "evidence_insufficient", "harassment", None),
    ],
)
def test_each_situation_of_the_seed_is_dismissed_on_its_ground(
    cases: CasesService, claim: str, shows: list[str], ground: str, found_subject: str, referral: str | None
) -> None:
    """S5 to S8 and S12: the ground that fits is open, every other one says why it is closed, no points move."""
    case = cases.notified()
    path = f"/cases/{case}"
    kind = "carrier_certificate" if "covers_alleged_times" in shows else "call_list"
    piece = cases.evidence(case, kind=kind, by=cases.seller)
    cases.officer.post(f"{path}/evidence/{piece}/assessment", {"verdict": "verified", "shows": shows})
    cases.seller.post(f"{path}/defence", {"claim": claim, "statement": "情况说明"})

    outcomes = cases.officer.get(path, found_subject=found_subject)["outcomes"]
    assert outcomes["open"] == [ground]
    for other in [code for code in outcomes["closed"] if not code.startswith(("uphold", "propose"))]:
        refused = cases.officer.decide(f"{path}/decision", dismiss(other, found_subject=found_subject), 409)
        assert (refused["code"], refused["open_grounds"]) == ("ground_closed", [ground])
        assert refused["detail"] == outcomes["closed"][other]
    done = cases.officer.decide(f"{path}/decision", dismiss(ground, found_subject=found_subject))
    assert done["state"] == "dismissed"
    event = cases.feed()[-1]
    assert (event["standingeffect"], event["data"]["ground"], event["data"]["referral"]) == ("none", ground, referral)


def test_nothing_is_upheld_while_the_respondent_has_time(cases: CasesService) -> None:
    """The window closes three days after receipt at 24:00 in Shanghai, by the server's clock."""
    case = cases.notified()
    piece = cases.evidence(case)
    verified = {"verdict": "verified", "shows": ["frequent_contact", "number_attributable"]}
    cases.officer.post(f"/cases/{case}/evidence/{piece}/assessment", verified)
    refused = cases.officer.decide(f"/cases/{case}/decision", uphold(), 409)
    assert (refused["code"], refused["due"]) == ("evidence_due", "2026-03-05T16:00:00Z")
    cases.clock.move(days=4)
    assert cases.officer.get(f"/cases/{case}")["state"] == "under_review"
    cases.officer.decide(f"/cases/{case}/decision", uphold())


def test_what_comes_after_the_window_is_marked_late_and_does_not_count(cases: CasesService) -> None:
    case = cases.notified()
    cases.clock.move(days=4)
    piece = cases.evidence(case)
    cases.officer.post(f"/cases/{case}/evidence/{piece}/assessment", {"verdict": "verified", "shows": []})
    shown = cases.officer.get(f"/cases/{case}")
    assert shown["evidence"][0]["timeliness"] == "late"
    assert shown["outcomes"]["upholding_waits_for"]["code"] == "no_verified_evidence"
    assert cases.officer.decide(f"/cases/{case}/decision", uphold(), 409)["code"] == "no_verified_evidence"


def test_a_waiver_ends_the_window_at_once(cases: CasesService) -> None:
    case = cases.notified()
    cases.seller.post(f"/cases/{case}/window-waiver")
    assert cases.seller.get(f"/cases/{case}")["state"] == "under_review"
    assert cases.seller.post(f"/cases/{case}/window-waiver", None, 409)["code"] == "window_closed"


def test_a_complaint_is_taken_back_before_the_decision_only(cases: CasesService) -> None:
    case = cases.heard()
    other = cases.file()
    cases.buyer.post(f"/cases/{other}/withdrawal")
    assert cases.buyer.get(f"/cases/{other}")["state"] == "withdrawn"
    assert cases.officer.decide(f"/cases/{other}/decision", uphold(), 409)["code"] == "complaint_withdrawn"
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    assert cases.buyer.post(f"/cases/{case}/withdrawal", None, 409)["code"] == "already_decided"


def test_a_recused_officer_acts_no_more(cases: CasesService) -> None:
    case = cases.heard()
    cases.officer.post(f"/cases/{case}/recusal", {"reason": "与卖家相识"})
    assert cases.officer.decide(f"/cases/{case}/decision", uphold(), 403)["code"] == "officer_recused"
    assert cases.officer.get(f"/cases/{case}")["recused"] == ["officer-1"]
    cases.second.decide(f"/cases/{case}/decision", uphold())


def test_texts_come_back_to_those_who_may_read_them(cases: CasesService) -> None:
    """Staff read all of them, a party its own; what was decided is told to both, who decided and why to staff."""
    case = cases.heard()
    number = {"kind": "chat_evidence_number", "number": "JZ-20260301"}
    cases.seller.post(f"/cases/{case}/evidence", number, 201)
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    by_staff, by_buyer, by_seller = (each.get(f"/cases/{case}") for each in (cases.second, cases.buyer, cases.seller))

    assert (by_staff["narrative"], by_staff["contacts"]) == (NARRATIVE, [CONTACT])
    assert by_staff["defences"][0]["statement"] == "我方没有骚扰买家"
    assert by_staff["decision"]["reason"] == "通话清单属实"
    assert by_staff["decision"]["officer"] == "officer-1"
    assert [piece["number"] for piece in by_staff["evidence"]] == [None, "JZ-20260301"]
    assert (by_buyer["narrative"], by_buyer["defences"]) == (NARRATIVE, [])
    assert [piece["kind"] for piece in by_buyer["evidence"]] == ["call_list"]
    assert (by_seller["narrative"], by_seller["contacts"]) == (None, [])
    assert [piece["number"] for piece in by_seller["evidence"]] == ["JZ-20260301"]
    for party in (by_buyer, by_seller):
        assert party["decision"]["points"] == 12
        assert (party["decision"]["officer"], party["decision"]["reason"]) == (None, None)
        assert (party["outcomes"], party["recused"], party["handler"]) == (None, [], None)


def test_parties_are_not_told_of_a_proposal(cases: CasesService) -> None:
    case = cases.heard("offensive_mail", "number_attributable")
    cases.officer.decide(f"/cases/{case}/decision", uphold(outcome="propose_severe", grade="grave"))
    for party in (cases.buyer, cases.seller):
        shown = party.get(f"/cases/{case}")
        assert (shown["state"], shown["proposal"]) == ("under_review", None)
        told = [entry["type"] for entry in party.get(f"/cases/{case}/history")["entries"]]
        assert not [name for name in told if "proposed" in name or "assessed" in name]
    written = cases.seller.post(f"/cases/{case}/defence", {"claim": "other", "statement": "补充说明"})
    assert written["state"] == "under_review"


def test_the_history_tells_the_case_in_order(cases: CasesService) -> None:
    case = cases.heard()
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    entries = cases.officer.get(f"/cases/{case}/history")["entries"]
    positions = [entry["position"] for entry in entries]
    assert positions == sorted(positions)
    assert len(entries) == 6
    assert entries[0]["texts"] == {"narrative": NARRATIVE, "contact_1": CONTACT}
    assert entries[-1]["summary"] == "An ordinary violation was upheld (general): 12 points."
    assert entries[1]["time_local"].endswith("+08:00")
    page = cases.officer.get(f"/cases/{case}/history", limit=2)["entries"]
    rest = cases.officer.get(f"/cases/{case}/history", after=page[-1]["position"])["entries"]
    assert page + rest == entries


def test_a_case_says_what_each_role_may_do_next(cases: CasesService) -> None:
    case = cases.heard()
    actions = cases.officer.get(f"/cases/{case}")["next_actions"]
    assert "uphold_ordinary" in actions["officer"]
    assert cases.buyer.get(f"/cases/{case}")["next_actions"] == {"complainant": actions["complainant"]}
    assert cases.seller.get(f"/cases/{case}")["next_actions"] == {"respondent": actions["respondent"]}


def test_deadlines_are_told_in_utc_and_in_shanghai(cases: CasesService) -> None:
    case = cases.notified()
    shown = {one["name"]: one for one in cases.buyer.get(f"/cases/{case}")["deadlines"]}
    assert shown["resolution"]["due"] == "2026-03-09T16:00:00Z"
    assert shown["resolution"]["due_local"] == "2026-03-10T00:00:00+08:00"
    assert [one["breached"] for one in shown.values()] == [False] * 3
    cases.clock.move(days=8)
    late = {one["name"]: one for one in cases.buyer.get(f"/cases/{case}")["deadlines"]}
    assert (late["resolution"]["breached"], late["first_handling"]["breached"]) == (True, True)
    assert (late["evidence"]["breached"], late["evidence"]["over"]) == (False, True)


def test_the_intake_service_files_for_a_named_buyer(cases: CasesService) -> None:
    intake = cases.caller("intake", "intake-1")
    assert intake.post("/cases", complaint(), 409)["code"] == "complainant_needed"
    case = cases.file(intake, complainant="b-1")
    assert cases.feed()[0]["actorrole"] == "intake"
    assert cases.buyer.get(f"/cases/{case}")["complainant"] == "b-1"
    intake.post(f"/cases/{case}/withdrawal")


def refused(cases: CasesService, **changes: Any) -> tuple[int, str]:
    """Return status and code with which a complaint is refused."""
    token = {"Authorization": f"Bearer {cases.buyer.token}"}
    answer = cases.http.post("/cases", json=complaint(**changes), headers=token)
    return answer.status_code, answer.json()["code"]


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"trade": None}, 422, "no_trade"),
        ({"incidents": []}, 422, "no_incident"),
        (
            {"channels": ["fax"], "incidents": [{"channel": "fax", "at": "2026-03-01T00:00:00Z"}]},
            422,
            "unknown_channel",
        ),
        ({"incidents": [{"channel": "phone", "at": "2026-03-03T00:00:00Z"}]}, 409, "incident_in_future"),
        ({"incidents": [{"channel": "sms", "at": "2026-03-01T00:00:00Z"}]}, 409, "channel_not_named"),
        ({"contacts": ["1"] * 21}, 422, "too_many"),
        ({"respondent": "b-1"}, 409, "same_party"),
        ({"complainant": "b-2"}, 403, "complainant_not_bound"),
    ],
)
def test_a_complaint_that_cannot_be_filed_says_what_would_have_to_be_true(
    cases: CasesService, changes: dict[str, Any], status: int, code: str
) -> None:
    assert refused(cases, **changes) == (status, code)
    assert cases.feed() == []
