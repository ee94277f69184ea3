"""The standing over HTTP: read your writes, both clocks, tags and boundaries."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from services.ledger.api.standing import Standings
from shared.contracts.standing import Standing
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.ledger_service import LedgerService, ledger_service


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


def test_both_clocks_are_asked_and_echoed(service: LedgerService) -> None:
    """In UTC, whatever offset they came with."""
    service.cases.ordinary("s-1")
    service.cases.ordinary("s-1", at=FIRST + 10 * DAY)
    asked = {"as_of": "2026-03-05T12:00:00+08:00", "known_at": "2026-03-12T11:00:00+08:00"}
    body = service.standing("s-1", **asked)
    assert (body["as_of"], body["known_at"]) == ("2026-03-05T04:00:00Z", "2026-03-12T03:00:00Z")
    assert (body["points"]["ordinary"], body["final"]) == (12, True)
    later = {"as_of": "2026-03-12T12:01:00+08:00"}
    assert service.standing("s-1", **later)["points"]["ordinary"] == 24
    assert service.standing("s-1", known_position=1, **later)["points"]["ordinary"] == 12


def test_the_answer_changes_at_the_instant_it_names(service: LedgerService) -> None:
    """Whether or not the follower has recorded the lapse by then."""
    decision = service.cases.ordinary("s-1")
    before = Standing.model_validate(service.standing("s-1"))
    assert (before.standing, before.valid_until) == ("restricted", decision.recorded_at + 7 * DAY)
    service.cases.clock.now = decision.recorded_at + 7 * DAY
    after = Standing.model_validate(service.get("/sellers/s-1/standing").json())
    assert (after.standing, after.valid_from) == ("watch", before.valid_until)


def test_every_answer_keeps_the_contract(service: LedgerService) -> None:
    """Asked plainly, at clocks, and in bulk."""
    service.cases.ordinary("s-1", points=24)
    service.cases.severe("s-1", at=FIRST + DAY)
    bodies = [service.standing("s-1"), service.standing("s-1", as_of="2026-03-02T13:00:00Z"), service.standing("x")]
    for body in bodies:
        assert list(body) == list(Standing.model_fields)
        Standing.model_validate(body)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ({"as_of": "2026-03-05"}, "invalid_request"),
        ({"known_at": "1999-12-31T00:00:00Z"}, "invalid_request"),
        ({"min_position": "-1"}, "invalid_request"),
        ({"asof": "2026-03-05T00:00:00Z"}, "unknown_parameter"),
    ],
)
def test_questions_that_cannot_be_meant_are_refused(service: LedgerService, query: dict[str, Any], code: str) -> None:
    """With what would be understood."""
    answer = service.get("/sellers/s-1/standing", **query)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


@pytest.mark.parametrize("name", ["min_position", "known_position"])
def test_a_position_that_does_not_come_is_waited_for_within_a_bound(tmp_path: Path, name: str) -> None:
    """Then 503 says when to ask again, and how far it is folded."""
    with ledger_service(tmp_path, Decisions(), max_wait_s=0.05) as service:
        service.cases.ordinary("s-1")
        service.standing("s-1")
        answer = service.get("/sellers/s-1/standing", **dict[str, Any]({name: 99}))
    assert (answer.status_code, answer.json()["code"]) == (503, "position_not_folded")
    assert (answer.json()["folded_position"], answer.headers["Retry-After"]) == (1, "1")


def test_a_wait_ends_as_soon_as_the_position_is_folded(service: LedgerService) -> None:
    """The decision comes while the question waits."""
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(service.get, "/sellers/s-1/standing", min_position=1)
        service.cases.ordinary("s-1")
        assert waiting.result(5).json()["points"]["ordinary"] == 12


def test_many_accounts_are_answered_in_order(service: LedgerService) -> None:
    """Each with what it would have said alone; one in quarantine says so in its place."""
    service.cases.ordinary("s-1")
    service.cases.reverse("s-2", "no-such-decision")
    service.standing("s-1")
    asked = {"sellers": ["s-2", "s-1", "s-3"], "min_position": 2}
    answer = service.http.post("/standings:query", json=asked, headers=service.headers())
    assert answer.status_code == 200, answer.text
    quarantined, known, unknown = Standings.model_validate(answer.json()).standings
    assert quarantined.problem is not None
    assert (quarantined.problem.code, quarantined.problem.status) == ("seller_quarantined", 503)
    assert answer.json()["standings"][0]["problem"]["position"] == 2
    assert (known.seller, unknown.seller) == ("s-1", "s-3")
    assert answer.json()["standings"][1]["standing"] == service.standing("s-1")
    assert int(answer.headers["Demerit-Cases-Position"]) == 2


def test_a_rulebook_that_does_not_exist_is_not_found(service: LedgerService) -> None:
    """Alone and in bulk, with those that do exist."""
    alone = service.get("/sellers/s-1/standing", rulebook="TB-1999")
    asked = {"sellers": ["s-1"], "rulebook": "TB-1999"}
    many = service.http.post("/standings:query", json=asked, headers=service.headers())
    for answer in (alone, many):
        assert (answer.status_code, answer.json()["code"]) == (404, "rulebook_unknown")
        assert answer.json()["versions"] == ["TB-2012"]


def test_a_bulk_question_has_bounds(service: LedgerService) -> None:
    """1 to 1 000 accounts by name, no unknown field."""
    headers = service.headers()
    many = {"sellers": [f"s-{number}" for number in range(1000)], "as_of": "2026-03-05T00:00:00Z"}
    assert len(service.http.post("/standings:query", json=many, headers=headers).json()["standings"]) == 1000
    refused: tuple[dict[str, Any], ...] = (
        {"sellers": []},
        {"sellers": ["s"] * 1001},
        {"sellers": ["a b"]},
        {"sellers": ["s-1"], "at": "2026-03-05T00:00:00Z"},
        {"sellers": ["s-1"], "min_position": True},
    )
    for wrong in refused:
        assert service.http.post("/standings:query", json=wrong, headers=headers).status_code == 422, wrong
