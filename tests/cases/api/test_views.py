"""Who sees what of the procedure after the decision: parties what concerns them, never who of the staff, nor why."""

import json

import pytest

from tests.support.cases_service import Caller, CasesService, review, uphold

REASONS = ("理由一", "理由二", "理由三", "理由四", "理由五", "理由六")
NAMES = ("officer-1", "officer-2", "reviewer-1", "chief-1", "chief-2")
STATEMENT, MORE, WANTED = "申诉陈述甲", "补充陈述乙", "请补充证明丙"


def played(cases: CasesService) -> str:
    """Play a case in which everybody of the staff says why: appeal, stay, return, rejection, revocation."""
    case = cases.notified()
    path = f"/cases/{case}"
    cases.supervisor.post(
        f"{path}/deadline-extension",
        {"deadline": "resolution", "due": "2026-03-20T00:00:00+08:00", "reason": REASONS[0]},
    )
    cases.clock.move(days=4)
    piece = cases.evidence(case)
    shows = {"verdict": "verified", "shows": ["frequent_contact", "number_attributable"]}
    cases.second.post(f"{path}/evidence/{piece}/assessment", shows)
    cases.second.post(f"{path}/evidence/{piece}/admission", {"admit": True, "reason": REASONS[1]})
    cases.officer.decide(f"{path}/decision", uphold(reason=REASONS[2]))
    cases.seller.post(f"{path}/appeal", {"statement": STATEMENT})
    cases.reviewer.post(f"{path}/stay", {"reason": REASONS[3]})
    cases.reviewer.post(f"{path}/appeal/return", {"reason": WANTED})
    cases.seller.post(f"{path}/appeal/resumption", {"statement": MORE})
    cases.reviewer.decide(f"{path}/appeal/decision", review("reject", reason=REASONS[4]))
    cases.supervisor.decide(f"{path}/revocation", {"reason": REASONS[5]})
    cases.second_supervisor.decide(f"{path}/revocation/confirmation", {"answer": "confirm"})
    return case


def read(who: Caller, case: str) -> str:
    """Return all that a reader is told of a case, as text."""
    told = [who.get(f"/cases/{case}"), who.get(f"/cases/{case}/history", limit=500)]
    return json.dumps(told, ensure_ascii=False)


def test_staff_read_every_reason_and_every_name(cases: CasesService) -> None:
    text = read(cases.officer, played(cases))
    assert [word for word in (*REASONS, *NAMES, STATEMENT, MORE, WANTED) if word not in text] == []


@pytest.mark.parametrize("party", ["buyer", "seller"])
def test_the_parties_read_no_name_and_no_reason_of_the_staff(cases: CasesService, party: str) -> None:
    text = read(getattr(cases, party), played(cases))
    assert [word for word in (*REASONS, *NAMES) if word in text] == []
    assert [word in text for word in (STATEMENT, MORE, WANTED)] == [party == "seller"] * 3


def test_the_history_tells_the_parties_the_steps_that_concern_them(cases: CasesService) -> None:
    case = played(cases)
    told = [entry["type"].split(".")[2] for entry in cases.buyer.get(f"/cases/{case}/history")["entries"]]
    assert told == [
        "complaint_filed",
        "respondent_notified",
        "deadline_extended",
        "evidence_submitted",
        "ordinary_violation_upheld",
        "decision_notified",
        "appeal_filed",
        "sanction_stayed",
        "appeal_returned",
        "appeal_resumed",
        "appeal_rejected",
        "stay_lifted",
        "decision_revoked",
    ]
    entries = {entry["type"].split(".")[2]: entry for entry in cases.seller.get(f"/cases/{case}/history")["entries"]}
    assert entries["appeal_filed"]["texts"] == {"statement": STATEMENT}
    assert entries["appeal_resumed"]["texts"] == {"statement": MORE}
    assert entries["appeal_returned"]["texts"] == {"wanted": WANTED}
    assert entries["decision_revoked"]["actor_role"] == "supervisor"


def test_what_each_role_may_do_follows_the_case(cases: CasesService) -> None:
    case = cases.upheld()

    def actions() -> dict[str, list[str]]:
        found: dict[str, list[str]] = cases.officer.get(f"/cases/{case}")["next_actions"]
        return found

    assert actions()["respondent"] == ["file_appeal"]
    assert actions()["supervisor"] == ["propose_revocation"]
    cases.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT})
    assert actions()["reviewer"] == ["return_appeal", "decide_appeal", "stay_sanction"]
    cases.reviewer.post(f"/cases/{case}/stay", {"reason": "x"})
    cases.reviewer.post(f"/cases/{case}/appeal/return", {"reason": WANTED})
    assert actions()["reviewer"] == ["lift_stay"]
    assert actions()["respondent"] == ["resume_appeal", "submit_evidence"]
    cases.supervisor.decide(f"/cases/{case}/revocation", {"reason": "x"})
    assert actions()["second_supervisor"] == ["confirm_revocation", "decline_revocation"]
    assert "supervisor" not in cases.seller.get(f"/cases/{case}")["next_actions"]
