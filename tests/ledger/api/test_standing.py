"""The standing over HTTP: read your writes, both clocks, tags and boundaries."""

from tests.support.decisions import DAY, FIRST
from tests.support.ledger_service import LedgerService


def test_a_decision_is_read_back_by_its_position(service: LedgerService) -> None:
    """The answer names how far both logs had come."""
    decision = service.cases.ordinary("s-1")
    answer = service.get("/sellers/s-1/standing", min_position=decision.position)
    assert answer.status_code == 200
    assert answer.json()["points"] == {"ordinary": 12, "severe": 0}
    assert int(answer.headers["Demerit-Cases-Position"]) >= decision.position
    assert int(answer.headers["Demerit-Ledger-Position"]) >= 1


def test_an_account_without_facts_is_in_good_standing(service: LedgerService) -> None:
    """Nothing is known of it, so nothing is held against it."""
    body = service.get("/sellers/never-seen/standing").json()
    assert (body["standing"], body["points"], body["sanctions"]) == ("good", {"ordinary": 0, "severe": 0}, [])
    assert (body["account_version"], body["last_entry_position"], body["final"]) == (0, None, False)


def test_an_untouched_account_answers_the_same_bytes(service: LedgerService) -> None:
    """304 for who has them, though both logs went on."""
    service.cases.ordinary("s-1")
    service.standing("s-1")
    before = service.get("/sellers/s-1/standing")
    service.cases.clock.now = FIRST + DAY
    service.cases.ordinary("s-2")
    service.standing("s-2")
    after = service.get("/sellers/s-1/standing")
    assert (after.content, after.headers["ETag"]) == (before.content, before.headers["ETag"])
    assert after.headers["Demerit-Cases-Position"] > before.headers["Demerit-Cases-Position"]
    unchanged = service.get("/sellers/s-1/standing", headers={"If-None-Match": f'"x", W/{before.headers["ETag"]}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["ETag"] == before.headers["ETag"]
    service.cases.ordinary("s-1")
    service.standing("s-1")
    assert service.get("/sellers/s-1/standing", headers={"If-None-Match": before.headers["ETag"]}).status_code == 200
