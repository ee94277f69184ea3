"""Erasure over HTTP: who may, when, what it answers, and what is left to be read afterwards."""

import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from services.cases.evidence import EvidenceStore, StoreUnavailable
from tests.support.cases_service import Caller, CasesService, HandClock, cases_service, uphold
from tests.support.cases_story import BUYER, SELLER
from tests.support.cases_told import told
from tests.support.cases_writer import writer
from tests.support.personal import everything, found_in, traces
from tests.support.receipts import bare

YEARS = 3 * 365 + 30


def supervisor(cases: CasesService) -> Caller:
    """A supervisor."""
    return cases.caller("supervisor", "supervisor-1")


def decided(cases: CasesService) -> str:
    """Return a case that is decided, the parties knowing of it, long ago."""
    case = cases.heard()
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    cases.officer.post(f"/cases/{case}/decision/notification", {})
    cases.clock.move(days=YEARS)
    return case


def test_it_is_refused_until_the_instant_that_the_refusal_names(cases: CasesService) -> None:
    case, boss = cases.heard(), supervisor(cases)
    running = boss.post(f"/cases/{case}/erasure", expect=409)
    assert (running["code"], running["reason"], running["possible_from"]) == ("legal_hold", "open_case", None)
    cases.officer.decide(f"/cases/{case}/decision", uphold())
    assert boss.post(f"/cases/{case}/erasure", expect=409)["reason"] == "decision_not_notified"
    cases.officer.post(f"/cases/{case}/decision/notification", {})
    kept = boss.post(f"/cases/{case}/erasure", expect=409)
    assert kept["reason"] == "retention"
    cases.clock.now = datetime.fromisoformat(kept["possible_from"]) - timedelta(milliseconds=100)
    assert boss.post(f"/cases/{case}/erasure", expect=409)["possible_from"] == kept["possible_from"]
    cases.clock.now = datetime.fromisoformat(kept["possible_from"])
    receipt = boss.post(f"/cases/{case}/erasure")
    assert [event["type"] for event in receipt["events"]] == ["demerit.cases.personal_data_erased.v1"]
    (fact,) = [event for event in cases.feed() if event["type"].endswith("erased.v1")]
    assert fact["data"] == {"erased_by": "supervisor-1", "held_until": kept["possible_from"]}
    assert fact["actorrole"] == "supervisor"


def test_only_supervisors_and_administrators_erase(cases: CasesService) -> None:
    case = decided(cases)
    for caller in (cases.officer, cases.buyer, cases.seller, cases.caller("reviewer", "r-1")):
        assert caller.post(f"/cases/{case}/erasure", expect=403)["code"] == "scope_missing"
    nowhere = case[:-12] + "0" * 12
    assert supervisor(cases).post(f"/cases/{nowhere}/erasure", expect=404)["code"] == "case_not_found"
    cases.caller("admin", "admin-1").post(f"/cases/{case}/erasure")


def test_a_repetition_gets_the_same_receipt_and_another_caller_is_told_that_it_was_done(cases: CasesService) -> None:
    case, path = (case := decided(cases)), f"/cases/{case}/erasure"
    first = supervisor(cases).post(path)
    cases.clock.move(days=1)
    assert bare(supervisor(cases).post(path)) == bare(first)
    told_so = cases.caller("admin", "admin-1").post(path, expect=410)
    assert told_so["code"] == "personal_data_erased"
    keyed = supervisor(cases).post(path, expect=410, Idempotency_Key="k-1")
    assert keyed["code"] == "personal_data_erased"


def test_a_store_that_is_away_makes_it_503_and_the_repetition_200(tmp_path: Path, monkeypatch: Any) -> None:
    with cases_service(tmp_path, clock_interval_s=3600) as cases:
        case, boss = decided(cases), supervisor(cases)

        def fails(*_: object) -> None:
            raise StoreUnavailable("away")

        with monkeypatch.context() as patched:
            patched.setattr(EvidenceStore, "forget", fails)
            boss.post(f"/cases/{case}/erasure", expect=503, Idempotency_Key="k-1")
            assert "cases_erasures_under_way 1.0" in cases.caller("monitor", "m-1").get("/metrics").decode()
            assert cases.officer.get(f"/cases/{case}")["narrative"] is None
            piece = cases.officer.get(f"/cases/{case}")["evidence"][0]["id"]
            cases.officer.get(f"/cases/{case}/evidence/{piece}/content", 410)
        kept = traces_of_content(tmp_path)
        assert kept
        receipt = boss.post(f"/cases/{case}/erasure", Idempotency_Key="k-1")
        assert len(receipt["events"]) == 1
        assert traces_of_content(tmp_path) == []
        assert "cases_erasures_under_way 0.0" in cases.caller("monitor", "m-1").get("/metrics").decode()


def traces_of_content(folder: Path) -> list[Path]:
    """Return the contents in the store."""
    return [path for path in (folder / "cases" / "evidence").rglob("*") if path.is_file()]


def test_what_is_read_of_an_erased_case_are_its_facts(cases: CasesService) -> None:
    case = decided(cases)
    readers = (cases.officer, cases.buyer, cases.seller)
    before = [(reader, reader.get(f"/cases/{case}"), reader.get(f"/cases/{case}/history")) for reader in readers]
    supervisor(cases).post(f"/cases/{case}/erasure")
    for reader, seen, history in before:
        now = reader.get(f"/cases/{case}")
        assert (seen["erased"], now["erased"]) == (False, True)
        assert (now["narrative"], now["contacts"]) == (None, [])
        assert [defence["statement"] for defence in now["defences"]] == [None for _ in seen["defences"]]
        assert [piece["id"] for piece in now["evidence"]] == [piece["id"] for piece in seen["evidence"]]
        assert now["decision"] == seen["decision"] | {"reason": None}
        assert now["state"] == seen["state"]
        assert now["next_actions"] == {}
        told_now = reader.get(f"/cases/{case}/history")["entries"]
        assert all(entry["texts"] == {} for entry in told_now)
        assert told_now[:-1] == [entry | {"texts": {}} for entry in history["entries"]]
        assert told_now[-1]["summary"] == "The personal data of the case was destroyed."
    assert case in [item["case_id"] for item in cases.officer.get("/cases")["cases"]]


def test_a_content_is_gone_and_the_answer_says_so_to_those_who_could_read_it(cases: CasesService) -> None:
    case = decided(cases)
    piece = cases.officer.get(f"/cases/{case}")["evidence"][0]["id"]
    path = f"/cases/{case}/evidence/{piece}/content"
    assert cases.officer.get(path)
    supervisor(cases).post(f"/cases/{case}/erasure")
    for caller in (cases.officer, cases.buyer):
        gone = caller.get(path, 410)
        assert gone["code"] == "personal_data_erased"
        assert gone["detail"] == "The personal data of the case would have to be there still."
    assert cases.seller.get(path, 404)["code"] == "evidence_not_found"


def test_every_write_on_an_erased_case_is_refused_alike(cases: CasesService) -> None:
    case = decided(cases)
    piece = cases.officer.get(f"/cases/{case}")["evidence"][0]["id"]
    supervisor(cases).post(f"/cases/{case}/erasure")
    text, path = {"reason": "原因"}, f"/cases/{case}"
    offered = {"kind": "call_list", "media_type": "application/pdf", "size_bytes": 5}
    number = {"kind": "chat_evidence_number", "number": "JZ-1"}
    assessed = {"verdict": "verified", "shows": []}
    refused = [
        cases.officer.post(f"{path}/notification", {}, 410),
        cases.officer.post(f"{path}/handling", None, 410),
        cases.officer.post(f"{path}/recusal", text, 410),
        cases.officer.post(f"{path}/evidence/{piece}/assessment", assessed, 410),
        cases.officer.decide(f"{path}/decision", uphold(), 410),
        cases.officer.decide(f"{path}/confirmation", {"answer": "decline"} | text, 410),
        cases.officer.decide(f"{path}/proposal/withdrawal", None, 410),
        cases.officer.post(f"{path}/decision/notification", {}, 410),
        cases.seller.post(f"{path}/defence", {"claim": "other", "statement": "说明"}, 410),
        cases.seller.post(f"{path}/window-waiver", None, 410),
        cases.seller.post(f"{path}/evidence", number, 410),
        cases.buyer.post(f"{path}/withdrawal", None, 410),
        cases.buyer.post(f"{path}/evidence", offered, 410),
        cases.buyer.ask("PUT", f"{path}/evidence/{piece}/content", 410, content=b"again"),
    ]
    assert {answer["code"] for answer in refused} == {"personal_data_erased"}


def test_nothing_that_people_said_is_left_anywhere(tmp_path: Path, printed: io.StringIO) -> None:
    """Two cases of one matter, merged; three files, a number, a defence, an appeal with two statements: all of it goes,
    sealed or not, from databases, write-ahead logs, evidence store and what the process prints; another case stays.
    """
    one = writer(tmp_path / "cases")
    teller, twin = told(one)
    other = twin.files("trade-2").heard()
    one.clock.move(days=YEARS)
    one.close()
    data, clock = tmp_path / "cases", HandClock(one.clock.now)
    kept = traces(data, teller.case, twin.case)
    spared = traces(data, other.case)
    assert (len(kept.pieces), len(kept.contents)) == (2 + 9 + 3 + 3, 3)  # keys, texts of both, contents
    with cases_service(tmp_path, clock) as cases:
        boss = supervisor(cases)
        buyer = cases.caller("complainant", "buyer", complainant=BUYER)
        seller = cases.caller("seller", "seller", seller=SELLER)
        for reader in (boss, buyer, seller):
            reader.get(f"/cases/{teller.case}")
        assert boss.post(f"/cases/{twin.case}/erasure", expect=409)["reason"] == "merged_case"
        boss.post(f"/cases/{teller.case}/erasure")
        boss.post(f"/cases/{twin.case}/erasure")
        assert {"cases.db", "cases.db-wal", "vault.db", "vault.db-wal"} <= set(everything(data))
        assert kept.left_in(tmp_path) == []
        assert len(spared.found_in(tmp_path)) >= len(spared.pieces)
        assert cases.officer.get(f"/cases/{other.case}")["narrative"]
    assert kept.left_in(tmp_path) == []
    assert not found_in(printed.getvalue().encode())
    assert printed.getvalue().count("erasure") == 3


@pytest.mark.parametrize("sought", ["key", "text", "content"])
def test_the_search_would_find_what_is_sealed(tmp_path: Path, sought: str) -> None:
    """The search above can fail."""
    one = writer(tmp_path)
    teller, _ = told(one)
    one.close()
    kept = traces(tmp_path, teller.case)
    parts = {"key": "key of", "text": "text 0 of", "content": kept.contents[0]}
    assert any(found.startswith(parts[sought]) for found in kept.left_in(tmp_path))
