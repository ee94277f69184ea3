"""Nothing personal in the log, in what the process prints, or in what it answers to those who may not read it."""

import io
import re
from pathlib import Path

from tests.support.cases_service import CasesService, cases_service, complaint, review, uphold
from tests.support.personal import PDF, WORDS, everything, found_in


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
