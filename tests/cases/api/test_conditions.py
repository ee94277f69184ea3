"""Keys, versions and conflicts: a write happens once, on what its author saw, and says who won."""

from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.support.cases_service import CasesService, complaint, dismiss, uphold
from tests.support.receipts import bare


def send(cases: CasesService, token: str, path: str, body: object, **headers: str) -> httpx.Response:
    """Return the raw answer to a POST."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return cases.http.post(path, json=body, headers={"Authorization": f"Bearer {token}", **named})


def test_a_repeated_filing_gets_the_same_answer(cases: CasesService) -> None:
    first = send(cases, cases.buyer.token, "/cases", complaint(), Idempotency_Key="k-1")
    cases.clock.move(hours=5)
    again = send(cases, cases.buyer.token, "/cases", complaint(), Idempotency_Key="k-1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert bare(first.json()) == bare(again.json())
    for header in ("etag", "location", "content-type"):
        assert first.headers[header] == again.headers[header]
    assert len(cases.feed()) == 1


def test_a_repeated_decision_gets_the_first_answer_although_the_case_is_decided(cases: CasesService) -> None:
    case = cases.heard()
    path, officer = f"/cases/{case}/decision", cases.officer.token
    first = send(cases, officer, path, uphold(), Idempotency_Key="k-1", If_Match='"5"')
    again = send(cases, officer, path, uphold(), Idempotency_Key="k-1", If_Match='"5"')
    assert (first.status_code, bare(first.json())) == (200, bare(again.json()))
    assert first.headers["etag"] == '"6"'


def test_a_key_is_for_one_body_however_it_is_spelt(cases: CasesService) -> None:
    send(cases, cases.buyer.token, "/cases", complaint(), Idempotency_Key="k-1")
    reordered = dict(reversed(complaint().items()))
    assert send(cases, cases.buyer.token, "/cases", reordered, Idempotency_Key="k-1").status_code == 201
    other = send(cases, cases.buyer.token, "/cases", complaint(respondent="s-2"), Idempotency_Key="k-1")
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert len(cases.feed()) == 1


def test_a_key_belongs_to_who_uses_it_where(cases: CasesService) -> None:
    """Another subject, and another route, may use the same key for something else."""
    send(cases, cases.buyer.token, "/cases", complaint(), Idempotency_Key="k-1")
    other = cases.caller("complainant", "buyer-2", complainant="b-2")
    assert send(cases, other.token, "/cases", complaint(), Idempotency_Key="k-1").status_code == 201
    ids = [event["correlationid"] for event in cases.feed()]
    assert len(set(ids)) == 2
    for case in ids:
        answer = send(cases, cases.officer.token, f"/cases/{case}/notification", {}, Idempotency_Key="k-1")
        assert answer.json()["case_id"] == case


def test_only_successes_are_kept(cases: CasesService) -> None:
    """A refused request with a key may be sent again once the case allows it, even with another body."""
    case = cases.file()
    path = f"/cases/{case}/decision/notification"
    assert send(cases, cases.officer.token, path, {}, Idempotency_Key="k").json()["code"] == "undecided"
    cases.officer.decide(f"/cases/{case}/decision", dismiss("evidence_insufficient"))
    cases.clock.move(minutes=1)
    assert send(cases, cases.officer.token, path, {}, Idempotency_Key="k").status_code == 200


def test_an_announcement_is_idempotent_too(cases: CasesService) -> None:
    case = cases.file()
    body = {"kind": "call_list", "media_type": "text/csv", "size_bytes": 10}
    path = f"/cases/{case}/evidence"
    first = send(cases, cases.buyer.token, path, body, Idempotency_Key="k")
    again = send(cases, cases.buyer.token, path, body, Idempotency_Key="k")
    assert (first.status_code, first.content) == (201, again.content)
    assert len(cases.buyer.get(f"/cases/{case}")["awaited"]) == 1
    assert len(cases.feed()) == 1


def test_the_same_key_sent_by_many_at_once_writes_once(cases: CasesService) -> None:
    def once(_: int) -> httpx.Response:
        return send(cases, cases.buyer.token, "/cases", complaint(), Idempotency_Key="k-1")

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(once, range(16)))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert len(cases.feed()) == 1


@pytest.mark.parametrize("path", ["decision", "confirmation", "proposal/withdrawal"])
def test_a_decision_needs_the_version_it_rests_on(cases: CasesService, path: str) -> None:
    case = cases.heard("offensive_mail", "number_attributable")
    decider = cases.officer
    body: object = uphold()
    if path != "decision":
        cases.officer.decide(f"/cases/{case}/decision", uphold(outcome="propose_severe", grade="grave"))
        body, decider = ({"answer": "confirm"}, cases.second) if path == "confirmation" else (None, cases.officer)
    version = cases.officer.get(f"/cases/{case}")["version"]
    missing = decider.post(f"/cases/{case}/{path}", body, 428)
    assert (missing["code"], missing["version"]) == ("if_match_missing", version)
    for tag in (f'"{version - 1}"', f'W/"{version}"', '"other"', f'"{version + 1}", "x"', f"{version}"):
        mismatch = decider.post(f"/cases/{case}/{path}", body, 412, If_Match=tag)
        assert (mismatch["code"], mismatch["version"]) == ("version_mismatch", version)
    decider.post(f"/cases/{case}/{path}", body, 200, If_Match=f'"{version - 1}", "{version}"')


def test_any_version_will_do_for_a_star(cases: CasesService) -> None:
    case = cases.heard()
    cases.officer.post(f"/cases/{case}/decision", uphold(), 200, If_Match="*")


def test_elsewhere_the_version_is_looked_at_when_it_is_given(cases: CasesService) -> None:
    case = cases.file()
    assert cases.officer.post(f"/cases/{case}/notification", {}, 412, If_Match='"2"')["code"] == "version_mismatch"
    cases.officer.post(f"/cases/{case}/notification", {}, 200, If_Match='"1"')


def test_a_domain_refusal_outranks_the_version_and_names_the_winner(cases: CasesService) -> None:
    case = cases.heard()
    won = cases.officer.post(f"/cases/{case}/decision", uphold(), 200, If_Match='"5"')
    lost = cases.second.post(f"/cases/{case}/decision", dismiss("evidence_insufficient"), 409, If_Match='"5"')
    assert lost["code"] == "already_decided"
    assert lost["winner"] == bare(won["events"][0])
    without = cases.second.post(f"/cases/{case}/decision", dismiss("evidence_insufficient"), 409)
    assert without["winner"] == bare(won["events"][0])


def test_of_many_racing_officers_one_wins_and_the_others_learn_who(cases: CasesService) -> None:
    case = cases.heard()
    officers = [cases.caller("officer", f"racer-{nth}") for nth in range(24)]

    def decide(nth: int) -> httpx.Response:
        body = uphold() if nth % 2 else dismiss("evidence_insufficient")
        return send(cases, officers[nth].token, f"/cases/{case}/decision", body, If_Match='"5"')

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(decide, range(24)))
    winners = [answer.json() for answer in answers if answer.status_code == 200]
    losers = [answer.json() for answer in answers if answer.status_code == 409]
    assert (len(winners), len(winners) + len(losers)) == (1, 24)
    late = [loser for loser in losers if loser["code"] == "already_decided"]
    assert {loser["winner"]["id"] for loser in late} == {winners[0]["events"][0]["id"]}
    assert {loser["code"] for loser in losers} <= {"already_decided", "ground_closed"}
    assert len(cases.feed()) == 6


def test_writes_that_do_not_exclude_each_other_all_go_through_at_once(cases: CasesService) -> None:
    """Given many threads on one case, each loses races for versions and decides again until it is in."""
    case = cases.file()
    buyer = cases.buyer

    def submit(nth: int) -> int:
        body = {"kind": "chat_evidence_number", "number": f"JZ-{nth}"}
        return send(cases, buyer.token, f"/cases/{case}/evidence", body).status_code

    with ThreadPoolExecutor(12) as pool:
        assert set(pool.map(submit, range(24))) == {201}
    events = cases.feed()
    assert [event["streamversion"] for event in events] == list(range(1, 26))
    assert len(cases.buyer.get(f"/cases/{case}")["evidence"]) == 24
