"""A cases log in which everything has happened that any table tells of: for tests of who looks through all of them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from services.cases.domain.commands import DecideAppeal, EraseData, FileAppeal
from services.cases.domain.recall.events import Criteria
from services.cases.imports.importing import Importer
from services.cases.request import Request
from services.cases.tables import ERASING
from shared.kit.log.rows import Put
from shared.rulebook.loader import shipped
from tests.support.cases_service import CasesService, cases_service, dismiss
from tests.support.cases_story import hour
from tests.support.cases_writer import writer
from tests.support.recalling import Recalling

REASON: Final = {"reason": "同一事件重复投诉"}
SINCE: Final = datetime(2020, 1, 1, tzinfo=UTC)


def everything(folder: Path) -> Path:
    """Return the file of a stopped service whose every table has rows, most of them several unlike ones."""
    with cases_service(folder, clock_interval_s=0.05) as cases:
        _heard(cases)
        _merged(cases)
        _asked(cases)
        cases.clock.move(days=30)
        cases.feed()
    recalling = Recalling(writer(folder / "cases", cases.clock))
    _imported(recalling, folder)
    _recalled(recalling)
    _erased(recalling, cases)
    recalling.writer.close()
    return folder / "cases" / "cases.db"


def _heard(cases: CasesService) -> None:
    """Decisions of every kind, an appeal that is returned, keys, and uploads that are only announced."""
    cases.upheld()
    cases.upheld_severe()
    cases.appealed()
    returned = cases.appealed()
    cases.reviewer.decide(f"/cases/{returned}/appeal/return", {"reason": "请补充材料"})
    dismissed = cases.heard("frequent_contact")
    cases.officer.decide(f"/cases/{dismissed}/decision", dismiss("evidence_insufficient"))
    case = cases.notified()
    cases.officer.post(f"/cases/{case}/handling", {}, Idempotency_Key="k-1")
    cases.officer.post(f"/cases/{case}/recusal", {"reason": "相识"}, Idempotency_Key="k-2")
    for size, key in ((9, "k-3"), (10, "k-4")):
        announced = {"kind": "call_list", "media_type": "application/pdf", "size_bytes": size}
        cases.buyer.post(f"/cases/{case}/evidence", announced, 201, Idempotency_Key=key)


def _asked(cases: CasesService) -> None:
    """Requests with keys of every other kind: a number, and a recall that is proposed and declined."""
    case = cases.notified()
    number = {"kind": "chat_evidence_number", "number": "C-77"}
    cases.buyer.post(f"/cases/{case}/evidence", number, 201, Idempotency_Key="k-5")
    wanted = {"mode": "propose", "criteria": {"officer": "officer-1"}, **REASON}
    recall = cases.supervisor.post("/recalls", wanted, 201, Idempotency_Key="k-6")["recall_id"]
    answer = {"answer": "decline", **REASON}
    path = f"/recalls/{recall}/confirmation"
    cases.second_supervisor.post(path, answer, Idempotency_Key="k-7", If_Match="*")


def _merged(cases: CasesService) -> None:
    """Two cases merged one into the other and into a third that is upheld; one merged once it was; one undecided."""

    def about(minute: int) -> dict[str, Any]:
        at = f"2026-03-01T21:{minute}:00+08:00"
        incident = {"channel": "phone", "at": at, "until": "2026-03-01T23:00:00+08:00"}
        return {
            "trade": {"id": "t-9"},
            "channels": ["phone", "sms"],
            "incidents": [incident, {"channel": "sms", "at": at}],
        }

    judge = cases.heard(trade={"id": "t-9"})
    first, second = cases.file(**about(10)), cases.file(**about(20))
    cases.officer.post(f"/cases/{second}/merge", {"into": first, **REASON})
    cases.officer.post(f"/cases/{first}/merge", {"into": judge, **REASON})
    cases.officer.decide(f"/cases/{judge}/decision", {"outcome": "uphold_ordinary", "grade": "general", **REASON})
    late = cases.file(**about(30))
    cases.officer.post(f"/cases/{late}/merge", {"into": judge, **REASON})


def _imported(recalling: Recalling, folder: Path) -> None:
    rows = [
        {"seller": seller, "track": "ordinary", "points": 12, "effective_at": f"2021-01-0{day}T00:00:00Z"}
        for seller, day in (("past-1", 1), ("past-1", 2), ("past-2", 3))
    ]
    path = folder / "past.ndjson"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), "utf-8")
    importer = Importer(recalling.writer.cases.log, shipped("seed"), recalling.writer.clock)
    report = importer.run(path, "import-1", SINCE, check_only=False, told=lambda *_: None)
    assert report.recorded == len(rows)


def _recalled(recalling: Recalling) -> None:
    """A recall that has revoked, passed over and still has to settle; one completed; one proposed; one declined."""
    cases = [recalling.uphold(officer="officer-3") for _ in range(4)]
    for case in cases[:2]:
        recalling.give(case, FileAppeal("respondent", "digest", hour(20)))
    recalling.confirmed(Criteria(officer="officer-3"))
    recalling.give(cases[1], DecideAppeal("r-1", "reverse", None, "digest", hour(21)))
    for _ in range(3):
        assert recalling.worker.step()
    recalling.uphold(officer="officer-4")
    recalling.proposed(Criteria(officer="officer-4"))
    declined = recalling.proposed(Criteria(officer="officer-4"))
    recalling.recalls.answer(recalling.asked("v-2", declined), "decline", "it was right")


def _erased(recalling: Recalling, cases: CasesService) -> None:
    """Two cases whose erasure is recorded and not finished, and uploads that are announced."""
    one = recalling.writer
    withdrawn = [one.file() for _ in range(2)]
    for case in withdrawn:
        one.withdraw(case)
    cases.clock.move(days=1500)
    for case in withdrawn:
        request: Request = one.request(case, rows=[Put(ERASING, {"case_id": case})])
        one.cases.carry_out(request, lambda _: EraseData("admin-1", one.clock()))
    case = one.file()
    one.announce(case)
    one.announce(case)
