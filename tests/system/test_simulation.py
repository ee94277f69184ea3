"""From a draft to its publication: what real decisions would have been, by what their officers found."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.contracts.simulation import Simulation
from shared.kit.audit.vkey import parse_vkey
from shared.kit.localkeys import mint
from shared.rulebook.loader import load_timeline
from shared.rulebook.publishing import PublicationRefused, publish
from tests.support.both_services import Both, both_services
from tests.support.cases_service import MONDAY, YEARS_S, dismiss, uphold
from tests.support.drafts import DRAFT, INSULTS, ONLY_MAIL, draft
from tests.support.eventually import eventually
from tests.support.rulebooks import SEED


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Two sellers with an ordinary violation for calls, one with a severe one for mail, one with a dismissal."""
    with both_services(tmp_path_factory.mktemp("both")) as running:
        running.upheld("s-1")
        running.upheld("s-5")
        cases, mailed = running.cases, heard(running, "s-2", "offensive_mail", "number_attributable")
        cases.officer.decide(f"/cases/{mailed}/decision", uphold(outcome="propose_severe", grade="grave"))
        cases.second.decide(f"/cases/{mailed}/confirmation", {"answer": "confirm"})
        dismissed = heard(running, "s-4", "number_attributable")
        cases.officer.decide(f"/cases/{dismissed}/decision", dismiss("evidence_insufficient"))
        yield running


def heard(both: Both, seller: str, *shows: str) -> str:
    """Return a case against this seller that is ready to be decided, in which these facts are verified."""
    case = both.cases.notified(respondent=seller, trade={"id": f"t-{seller}"})
    piece = both.cases.evidence(case)
    assessed = {"verdict": "verified", "shows": list(shows)}
    both.cases.officer.post(f"/cases/{case}/evidence/{piece}/assessment", assessed)
    both.cases.caller("seller", seller, seller=seller).post(f"/cases/{case}/window-waiver")
    return case


def simulated(both: Both, text: str, **more: Any) -> dict[str, Any]:
    """Return the answer of a simulation over 2026, once it is complete."""
    token = mint(both.keys, "analyst", "a-1", ttl_s=YEARS_S, now=MONDAY.timestamp() - YEARS_S / 2)
    headers = {"Authorization": f"Bearer {token}"}
    for seller in ("s-1", "s-2", "s-5"):
        both.standing(seller)
    period = {"from": "2026-01-01T00:00:00+08:00", "until": "2027-01-01T00:00:00+08:00"}
    begun = both.ledger.post("/simulations", json={"rulebook": text, **period, **more}, headers=headers)
    assert begun.status_code == 202, begun.text
    path = begun.headers["location"]
    eventually(lambda: both.ledger.get(path, headers=headers).json()["state"] != "running", within_s=30)
    told = both.ledger.get(path, headers=headers).json()
    assert Simulation.model_validate(told).state == "complete"
    changes = both.ledger.get(f"{path}/changes", params={"limit": 1000}, headers=headers).json()["changes"]
    return {**told, "changes": changes}


def decisions(told: dict[str, Any]) -> dict[str, Any]:
    """Return what became of upheld decisions, by account."""
    found = [one for one in told["changes"] if one["kind"] == "decision"]
    return {one["seller"]: (one["outcome"], one["missing"], one["names"]) for one in found}


def test_what_officers_found_is_what_decides(both: Both) -> None:
    """Mailed things still permit both grades; calls alone permit none."""
    assert decisions(simulated(both, draft(ONLY_MAIL))) == {
        "s-1": ("not_upheld", None, []),
        "s-5": ("not_upheld", None, []),
    }


def test_what_nobody_was_asked_is_not_known(both: Both) -> None:
    """Neither of those upheld nor of the one dismissed."""
    told = simulated(both, draft(*INSULTS))
    assert decisions(told) == {seller: ("not_replayable", "factor", ["insult"]) for seller in ("s-1", "s-5")}
    (dismissal,) = [one for one in told["changes"] if one["kind"] == "dismissal"]
    assert (dismissal["seller"], dismissal["missing"]) == ("s-4", "factor")


def test_the_rules_as_they_are_change_nothing(both: Both) -> None:
    told = simulated(both, SEED)
    assert told["changes"] == []
    assert told["report"]["decisions"]["same"] == 3
    assert told["report"]["dismissals"]["same"] == 1


def test_the_answer_publishes_the_draft_and_no_other(both: Both, tmp_path: Path) -> None:
    text = draft(ONLY_MAIL)
    candidate, onto, report = tmp_path / "candidate.toml", tmp_path / "rules.toml", tmp_path / "report.json"
    candidate.write_text(text, "utf-8")
    onto.write_text(SEED, "utf-8")
    auditor = mint(both.keys, "auditor", "a-2", ttl_s=YEARS_S, now=MONDAY.timestamp() - YEARS_S / 2)
    keys = [parse_vkey(both.ledger.get("/log/keys", headers={"Authorization": f"Bearer {auditor}"}).text.strip())]
    for other in (simulated(both, draft(*INSULTS)), simulated(both, text, sellers=["s-1"])):
        report.write_text(json.dumps(other))
        with pytest.raises(PublicationRefused):
            publish(candidate, onto, [report], keys, both.cases.clock())
    report.write_text(json.dumps(simulated(both, text)))
    assert [version.id for version in publish(candidate, onto, [report], keys, both.cases.clock())] == [DRAFT]
    assert load_timeline(onto).versions[-1].id == DRAFT
