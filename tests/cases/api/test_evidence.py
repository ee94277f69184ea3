"""Evidence over HTTP: what is announced comes in whole or not at all, and is what it says it is."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.cases import application, casefile
from services.cases.casefile import Loaded
from shared.kit.log.model import EventLog
from tests.support.cases_service import PDF, CasesService, dismiss

CSV = "时间,号码\n2026-03-01 21:00,138\n".encode()
PNG = b"\x89PNG\r\n\x1a\n" + bytes(500)


def announce(cases: CasesService, case: str, size: int, media_type: str = "application/pdf", **changes: Any) -> str:
    """Announce a piece as the buyer and return the path of its content."""
    body = {"kind": "call_list", "media_type": media_type, "size_bytes": size, **changes}
    piece = cases.buyer.post(f"/cases/{case}/evidence", body, 201)["evidence_id"]
    return f"/cases/{case}/evidence/{piece}/content"


def put(cases: CasesService, path: str, content: Any, **headers: str) -> httpx.Response:
    """Return the raw answer to a PUT by the buyer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return cases.http.put(path, content=content, headers={"Authorization": f"Bearer {cases.buyer.token}", **named})


def files(cases: CasesService) -> list[Path]:
    """Return every file in the evidence store."""
    return [path for path in (cases.folder / "cases" / "evidence").rglob("*") if path.is_file()]


def test_an_announcement_is_no_fact_and_its_content_is_one(cases: CasesService) -> None:
    case = cases.file()
    path = announce(cases, case, len(PDF))
    awaited = cases.buyer.get(f"/cases/{case}")["awaited"]
    assert [(one["size_bytes"], one["media_type"]) for one in awaited] == [(len(PDF), "application/pdf")]
    assert len(cases.feed()) == 1
    cases.clock.move(hours=1)
    written = cases.buyer.ask("PUT", path, 200, content=PDF)
    event = cases.feed()[-1]
    assert event["id"] == written["events"][0]["id"]
    assert event["data"]["size_bytes"] == len(PDF)
    assert event["data"]["received_at"].startswith("2026-03-02T03:00")
    shown = cases.buyer.get(f"/cases/{case}")
    assert (shown["awaited"], shown["evidence"][0]["id"]) == ([], written["evidence_id"])


def test_a_content_streams_in_and_out_in_pieces(cases: CasesService) -> None:
    """No length is declared: the announced size is what counts."""
    case = cases.file()
    content = PNG + bytes(range(256)) * 4000
    path = announce(cases, case, len(content), "image/png")

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(content), 10_000):
            yield content[start : start + 10_000]

    assert put(cases, path, pieces(), Content_Type="image/png").status_code == 200
    answer = cases.http.get(path, headers={"Authorization": f"Bearer {cases.officer.token}"})
    assert answer.content == content
    assert answer.headers["content-type"] == "image/png"
    assert answer.headers["content-disposition"] == "attachment"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-length"] == str(len(content))


def test_sending_again_gets_the_same_answer_and_another_content_none(cases: CasesService) -> None:
    case = cases.file()
    path = announce(cases, case, len(PDF))
    first = put(cases, path, PDF)
    again = put(cases, path, PDF)
    assert (first.status_code, first.content) == (200, again.content)
    other = put(cases, path, PDF[:-1] + b"x")
    assert (other.status_code, other.json()["code"]) == (409, "content_differs")
    assert len(cases.feed()) == 2
    assert cases.officer.get(path) == PDF


def test_the_same_content_sent_by_many_at_once_is_recorded_once(cases: CasesService) -> None:
    path = announce(cases, cases.file(), len(PDF))
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: put(cases, path, PDF), range(8)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(cases.feed()) == 2
    assert len(files(cases)) == 1


def test_a_content_that_another_overtakes_gets_the_same_answer(
    cases: CasesService, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other is recorded between the looks of this one, which finds its announcement gone."""
    path = announce(cases, cases.file(), len(PDF))
    overtaking = [PDF]
    answers: list[httpx.Response] = []

    def load(log: EventLog, case_id: str) -> Loaded:
        loaded = casefile.load(log, case_id)
        if overtaking:
            answers.append(put(cases, path, overtaking.pop()))
        return loaded

    monkeypatch.setattr(application, "load", load)
    answers.append(put(cases, path, PDF))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert len(cases.feed()) == 2


REFUSED = {
    "shorter than announced": (PDF, len(PDF) + 1, {}, 409, "content_size_mismatch"),
    "longer than announced": (PDF, len(PDF) - 1, {}, 409, "content_size_mismatch"),
    "sent as another type": (PDF, len(PDF), {"Content_Type": "image/png"}, 415, "content_type_mismatch"),
    "sent compressed": (PDF, len(PDF), {"Content_Encoding": "gzip"}, 415, "content_type_mismatch"),
    "another type in truth": (PNG, len(PNG), {}, 415, "media_type_mismatch"),
    "of no known type": (b"MZ\0\0" * 9, 36, {}, 415, "media_type_mismatch"),
    "a page that would run": (b"<html><script>", 14, {}, 415, "media_type_mismatch"),
}


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("declared", [True, False], ids=["with a length", "chunked"])
def test_a_content_that_is_not_as_announced_is_refused_and_leaves_nothing(
    cases: CasesService, what: str, declared: bool
) -> None:
    content, size, headers, status, code = REFUSED[what]
    path = announce(cases, cases.file(), size)
    answer = put(cases, path, content if declared else iter([content]), **headers)
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert files(cases) == []
    assert len(cases.feed()) == 1


def test_a_list_of_calls_in_plain_text_is_taken_as_such(cases: CasesService) -> None:
    path = announce(cases, cases.file(), len(CSV), "text/csv")
    assert put(cases, path, CSV, Content_Type="text/csv; charset=utf-8").status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"kind": "fax"}, 422, "unknown_evidence_kind"),
        ({"kind": "call_list", "media_type": "text/html", "size_bytes": 5}, 409, "media_type_not_allowed"),
        ({"kind": "call_list", "size_bytes": 5}, 409, "media_type_not_allowed"),
        ({"kind": "call_list", "media_type": "text/csv", "size_bytes": 0}, 409, "evidence_empty"),
        ({"kind": "call_list", "media_type": "text/csv", "size_bytes": 10**9}, 413, "evidence_too_large"),
        ({"kind": "chat_evidence_number"}, 409, "number_needed"),
        ({"kind": "chat_evidence_number", "number": "1", "size_bytes": 3}, 409, "content_not_expected"),
        (
            {"kind": "call_list", "media_type": "text/csv", "size_bytes": 5, "number": "1"},
            409,
            "number_not_expected",
        ),
    ],
)
def test_what_could_never_be_taken_is_refused_before_a_byte_comes(
    cases: CasesService, body: dict[str, Any], status: int, code: str
) -> None:
    case = cases.file()
    assert cases.buyer.post(f"/cases/{case}/evidence", body, status)["code"] == code
    assert cases.buyer.get(f"/cases/{case}")["awaited"] == []


def test_an_announcement_lapses_after_a_day(cases: CasesService) -> None:
    path = announce(cases, cases.file(), len(PDF))
    cases.clock.move(hours=24)
    answer = put(cases, path, PDF)
    assert (answer.status_code, answer.json()["code"]) == (410, "announcement_expired")
    assert files(cases) == []


def test_a_party_has_only_so_many_uploads_open(cases: CasesService) -> None:
    case = cases.file()
    for _ in range(20):
        announce(cases, case, 5, "text/csv")
    body = {"kind": "call_list", "media_type": "text/csv", "size_bytes": 5}
    assert cases.buyer.post(f"/cases/{case}/evidence", body, 409)["code"] == "too_many_announcements"
    cases.seller.post(f"/cases/{case}/evidence", body, 201)


def test_a_decided_case_takes_no_more_evidence(cases: CasesService) -> None:
    case = cases.file()
    path = announce(cases, case, len(PDF))
    cases.officer.decide(f"/cases/{case}/decision", dismiss("evidence_insufficient"))
    answer = put(cases, path, PDF)
    assert (answer.status_code, answer.json()["code"]) == (409, "already_decided")
    assert files(cases) == []
    body = {"kind": "chat_evidence_number", "number": "1"}
    assert cases.buyer.post(f"/cases/{case}/evidence", body, 409)["code"] == "already_decided"


def test_each_side_sends_and_reads_only_its_own(cases: CasesService) -> None:
    case = cases.file()
    path = announce(cases, case, len(PDF))
    assert cases.seller.ask("PUT", path, 404, content=PDF)["code"] == "evidence_not_found"
    put(cases, path, PDF)
    assert cases.buyer.get(path) == PDF
    assert cases.seller.get(path, 404)["code"] == "evidence_not_found"
    assert cases.caller("seller", "x", seller="s-2").get(path, 404)["code"] == "evidence_not_found"


def test_an_unknown_piece_cannot_be_assessed(cases: CasesService) -> None:
    case = cases.file()
    body = {"verdict": "verified", "shows": []}
    path = announce(cases, case, 5, "text/csv").removesuffix("content") + "assessment"
    assert cases.officer.post(path, body, 404)["code"] == "unknown_evidence"


def test_a_damaged_content_is_never_passed_on(cases: CasesService) -> None:
    path = announce(cases, cases.file(), len(PDF))
    put(cases, path, PDF)
    (file,) = files(cases)
    sealed = file.read_bytes()
    file.write_bytes(sealed[:-1] + bytes([sealed[-1] ^ 1]))
    answer = cases.http.get(path, headers={"Authorization": f"Bearer {cases.officer.token}"})
    assert (answer.status_code, answer.json()["code"]) == (500, "internal_error")
    assert PDF[:20] not in answer.content


def test_a_store_that_is_away_is_told_as_such_and_the_content_can_be_sent_again(cases: CasesService) -> None:
    path = announce(cases, cases.file(), len(PDF))
    uploads = cases.folder / "cases" / "evidence" / "uploads"
    uploads.rmdir()
    uploads.write_text("in the way")
    answer = put(cases, path, PDF)
    assert (answer.status_code, answer.json()["code"]) == (503, "vault_unavailable")
    assert answer.headers["retry-after"] == "1"
    uploads.unlink()
    uploads.mkdir()
    assert put(cases, path, PDF).status_code == 200
