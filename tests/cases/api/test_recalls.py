"""Recall of a faulty batch over HTTP, beside a real ledger: dry run, proposal, answer, progress, outcomes."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shared.kit.ids import uuid7
from tests.support.both_services import Both, both_services
from tests.support.recalls_over_http import OFFICER, REASON, completed, confirm, dry, outcomes, propose
from tests.support.receipts import bare

FOREVER_S = 3600


@pytest.fixture
def both(tmp_path: Path) -> Iterator[Both]:
    """Both services, with a worker that looks for recalls all the time."""
    with both_services(tmp_path, clock_interval_s=0.01) as running:
        yield running


@pytest.fixture
def idle(tmp_path: Path) -> Iterator[Both]:
    """Both services, with a worker that does not come to its work while the test runs."""
    with both_services(tmp_path, clock_interval_s=FOREVER_S) as running:
        yield running


def test_a_dry_run_tells_what_then_comes_about_and_writes_nothing(both: Both) -> None:
    """Given three decisions on two accounts, then the dry run's standings are those after the recall; and no fact."""
    cases = [both.upheld("s-1", "t-1"), both.upheld("s-1", "t-2"), both.upheld("s-2", "t-3", "officer-2")]
    head = len(both.cases.feed())
    told = dry(both.supervisor(), OFFICER)
    assert len(both.cases.feed()) == head
    assert both.supervisor().get("/recalls")["recalls"] == []
    assert (told["selected"], told["sellers"], told["as_of"]) == (2, 1, head)
    (preview,) = told["previews"]
    assert [one["case_id"] for one in preview["decisions"]] == cases[:2]
    assert [one["entry"] for one in preview["decisions"]] == [one["entry"] for one in preview["entries"]]
    assert all(one["counts"] for one in preview["entries"])
    assert (preview["standing_before"]["points"], preview["standing_after"]["points"]) == (
        {"ordinary": 24, "severe": 0},
        {"ordinary": 0, "severe": 0},
    )
    assert {(one["change"], one["entry"]) for one in preview["sanctions"]} == {
        ("vacated", one["entry"]) for one in preview["decisions"]
    }
    confirm(both, propose(both.supervisor())["recall_id"])
    recall = both.supervisor().get("/recalls")["recalls"][0]["recall_id"]
    completed(both, recall)
    after = both.standing("s-1")
    for name in ("points", "standing", "restrictions", "restricted_until"):
        assert after[name] == preview["standing_after"][name]
    assert both.standing("s-2")["points"]["ordinary"] == 12


def test_a_dry_run_is_paged_by_account(idle: Both) -> None:
    """Given three accounts, when asked for two at a time, then the link leads on to the third and no further."""
    for nth, seller in enumerate(["s-3", "s-1", "s-2"]):
        idle.upheld(seller, f"t-{nth}")
    by, path, seen = idle.supervisor(), "/recalls?limit=2", []
    for _ in range(2):
        body = {"mode": "dry_run", "criteria": OFFICER}
        answer = idle.cases.http.post(path, json=body, headers={"Authorization": f"Bearer {by.token}"})
        assert answer.status_code == 200, answer.text
        seen += [one["seller"] for one in answer.json()["previews"]]
        assert (answer.json()["selected"], answer.json()["sellers"]) == (3, 3)
        link = answer.headers.get("link")
        if link is not None:
            path = link[1 : link.index(">")]
    assert link is None
    assert seen == ["s-1", "s-2", "s-3"]
    assert dry(by, OFFICER, path="/recalls?after=s-3")["previews"] == []


def test_the_ledger_is_asked_for_an_answer_that_knows_of_everything_selected(idle: Both) -> None:
    """Given a follower that is held back, then the dry run is refused; once it has caught up, it is answered."""
    idle.upheld()
    idle.standing("s-1")
    idle.feed.held = True
    idle.upheld("s-1", "t-2")
    refused = dry(idle.supervisor(), OFFICER, 503)
    assert refused["code"] == "ledger_unavailable"
    idle.feed.held = False
    assert dry(idle.supervisor(), OFFICER)["previews"][0]["standing_before"]["points"]["ordinary"] == 24


@pytest.mark.parametrize("token", ["", "not.a.token", None])
def test_a_ledger_that_does_not_let_the_service_in_is_away(idle: Both, token: str | None) -> None:
    idle.upheld()
    path = idle.keys / "cases.token"
    if token is None:
        path.unlink()
    else:
        path.write_text(token)
    asked = {"mode": "dry_run", "criteria": OFFICER}
    headers = {"Authorization": f"Bearer {idle.supervisor().token}"}
    answer = idle.cases.http.post("/recalls", json=asked, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (503, "ledger_unavailable")
    assert int(answer.headers["retry-after"]) >= 1


def test_two_supervisors_revoke_and_progress_is_told(both: Both) -> None:
    cases = [both.upheld("s-1", "t-1"), both.upheld("s-2", "t-2")]
    written = propose(both.supervisor("v-1"))
    recall = written["recall_id"]
    assert (written["state"], written["selected"], written["version"]) == ("proposed", 2, 2)
    view = both.supervisor("v-2").get(f"/recalls/{recall}")
    assert (view["state"], view["proposed_by"], view["reason"], view["remaining"]) == ("proposed", "v-1", REASON, 2)
    assert view["criteria"] == {
        "rulebook": None,
        "officer": "officer-1",
        "detector": None,
        "decided_from": None,
        "decided_before": None,
        "decisions": [],
    }
    assert {one["outcome"] for one in outcomes(both, recall)} == {"pending"}
    assert confirm(both, recall)["state"] == "applying"
    view = completed(both, recall)
    assert (view["revoked"], view["passed_over"], view["remaining"], view["answer"]["by"]) == (2, 0, 0, "v-2")
    settled = outcomes(both, recall)
    assert [(one["case_id"], one["respondent"], one["outcome"]) for one in settled] == [
        (cases[0], "s-1", "revoked"),
        (cases[1], "s-2", "revoked"),
    ]
    events = {event["id"]: event for event in both.cases.feed()}
    for one in settled:
        event = events[one["event"]]
        assert (event["type"], int(event["sequence"])) == ("demerit.cases.decision_revoked.v1", one["position"])
        assert event["data"]["recall"] == recall
    for case in cases:
        assert both.cases.officer.get(f"/cases/{case}")["state"] == "reversed"
    assert both.supervisor().get("/recalls")["recalls"] == [
        {name: view[name] for name in view if name not in ("criteria", "as_of", "reason", "answer")}
    ]
    assert both.standing("s-1")["points"]["ordinary"] == 0


def test_the_proposer_cannot_confirm_nor_anybody_else_take_back(idle: Both) -> None:
    idle.upheld()
    recall = propose(idle.supervisor("v-1"))["recall_id"]
    path = f"/recalls/{recall}"
    own = idle.supervisor("v-1").post(f"{path}/confirmation", {"answer": "confirm"}, 403, If_Match="*")
    assert own["code"] == "same_officer"
    other = idle.supervisor("v-2").post(f"{path}/withdrawal", None, 403, If_Match="*")
    assert other["code"] == "not_proposer"
    assert idle.supervisor("v-1").post(f"{path}/withdrawal", None, If_Match="*")["state"] == "withdrawn"
    late = idle.supervisor("v-2").post(f"{path}/confirmation", {"answer": "confirm"}, 409, If_Match="*")
    assert (late["code"], late["state"]) == ("recall_answered", "withdrawn")
    assert late["answer"] == idle.cases.feed()[-1]["id"]


def test_declining_needs_a_reason_and_ends_the_recall(idle: Both) -> None:
    idle.upheld()
    recall = propose(idle.supervisor("v-1"))["recall_id"]
    path, by = f"/recalls/{recall}/confirmation", idle.supervisor("v-2")
    assert by.post(path, {"answer": "decline"}, 409, If_Match="*")["code"] == "reason_missing"
    assert by.post(path, {"answer": "decline", "reason": "查无此事"}, If_Match="*")["state"] == "declined"
    view = by.get(f"/recalls/{recall}")
    assert (view["answer"]["by"], view["answer"]["reason"]) == ("v-2", "查无此事")


def test_the_version_that_was_seen_is_demanded(idle: Both) -> None:
    idle.upheld()
    recall = propose(idle.supervisor("v-1"))["recall_id"]
    path, by = f"/recalls/{recall}/confirmation", idle.supervisor("v-2")
    assert by.post(path, {"answer": "confirm"}, 428)["code"] == "if_match_missing"
    assert by.post(path, {"answer": "confirm"}, 412, If_Match='"1"')["code"] == "version_mismatch"
    assert by.post(path, {"answer": "confirm"}, If_Match='"2"')["version"] == 3


def test_a_request_that_is_repeated_with_its_key_gets_the_same_answer(idle: Both) -> None:
    """For a proposal and for its answer: the receipt is the same, the facts are there once; another body is refused."""
    idle.upheld()
    first = propose(idle.supervisor("v-1"), Idempotency_Key="key-1")
    idle.upheld("s-2", "t-2")
    assert bare(propose(idle.supervisor("v-1"), Idempotency_Key="key-1")) == bare(first)
    other = propose(idle.supervisor("v-1"), {"officer": "officer-2"}, 422, Idempotency_Key="key-1")
    assert other["code"] == "idempotency_key_reused"
    path, by = f"/recalls/{first['recall_id']}/confirmation", idle.supervisor("v-2")
    answered = by.post(path, {"answer": "confirm"}, If_Match="*", Idempotency_Key="key-2")
    again = by.post(path, {"answer": "confirm"}, If_Match="*", Idempotency_Key="key-2")
    assert bare(again) == bare(answered)
    types = [event["type"].split(".")[2] for event in idle.cases.feed()]
    assert [types.count(name) for name in ("recall_proposed", "recall_selected", "recall_confirmed")] == [1, 1, 1]


def test_what_no_recall_could_be_is_refused(idle: Both) -> None:
    idle.upheld()
    by = idle.supervisor()
    assert propose(by, {}, 409)["code"] == "criteria_missing"
    assert dry(by, {}, 409)["code"] == "criteria_missing"
    assert propose(by, {"officer": "nobody"}, 409)["code"] == "nothing_selected"
    assert dry(by, {"officer": "nobody"})["selected"] == 0
    assert by.post("/recalls", {"mode": "propose", "criteria": OFFICER}, 409)["code"] == "reason_missing"
    for criteria in ({"decisions": ["no-id"]}, {"decisions": [uuid7()] * 1001}, {"officer": "两"}, {"seller": "s-1"}):
        assert propose(by, criteria, 422)["code"] == "invalid_request"
    assert by.get(f"/recalls/{uuid7()}", 404)["code"] == "recall_not_found"
    assert by.get(f"/recalls/{uuid7()}/decisions", 404)["code"] == "recall_not_found"
    answer = by.post(f"/recalls/{uuid7()}/confirmation", {"answer": "confirm"}, 404, If_Match="*")
    assert answer["code"] == "recall_not_found"


def test_lists_of_recalls_and_decisions_are_paged(idle: Both) -> None:
    for nth in range(3):
        idle.upheld("s-1", f"t-{nth}")
    made = [propose(idle.supervisor())["recall_id"] for _ in range(3)]
    assert pages(idle, "/recalls?limit=2", "recalls", "recall_id") == made
    assert pages(idle, f"/recalls/{made[0]}/decisions?limit=2", "decisions", "number") == [1, 2, 3]
    assert pages(idle, f"/recalls/{made[0]}/decisions?limit=3", "decisions", "number") == [1, 2, 3]


def pages(both: Both, path: str, name: str, field: str) -> list[Any]:
    """Return one field of all items of a collection, page by page."""
    headers, seen = {"Authorization": f"Bearer {both.supervisor().token}"}, []
    while True:
        answer = both.cases.http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        seen += [item[field] for item in answer.json()[name]]
        link = answer.headers.get("link")
        if link is None:
            return seen
        path = link[1 : link.index(">")]


def test_a_reason_is_in_the_vault_alone(tmp_path: Path) -> None:
    with both_services(tmp_path, clock_interval_s=0.01) as both:
        both.upheld()
        recall = propose(both.supervisor())["recall_id"]
        confirm(both, recall)
        completed(both, recall)
        assert REASON not in str(both.cases.feed())
    for path in (tmp_path / "cases").rglob("*"):
        if path.is_file():
            assert REASON.encode() not in path.read_bytes(), path


def test_a_period_in_the_wrong_order_selects_nothing(idle: Both) -> None:
    idle.upheld()
    idle.cases.clock.move(seconds=1)
    now = idle.cases.clock.now.isoformat()
    assert dry(idle.supervisor(), {"decided_from": "2026-01-01T00:00:00Z", "decided_before": now})["selected"] == 1
    assert dry(idle.supervisor(), {"decided_from": now, "decided_before": now})["selected"] == 0
