"""Dismissals contested by the complainant, where the rulebook lets them: rejected, or overturned and decided anew."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.cases_service import CasesService, cases_service, dismiss, review, uphold
from tests.support.rulebooks import edited

STATEMENT = {"statement": "通话录音足以证明骚扰"}


@pytest.fixture
def contestable(tmp_path: Path) -> Iterator[CasesService]:
    """A service whose rulebook lets a dismissal be contested."""
    rulebook = tmp_path / "rulebook.toml"
    rulebook.write_text(edited(("dismissal_contestable = false", "dismissal_contestable = true")), "utf-8")
    with cases_service(tmp_path, rulebook=str(rulebook)) as service:
        yield service


def dismissed(cases: CasesService) -> str:
    """Return a case dismissed although one piece is verified."""
    case = cases.heard("number_attributable")
    cases.officer.decide(f"/cases/{case}/decision", dismiss("evidence_insufficient"))
    return case


def test_under_the_seeds_rulebook_nobody_contests_a_dismissal(cases: CasesService) -> None:
    case = dismissed(cases)
    assert cases.buyer.get(f"/cases/{case}")["next_actions"] == {}
    refused = cases.buyer.post(f"/cases/{case}/appeal", STATEMENT, 409)
    assert (refused["code"], refused["rulebook"]) == ("dismissal_not_contestable", "TB-2012")


def test_a_contest_that_is_rejected_leaves_the_dismissal_final(contestable: CasesService) -> None:
    case = dismissed(contestable)
    assert contestable.buyer.get(f"/cases/{case}")["next_actions"] == {"complainant": ["file_appeal"]}
    contestable.buyer.post(f"/cases/{case}/appeal", STATEMENT)
    assert contestable.feed()[-1]["type"] == "demerit.cases.dismissal_contested.v1"
    by_buyer, by_seller = (who.get(f"/cases/{case}")["appeal"] for who in (contestable.buyer, contestable.seller))
    assert (by_buyer["party"], by_buyer["statements"]) == ("complainant", [STATEMENT["statement"]])
    assert (by_seller["party"], by_seller["statements"]) == ("complainant", [])
    for body, code in (
        (review("regrade", grade="general"), "dismissal_not_gradable"),
        (review("reject", grade="general"), "regrade_needs_grade"),
    ):
        status = 409 if code == "dismissal_not_gradable" else 422
        refused = contestable.reviewer.decide(f"/cases/{case}/appeal/decision", body, status)
        assert refused["code"] == code
    assert contestable.reviewer.post(f"/cases/{case}/stay", {"reason": "x"}, 409)["code"] == "not_upheld"
    done = contestable.reviewer.decide(f"/cases/{case}/appeal/decision", review("reject"))
    assert done["state"] == "dismissed_final"


def test_the_intake_service_contests_for_its_buyer(contestable: CasesService) -> None:
    case = dismissed(contestable)
    contestable.caller("intake", "intake-1").post(f"/cases/{case}/appeal", STATEMENT)
    assert contestable.feed()[-1]["actorrole"] == "intake"


def test_an_overturned_dismissal_is_decided_anew(contestable: CasesService) -> None:
    """Points need the procedure: the reviewer opens the case again, officers decide it, by a new deadline."""
    case = dismissed(contestable)
    path = f"/cases/{case}"
    contestable.buyer.post(f"{path}/appeal", STATEMENT)
    contestable.clock.move(days=3)
    more = contestable.evidence(case)
    done = contestable.reviewer.decide(f"{path}/appeal/decision", review("reverse"))
    assert done["state"] == "under_review"
    event = contestable.feed()[-1]
    assert (event["type"], event["standingeffect"]) == ("demerit.cases.dismissal_overturned.v1", "none")
    shown = contestable.buyer.get(path)
    assert (shown["decision"], shown["appeal"]["outcome"]) == (None, "overturned")
    due = {one["name"]: one for one in shown["deadlines"]}
    assert due["resolution"]["due_local"] == "2026-03-13T00:00:00+08:00"
    assert not due["resolution"]["breached"]
    assert [item["case_id"] for item in contestable.officer.get("/cases", state="under_review")["cases"]] == [case]

    judge = contestable.caller("officer", "reviewer-1")
    verified = {"verdict": "verified", "shows": ["frequent_contact"]}
    judge.post(f"{path}/evidence/{more}/assessment", verified)
    contestable.second.decide(f"{path}/decision", uphold())
    contestable.seller.post(f"{path}/appeal", {"statement": "不服"})
    own = contestable.reviewer.decide(f"{path}/appeal/decision", review("reject"), 403)
    assert own["code"] == "reviewer_took_part"
    other = contestable.caller("reviewer", "reviewer-2")
    assert other.decide(f"{path}/appeal/decision", review("reject"))["state"] == "upheld_final"
