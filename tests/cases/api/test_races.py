"""Races after the decision, many rounds with real threads over HTTP: one fact each, and the rest are told which.

The threads of a round start together; what they meet is left to chance, so every round checks what must hold however
it went. Rounds are many because one proves little.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import httpx
import pytest

from tests.support.cases_service import Caller, CasesService, cases_service, review, uphold

EVENING = {"channel": "phone", "at": "2026-03-01T21:00:00+08:00", "until": "2026-03-01T23:00:00+08:00"}
LATER = {"channel": "phone", "at": "2026-03-01T23:30:00+08:00"}
ROUNDS = 12
ENDS = ("appeal_rejected", "decision_reversed", "decision_regraded", "decision_revoked", "appeal_lapsed")
WHY = {"reason": "依职权"}
CONFIRM = {"answer": "confirm"}

Racer = tuple[Caller, str, Any]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CasesService]:
    with cases_service(tmp_path_factory.mktemp("races"), clock_interval_s=3600) as running:
        yield running


def race(service: CasesService, racers: Sequence[Racer]) -> list[httpx.Response]:
    """Return the answers to POSTs that are sent at the same time, each on any version, in the order of the racers."""
    barrier = Barrier(len(racers))

    def run(racer: Racer) -> httpx.Response:
        who, path, body = racer
        barrier.wait()
        headers = {"Authorization": f"Bearer {who.token}", "If-Match": "*"}
        return service.http.post(path, json=body, headers=headers)

    with ThreadPoolExecutor(len(racers)) as pool:
        return list(pool.map(run, racers))


def ends(service: CasesService, case: str) -> list[dict[str, Any]]:
    """Return the facts with which an appeal ended or a decision was undone, as the history tells them."""
    entries = service.officer.get(f"/cases/{case}/history", limit=500)["entries"]
    return [entry for entry in entries if entry["type"].split(".")[2] in ENDS]


def one_end(service: CasesService, case: str, answers: Sequence[httpx.Response]) -> str:
    """Demand that one of the answers ended the case, and that all others name that fact; return its short name."""
    (end,) = ends(service, case)
    won = [answer for answer in answers if answer.status_code == 200]
    assert [end["id"]] == [answer.json()["events"][0]["id"] for answer in won]
    for answer in answers:
        if answer.status_code != 200:
            assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
            assert answer.json()["winner"]["id"] == end["id"]
    return str(end["type"].split(".")[2])


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_reviewers_decide_one_appeal(service: CasesService, round_: int) -> None:
    case = service.appealed()
    racers: list[Racer] = []
    for nth, outcome in enumerate(["reject", "reverse"] * 3):
        reviewer = service.caller("reviewer", f"judge-{nth}")
        racers.append((reviewer, f"/cases/{case}/appeal/decision", review(outcome)))
    one_end(service, case, race(service, racers[:: 1 if round_ % 2 else -1]))


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_reviewer_and_a_supervisor_undo_one_decision(service: CasesService, round_: int) -> None:
    """The decision of an appeal against the confirmation of a revocation: the points are taken back once."""
    case = service.appealed()
    service.supervisor.decide(f"/cases/{case}/revocation", WHY)
    reverse: Racer = (service.reviewer, f"/cases/{case}/appeal/decision", review("reverse"))
    confirm: Racer = (service.second_supervisor, f"/cases/{case}/revocation/confirmation", CONFIRM)
    one_end(service, case, race(service, [reverse, confirm] if round_ % 2 else [confirm, reverse]))


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_an_appeal_is_filed_while_the_decision_is_revoked(service: CasesService, round_: int) -> None:
    """Either the appeal came first and ended with the revocation, or it came too late and learns of it."""
    case = service.upheld()
    service.supervisor.decide(f"/cases/{case}/revocation", WHY)
    appeal: Racer = (service.seller, f"/cases/{case}/appeal", {"statement": "不服"})
    confirm: Racer = (service.second_supervisor, f"/cases/{case}/revocation/confirmation", CONFIRM)
    answers = race(service, [appeal, confirm] if round_ % 2 else [confirm, appeal])
    appealing, confirming = answers if round_ % 2 else reversed(answers)
    assert confirming.status_code == 200
    (end,) = ends(service, case)
    assert end["type"] == "demerit.cases.decision_revoked.v1"
    shown = service.seller.get(f"/cases/{case}")
    assert (shown["state"], shown["penalty"]) == ("reversed", None)
    if appealing.status_code == 200:
        assert shown["appeal"]["outcome"] == "revoked"
    else:
        late = appealing.json()
        assert (late["code"], late["winner"]["id"], shown["appeal"]) == ("already_decided", end["id"], None)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_supervisors_answer_one_revocation(service: CasesService, round_: int) -> None:
    case = service.upheld()
    path = f"/cases/{case}/revocation"
    service.supervisor.decide(path, WHY)
    racers: list[Racer] = [
        (service.second_supervisor, f"{path}/confirmation", CONFIRM),
        (service.caller("supervisor", "chief-3"), f"{path}/confirmation", {"answer": "decline", **WHY}),
        (service.caller("supervisor", "chief-4"), f"{path}/confirmation", CONFIRM),
    ]
    answers = race(service, racers[round_ % 3 :] + racers[: round_ % 3])
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409]
    codes = {answer.json()["code"] for answer in answers if answer.status_code == 409}
    revoked = len(ends(service, case)) == 1
    assert codes == ({"already_decided"} if revoked else {"nothing_proposed"})


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_officers_uphold_two_cases_of_one_incident(service: CasesService, round_: int) -> None:
    """The two cases have streams of their own: it is the guard that keeps the incident from a second penalty."""
    trade = {"id": f"t-shared-{round_}"}
    cases = [service.heard(trade=trade) for _ in range(3)]
    officers = [service.caller("officer", f"officer-{nth}") for nth in range(3)]
    racers = [(officer, f"/cases/{case}/decision", uphold()) for officer, case in zip(officers, cases, strict=True)]
    answers = race(service, racers)
    won = [case for case, answer in zip(cases, answers, strict=True) if answer.status_code == 200]
    assert len(won) == 1
    decision = service.officer.get(f"/cases/{won[0]}")["penalty"]
    for answer in answers:
        if answer.status_code != 200:
            told = answer.json()
            assert (answer.status_code, told["code"]) == (409, "incident_already_penalised")
            assert (told["case"], told["decision"]) == (won[0], decision)
    states = Counter(service.officer.get(f"/cases/{case}")["state"] for case in cases)
    assert states == {"upheld": 1, "under_review": 2}


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_two_cases_are_merged_into_each_other(service: CasesService, round_: int) -> None:
    """One of them goes on, always."""
    trade = {"id": f"t-mutual-{round_}"}
    first, second = service.file(trade=trade), service.file(trade=trade)
    body = {"reason": "同一事件"}
    racers = [
        (service.officer, f"/cases/{first}/merge", {"into": second, **body}),
        (service.second, f"/cases/{second}/merge", {"into": first, **body}),
    ]
    answers = race(service, racers[:: 1 if round_ % 2 else -1])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    (lost,) = [answer.json() for answer in answers if answer.status_code == 409]
    merged = {case: service.officer.get(f"/cases/{case}")["state"] == "merged" for case in (first, second)}
    assert sorted(merged.values()) == [False, True]
    assert (lost["code"], merged[lost["case"]]) == ("merged_into_ended", True)


@pytest.mark.parametrize("round_", range(ROUNDS))
def test_a_case_is_decided_while_one_with_a_further_incident_is_merged_into_it(
    service: CasesService, round_: int
) -> None:
    """It takes the other in before it is decided, or not at all: nothing is merged that nobody judges any more."""
    trade = {"id": f"t-further-{round_}"}
    first = service.heard(trade=trade)
    second = service.file(trade=trade, incidents=[EVENING, LATER])
    racers: list[Racer] = [
        (service.officer, f"/cases/{first}/decision", uphold()),
        (service.second, f"/cases/{second}/merge", {"into": first, "reason": "同一事件"}),
    ]
    upheld, merged = race(service, racers) if round_ % 2 else reversed(race(service, racers[::-1]))
    assert upheld.status_code == 200
    if merged.status_code == 200:
        first_fact, second_fact = (answer.json()["events"][0]["position"] for answer in (merged, upheld))
        assert first_fact < second_fact
    else:
        assert (merged.status_code, merged.json()["code"]) == (409, "incidents_left")


def test_evidence_in_an_appeal_and_its_decision_do_not_lose_each_other(service: CasesService) -> None:
    """Pieces that were acknowledged are there, the others were told that the case is decided."""
    for nth in range(4):
        case = service.appealed()
        piece = {"kind": "chat_evidence_number", "number": f"JZ-{nth}"}
        racers: list[Racer] = [(service.seller, f"/cases/{case}/evidence", piece)] * 4
        racers.insert(nth, (service.reviewer, f"/cases/{case}/appeal/decision", review("reject")))
        answers = race(service, racers)
        statuses = Counter(answer.status_code for answer in answers)
        shown = service.reviewer.get(f"/cases/{case}")
        kept = [one for one in shown["evidence"] if one["kind"] == "chat_evidence_number"]
        assert (statuses[200], statuses[201], shown["state"]) == (1, len(kept), "upheld_final")
        assert {answer.json()["code"] for answer in answers if answer.status_code == 409} <= {"already_decided"}
