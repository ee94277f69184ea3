"""Nothing personal in the log, in what the process prints, or in what it answers to those who may not read it."""

import io
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from shared.kit.logs import configure_logging
from tests.support.cases_service import CasesService, cases_service, complaint, review, uphold

WORDS = {
    "narrative": "卖家夜里不停打来，扬言报复全家 NARRATIVE-7f3a",
    "contact": "+86 13911112222",
    "statement": "我叫张三，住在和平路八号 STATEMENT-51bc",
    "reason": "张三的号码经核实 REASON-90de",
    "recusal": "我与张三是同学 RECUSAL-2b4f",
    "late": "张三因病迟延 LATE-3c1d",
    "merger": "与张三的另一投诉重复 MERGER-77aa",
    "refusal": "张三并非交易当事人 REFUSAL-8b2e",
    "extension": "等待张三补证 EXTENSION-41f0",
    "appeal": "我张三从未拨打 APPEAL-6d5c",
    "wanted": "请张三补充通话详单 WANTED-0e9b",
    "supplement": "张三的通话详单如下 SUPPLEMENT-c4d3",
    "stay": "张三店铺停业损失大 STAY-f2a8",
    "review": "张三所述属实 REVIEW-b6e1",
    "revocation": "张三被误判 REVOCATION-d90f",
    "number": "JZ-13911112222-NUMBER",
    "key": "key-of-13911112222",
}
PDF = b"%PDF-1.7\nCONTENT-13911112222 " + "张三的通话".encode() * 50
FORMS = [form for word in WORDS.values() for form in (word, word.split()[-1], word.encode().decode("latin-1"))]


@pytest.fixture
def printed() -> Iterator[io.StringIO]:
    """What the process prints, as it is configured to run."""
    root = logging.getLogger()
    handlers, level, config = root.handlers[:], root.level, structlog.get_config()
    configure_logging("cases", "DEBUG")
    stream = io.StringIO()
    for handler in root.handlers:
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(stream)
    yield stream
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.configure(**config)
    structlog.reset_defaults()


def played(cases: CasesService) -> str:
    """Play a case in which everybody says something personal, mistakes included; return its id."""
    body = complaint(narrative=WORDS["narrative"], contacts=[WORDS["contact"]])
    case: str = cases.buyer.post("/cases", body, 201, Idempotency_Key=WORDS["key"])["case_id"]
    path = f"/cases/{case}"
    cases.officer.post(f"{path}/notification", {})
    piece = cases.evidence(case, PDF)
    cases.seller.post(f"{path}/evidence", {"kind": "chat_evidence_number", "number": WORDS["number"]}, 201)
    cases.seller.post(f"{path}/defence", {"claim": "other", "statement": WORDS["statement"]})
    cases.second.post(f"{path}/recusal", {"reason": WORDS["recusal"]})
    shows = {"verdict": "verified", "shows": ["frequent_contact", "number_attributable"]}
    cases.officer.post(f"{path}/evidence/{piece}/assessment", shows)
    cases.officer.decide(f"{path}/decision", uphold(reason=WORDS["reason"]))
    afterwards(cases, case)
    beside(cases)
    for wrong in (
        cases.buyer.post("/cases", {"narrative": WORDS["narrative"]}, 422),
        cases.buyer.post("/cases", body | {"phone": WORDS["contact"]}, 422),
        cases.buyer.post("/cases", body | {"respondent": WORDS["contact"]}, 422),
        cases.buyer.post("/cases", body | {"respondent": "s-2"}, 422, Idempotency_Key=WORDS["key"]),
        cases.officer.decide(f"{path}/decision", uphold(reason=WORDS["reason"]), 409),
        cases.seller.post(f"{path}/appeal", {"statement": WORDS["appeal"]}, 409),
        cases.seller.post(f"{path}/appeal", {"statement": WORDS["appeal"], "phone": WORDS["contact"]}, 422),
        cases.reviewer.decide(f"{path}/appeal/decision", review("reverse", reason=WORDS["review"]), 409),
        cases.officer.post(f"{path}/refusal", {"code": WORDS["refusal"], "reason": WORDS["refusal"]}, 422),
        cases.officer.post(f"{path}/merge", {"into": WORDS["contact"], "reason": WORDS["merger"]}, 422),
        cases.officer.get(f"{path}/{WORDS['contact']}", 404),
    ):
        assert not found_in(str(wrong).encode())
    return case


def afterwards(cases: CasesService, case: str) -> None:
    """Play what may come after a decision, up to its revocation."""
    path = f"/cases/{case}"
    cases.seller.post(f"{path}/appeal", {"statement": WORDS["appeal"]}, Idempotency_Key=WORDS["key"])
    cases.reviewer.post(f"{path}/stay", {"reason": WORDS["stay"]})
    cases.reviewer.post(f"{path}/appeal/return", {"reason": WORDS["wanted"]})
    cases.seller.post(f"{path}/appeal/resumption", {"statement": WORDS["supplement"]})
    cases.reviewer.post(f"{path}/stay/lifting", {"reason": WORDS["stay"]})
    cases.reviewer.decide(f"{path}/appeal/decision", review("reject", reason=WORDS["review"]))
    cases.supervisor.decide(f"{path}/revocation", {"reason": WORDS["revocation"]})
    answer = {"answer": "confirm", "reason": WORDS["revocation"]}
    cases.second_supervisor.decide(f"{path}/revocation/confirmation", answer)


def beside(cases: CasesService) -> None:
    """Play what ends other complaints, and what makes them late."""
    trade = {"id": "t-2"}
    first, second, third = (cases.file(trade=trade) for _ in range(3))
    cases.officer.post(f"/cases/{second}/merge", {"into": first, "reason": WORDS["merger"]})
    cases.officer.post(f"/cases/{third}/refusal", {"code": "not_a_party", "reason": WORDS["refusal"]})
    extension = {"deadline": "resolution", "due": "2026-03-30T00:00:00+08:00", "reason": WORDS["extension"]}
    cases.supervisor.post(f"/cases/{first}/deadline-extension", extension)
    cases.officer.post(f"/cases/{first}/notification", {})
    cases.clock.move(days=5)
    piece = cases.evidence(first, PDF)
    ruling = {"admit": True, "reason": WORDS["late"]}
    cases.officer.post(f"/cases/{first}/evidence/{piece}/admission", ruling)


def found_in(content: bytes) -> list[str]:
    """Return what personal words stand in these bytes, in any encoding we know of."""
    places = content + content.decode("utf-8", "replace").encode("utf-8").lower()
    escaped = [form.encode("unicode_escape") for form in FORMS if not form.isascii()]
    plain = [form.encode() for form in FORMS] + [b"13911112222", b"CONTENT-139"]
    return [repr(word) for word in (*plain, *escaped) if word in places]


def everything(folder: Path) -> dict[str, bytes]:
    """Return every file of the service but its keys, database journals included."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_no_file_and_no_line_holds_what_people_said(tmp_path: Path, printed: io.StringIO) -> None:
    with cases_service(tmp_path) as cases:
        played(cases)
        running = everything(tmp_path / "cases")
        assert {"cases.db", "cases.db-wal", "vault.db", "vault.db-wal"} <= set(running)
        feed = str(cases.feed()).encode()
    for name, content in (running | everything(tmp_path / "cases")).items():
        assert not found_in(content), name
    assert not found_in(feed)
    lines = printed.getvalue()
    assert lines.count('"event": "request"') >= 10
    assert not found_in(lines.encode())


def test_the_words_would_be_found_if_they_were_there() -> None:
    """The search above can fail."""
    for word in WORDS.values():
        assert found_in(f"… {word} …".encode())
        assert found_in(word.encode("unicode_escape"))
    assert found_in(PDF)


def test_what_is_stored_of_a_text_is_a_keyed_digest(tmp_path: Path) -> None:
    """The same words in two cases have nothing in common; the feed tells nobody that they are the same."""
    with cases_service(tmp_path) as cases:
        for _ in range(2):
            cases.file(narrative=WORDS["narrative"], contacts=[WORDS["contact"]])
        first, second = (event["data"] for event in cases.feed())
    digests = [*(one["narrative_digest"] for one in (first, second)), *first["contact_digests"]]
    digests += second["contact_digests"]
    assert len(set(digests)) == 4
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)
