"""A reason is written out: blanks are none, whoever gives it."""

import pytest

from tests.support.cases_service import CasesService, dismiss, uphold

BLANKS = [" ", "\t\r\n", "\u3000\u00a0"]


@pytest.mark.parametrize("reason", BLANKS)
def test_nothing_is_decided_for_a_reason_of_blanks(cases: CasesService, reason: str) -> None:
    case = cases.heard()
    for body in (uphold(reason=reason), dismiss("evidence_insufficient", reason=reason)):
        assert cases.officer.decide(f"/cases/{case}/decision", body, 409)["code"] == "reason_missing"
    refused = cases.officer.post(f"/cases/{case}/recusal", {"reason": reason}, 409)
    assert refused["code"] == "reason_missing"
    assert cases.officer.get(f"/cases/{case}")["state"] == "under_review"


def test_a_proposal_is_not_declined_for_a_reason_of_blanks(cases: CasesService) -> None:
    case = cases.heard("offensive_mail", "number_attributable")
    proposal = {"outcome": "propose_severe", "grade": "grave", "reason": "寄送冥币"}
    cases.officer.decide(f"/cases/{case}/decision", proposal)
    path, declined = f"/cases/{case}/confirmation", {"answer": "decline", "reason": BLANKS[0]}
    assert cases.second.decide(path, declined, 409)["code"] == "reason_missing"
    cases.second.decide(path, {"answer": "confirm", "reason": BLANKS[0]})
    assert cases.officer.get(f"/cases/{case}")["decision"]["reason"] == proposal["reason"]
