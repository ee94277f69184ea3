"""Revocation ex officio: two supervisors, whatever an appeal makes of the case meanwhile; and stays by reviewers."""

import pytest

from tests.support.cases_service import STATEMENT, CasesService, dismiss, review, uphold
from tests.support.receipts import bare

WHY = {"reason": "模型误判，依职权撤销"}


def proposed(cases: CasesService, case: str) -> str:
    """Propose to revoke the decision of a case; return the proposal's event id."""
    done = cases.supervisor.decide(f"/cases/{case}/revocation", WHY)
    return str(done["events"][0]["id"])


def test_two_supervisors_revoke_a_decision(cases: CasesService) -> None:
    case = cases.upheld()
    decision = cases.officer.get(f"/cases/{case}")["penalty"]
    proposal = proposed(cases, case)
    own = cases.supervisor.decide(f"/cases/{case}/revocation/confirmation", {"answer": "confirm"}, 403)
    assert (own["code"], own["proposer"]) == ("same_officer", "chief-1")
    done = cases.second_supervisor.decide(f"/cases/{case}/revocation/confirmation", {"answer": "confirm"})
    assert done["state"] == "reversed"
    event = cases.feed()[-1]
    assert (event["type"], event["standingeffect"]) == ("demerit.cases.decision_revoked.v1", "points")
    assert (event["data"]["decision"], event["causationid"]) == (decision, proposal)
    assert (event["data"]["proposed_by"], event["data"]["confirmed_by"]) == ("chief-1", "chief-2")
    by_staff, by_seller = (who.get(f"/cases/{case}")["correction"] for who in (cases.officer, cases.seller))
    assert (by_staff["officers"], by_staff["reason"]) == (["chief-1", "chief-2"], WHY["reason"])
    assert (by_seller["outcome"], by_seller["officers"], by_seller["reason"]) == ("revoked", [], None)


def test_the_parties_do_not_learn_that_a_revocation_was_proposed(cases: CasesService) -> None:
    case = cases.upheld()
    shown = [(who.get(f"/cases/{case}"), who.get(f"/cases/{case}/history")) for who in (cases.seller, cases.buyer)]
    proposed(cases, case)
    staff = cases.reviewer.get(f"/cases/{case}")["revocation"]
    assert (staff["supervisor"], staff["reason"]) == ("chief-1", WHY["reason"])
    for (view, history), who in zip(shown, (cases.seller, cases.buyer), strict=True):
        assert who.get(f"/cases/{case}") == {**view, "version": view["version"] + 1}
        assert who.get(f"/cases/{case}/history") == history
    body = {"answer": "decline", "reason": "裁定无误"}
    cases.second_supervisor.decide(f"/cases/{case}/revocation/confirmation", body)
    assert cases.seller.get(f"/cases/{case}/history") == shown[0][1]
    assert cases.officer.get(f"/cases/{case}")["revocation"] is None


def test_a_revocation_is_declined_with_a_reason_or_taken_back_by_its_proposer(cases: CasesService) -> None:
    case = cases.upheld()
    path = f"/cases/{case}/revocation"
    assert cases.second_supervisor.decide(f"{path}/withdrawal", None, 409)["code"] == "nothing_proposed"
    proposal = proposed(cases, case)
    again = cases.second_supervisor.decide(path, WHY, 409)
    assert (again["code"], again["proposal"], again["proposer"]) == ("revocation_pending", proposal, "chief-1")
    decline = {"answer": "decline"}
    assert cases.second_supervisor.decide(f"{path}/confirmation", decline, 409)["code"] == "reason_missing"
    taken = cases.second_supervisor.decide(f"{path}/withdrawal", None, 403)
    assert (taken["code"], taken["proposer"]) == ("not_proposer", "chief-1")
    cases.supervisor.decide(f"{path}/withdrawal")
    assert cases.second_supervisor.decide(f"{path}/confirmation", decline, 409)["code"] == "nothing_proposed"
    assert cases.officer.get(f"/cases/{case}")["state"] == "upheld"


def test_only_what_counts_is_revoked(cases: CasesService) -> None:
    open_case, dismissed = cases.heard(), cases.file()
    assert cases.supervisor.decide(f"/cases/{open_case}/revocation", WHY, 409)["code"] == "undecided"
    cases.officer.decide(f"/cases/{dismissed}/decision", dismiss("evidence_insufficient"))
    assert cases.supervisor.decide(f"/cases/{dismissed}/revocation", WHY, 409)["code"] == "not_upheld"
    reversed_ = cases.appealed()
    done = cases.reviewer.decide(f"/cases/{reversed_}/appeal/decision", review("reverse"))
    late = cases.supervisor.decide(f"/cases/{reversed_}/revocation", WHY, 409)
    assert (late["code"], late["winner"]) == ("already_decided", bare(done["events"][0]))
    upheld = cases.upheld()
    assert (
        cases.supervisor.decide(f"/cases/{upheld}/revocation", {"reason": " \u200b"}, 409)["code"] == "reason_missing"
    )


@pytest.mark.parametrize("outcome", ["reject", "regrade"])
def test_what_an_appeal_has_left_can_be_revoked(cases: CasesService, outcome: str) -> None:
    """The regrade is what counts then, and what the revocation names."""
    case = cases.upheld_severe()
    cases.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT})
    grade = {"grade": "general"} if outcome == "regrade" else {}
    cases.reviewer.decide(f"/cases/{case}/appeal/decision", review(outcome, **grade))
    counting = cases.officer.get(f"/cases/{case}")["penalty"]
    proposed(cases, case)
    cases.second_supervisor.decide(f"/cases/{case}/revocation/confirmation", {"answer": "confirm"})
    assert cases.feed()[-1]["data"]["decision"] == counting
    shown = cases.seller.get(f"/cases/{case}")
    assert shown["appeal"]["outcome"] == {"reject": "rejected", "regrade": "regraded"}[outcome]
    assert (shown["correction"]["outcome"], shown["penalty"]) == ("revoked", None)
    lowered = ("ordinary", "general", 12) if outcome == "regrade" else (None, None, None)
    assert tuple(shown["correction"][name] for name in ("track", "grade", "points")) == lowered


def test_a_revocation_ends_a_pending_appeal_and_its_own_proposal_ends_with_a_reversal(cases: CasesService) -> None:
    revoked, reversed_ = cases.appealed(), cases.appealed()
    for case in (revoked, reversed_):
        proposed(cases, case)
    cases.second_supervisor.decide(f"/cases/{revoked}/revocation/confirmation", {"answer": "confirm"})
    assert cases.seller.get(f"/cases/{revoked}")["appeal"]["outcome"] == "revoked"
    late = cases.reviewer.decide(f"/cases/{revoked}/appeal/decision", review("reject"), 409)
    assert late["code"] == "already_decided"
    done = cases.reviewer.decide(f"/cases/{reversed_}/appeal/decision", review("reverse"))
    late = cases.second_supervisor.decide(f"/cases/{reversed_}/revocation/confirmation", {"answer": "confirm"}, 409)
    assert (late["code"], late["winner"]) == ("already_decided", bare(done["events"][0]))


def test_a_reviewer_stays_a_sanction_and_lifts_the_stay(cases: CasesService) -> None:
    case = cases.appealed()
    path = f"/cases/{case}"
    assert cases.reviewer.post(f"{path}/stay/lifting", {"reason": "x"}, 409)["code"] == "not_stayed"
    assert cases.reviewer.post(f"{path}/stay", {"reason": " "}, 409)["code"] == "reason_missing"
    stayed = cases.reviewer.post(f"{path}/stay", {"reason": "影响重大"})
    again = cases.reviewer.post(f"{path}/stay", {"reason": "影响重大"}, 409)
    assert (again["code"], again["stay"]) == ("already_stayed", stayed["events"][0]["id"])
    by_staff, by_seller = (who.get(path)["stay"] for who in (cases.officer, cases.seller))
    assert (by_staff["reviewer"], by_staff["reason"]) == ("reviewer-1", "影响重大")
    assert (by_seller["id"], by_seller["reviewer"], by_seller["reason"]) == (stayed["events"][0]["id"], None, None)
    cases.reviewer.post(f"{path}/stay/lifting", {"reason": "不再需要"})
    assert cases.seller.get(path)["stay"] is None
    events = cases.feed()[-2:]
    assert [event["standingeffect"] for event in events] == ["points", "points"]
    decision = cases.officer.get(path)["decision"]["id"]
    assert [event["data"]["decision"] for event in events] == [decision, decision]


def test_a_rejected_appeal_takes_its_stay_with_it(cases: CasesService) -> None:
    case = cases.appealed()
    cases.reviewer.post(f"/cases/{case}/stay", {"reason": "影响重大"})
    done = cases.reviewer.decide(f"/cases/{case}/appeal/decision", review("reject"))
    assert [event["type"].split(".")[2] for event in done["events"]] == ["appeal_rejected", "stay_lifted"]
    assert cases.feed()[-1]["data"]["cause"] == "appeal_rejected"
    over = cases.reviewer.post(f"/cases/{case}/stay", {"reason": "x"}, 409)
    assert over["code"] == "already_decided"


def test_a_supervisor_who_decided_nothing_may_still_be_a_party_or_recused(cases: CasesService) -> None:
    case = cases.heard()
    cases.supervisor.post(f"/cases/{case}/recusal", {"reason": "与买家相识"})
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    assert cases.supervisor.decide(f"/cases/{case}/revocation", WHY, 403)["code"] == "officer_recused"
    party = cases.caller("supervisor", "b-1")
    assert party.decide(f"/cases/{case}/revocation", WHY, 403)["code"] == "officer_is_party"
