"""Looking after accounts in quarantine over HTTP."""

from pathlib import Path

from tests.support.decisions import Decisions
from tests.support.ledger_service import LedgerService, ledger_service


def test_accounts_in_quarantine_are_listed_in_pages(service: LedgerService) -> None:
    """With where it began and how many facts wait."""
    for number in range(3):
        service.cases.reverse(f"s-{number}", "no-such-decision")
    service.cases.ordinary("s-1")
    service.standing("other")
    answer = service.get("/quarantine", headers=service.headers("admin"), limit=2)
    assert answer.json()["accounts"] == [
        {"seller": "s-0", "position": 1, "waiting": 1},
        {"seller": "s-1", "position": 2, "waiting": 2},
    ]
    last = service.http.get(answer.links["next"]["url"], headers=service.headers("admin"))
    assert [account["seller"] for account in last.json()["accounts"]] == ["s-2"]
    assert "next" not in last.links


def test_accounts_in_quarantine_are_counted(service: LedgerService) -> None:
    """So that somebody is woken: they wait for a person."""
    monitor = service.headers("monitor")
    service.standing("other")
    assert "ledger_accounts_quarantined 0.0" in service.get("/metrics", headers=monitor).text
    service.cases.reverse("s-1", "no-such-decision")
    service.standing("other")
    assert "ledger_accounts_quarantined 1.0" in service.get("/metrics", headers=monitor).text


def test_a_release_that_cannot_be_names_the_fact(service: LedgerService) -> None:
    """And one of an account that is well says so."""
    service.cases.reverse("s-1", "no-such-decision")
    service.standing("other")
    refused = service.http.post("/sellers/s-1/release", headers=service.headers("admin"))
    assert (refused.status_code, refused.json()["code"], refused.json()["position"]) == (409, "release_refused", 1)
    assert refused.json()["reason"].startswith("entry_unknown")
    well = service.http.post("/sellers/s-2/release", headers=service.headers("admin"))
    assert (well.status_code, well.json()["code"]) == (409, "account_not_quarantined")


def test_once_the_cause_is_mended_the_account_answers_again(tmp_path: Path) -> None:
    """The limit is raised, the service started again, the account released."""
    cases = Decisions()
    cases.ordinary("s-1", points=24)
    cases.ordinary("s-1", points=12)
    with ledger_service(tmp_path, cases, max_points=20) as service:
        assert service.get("/sellers/s-1/standing", min_position=2).status_code == 503
    with ledger_service(tmp_path, cases) as service:
        assert service.get("/sellers/s-1/standing", min_position=2).status_code == 503
        released = service.http.post("/sellers/s-1/release", headers=service.headers("admin", "admin-7"))
        told = released.json()
        assert (told["seller"], told["position"], told["folded"]) == ("s-1", 1, 2)
        assert [event["type"].split(".")[2] for event in told["events"]] == [
            "account_released",
            *["ordinary_violation_recorded"] * 2,
        ]
        assert all(event["receipt"].startswith("c2sp.org/tlog-proof@v1\n") for event in told["events"])
        assert service.standing("s-1")["points"]["ordinary"] == 36
        feed = service.get("/feed", headers=service.headers("follower")).json()
    told = next(event for event in feed if event["type"] == "demerit.ledger.account_released.v1")
    assert (told["actor"], told["actorrole"]) == ("admin-7", "admin")
