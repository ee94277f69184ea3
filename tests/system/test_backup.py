"""The drill: a backup made under load is whole, comes back elsewhere, and is known to be older where it is."""

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event, Thread

import pytest

from services.cases import backup as cases_backup
from services.cases.settings import Settings as CasesSettings
from services.ledger import backup as ledger_backup
from services.ledger.settings import Settings as LedgerSettings
from shared.kit.backup import MANIFEST, BackupBroken, check
from shared.kit.log import merkle
from tests.support.both_services import both_services
from tests.support.cases_service import PDF, CasesService, cases_service, complaint
from tests.support.decisions import Decisions
from tests.support.eventually import eventually
from tests.support.ledger_service import ledger_service

NOW = datetime(2026, 3, 2, tzinfo=UTC)


def settings(folder: Path) -> CasesSettings:
    """Return the settings of a service in a folder."""
    return CasesSettings(data_dir=folder / "cases")


def under_load(cases: CasesService, work: Callable[[], object]) -> None:
    """Do something while two buyers file complaints."""
    stop = Event()

    def file() -> None:
        while not stop.is_set():
            cases.file()

    writers = [Thread(target=file) for _ in range(2)]
    for writer in writers:
        writer.start()
    try:
        work()
    finally:
        stop.set()
        for writer in writers:
            writer.join()


def test_a_backup_made_under_load_comes_back_with_everything_that_it_cites(tmp_path: Path) -> None:
    """Given a service at work, when its backup is restored elsewhere, then a prefix of its log is there, readable."""
    with cases_service(tmp_path / "one") as cases:
        case = cases.notified()
        piece = cases.evidence(case)
        under_load(cases, partial(cases_backup.make, settings(tmp_path / "one"), tmp_path / "copy", NOW))
        events = cases.feed()
        narrative = cases.officer.get(f"/cases/{case}")["narrative"]
    manifest = check(tmp_path / "copy", "cases")
    assert 3 <= manifest.position <= len(events)
    leaves = [merkle.leaf_hash(state) for state in states(events[: manifest.position])]
    assert manifest.root == merkle.root(merkle.grown((), 0, leaves).frontier).hex()
    shutil.copytree(tmp_path / "one" / "cases" / "keys", tmp_path / "two" / "cases" / "keys")
    assert cases_backup.restore(settings(tmp_path / "two"), tmp_path / "copy") == manifest
    with cases_service(tmp_path / "two") as again:
        assert again.feed() == events[: manifest.position]
        assert again.officer.get(f"/cases/{case}")["narrative"] == narrative
        assert again.buyer.get(f"/cases/{case}/evidence/{piece}/content") == PDF
        again.file()


def states(events: list[object]) -> list[bytes]:
    """Return the stored bytes of events as the feed gave them: canonical JSON."""
    return [json.dumps(event, separators=(",", ":"), sort_keys=True).encode() for event in events]


def test_a_ledger_comes_back_and_catches_up(tmp_path: Path) -> None:
    cases = Decisions()
    cases.ordinary("s-1")
    one, two = LedgerSettings(data_dir=tmp_path / "one/ledger"), LedgerSettings(data_dir=tmp_path / "two/ledger")
    with ledger_service(tmp_path / "one", cases) as ledger:
        ledger.standing("s-1")
        ledger_backup.make(one, tmp_path / "copy", NOW)
        cases.ordinary("s-1")
        expected = ledger.standing("s-1")
    ledger_backup.restore(two, tmp_path / "copy")
    with ledger_service(tmp_path / "two", cases) as again:
        assert again.standing("s-1") == expected


def put_back(folder: Path, copy: Path) -> None:
    """Put a backup in the place of a service's databases; its keys and what it signed last stay, as they should."""
    given = settings(folder)
    for file in (given.log_file, given.vault_file):
        for part in file.parent.glob(f"{file.name}*"):
            part.unlink()
    shutil.rmtree(given.evidence_dir)
    cases_backup.restore(given, copy)


def test_a_cases_log_that_was_put_back_knows_it_itself(tmp_path: Path) -> None:
    """Given an older copy, then it takes writes and signs nothing, says so, and health names it."""
    with cases_service(tmp_path) as cases:
        cases.file()
        cases_backup.make(settings(tmp_path), tmp_path / "copy", NOW)
        assert cases.buyer.post("/cases", complaint(), 201)["events"][0]["receipt"] is not None
    put_back(tmp_path, tmp_path / "copy")
    with cases_service(tmp_path) as cases:
        for _ in range(3):  # also once it is longer than it was
            assert cases.buyer.post("/cases", complaint(), 201)["events"][0]["receipt"] is None
            assert cases.http.get("/log/checkpoint").json()["code"] == "signing_refused"
        ready = cases.http.get("/health/ready").json()
        assert ready["failing"] == ["audit"]
        assert ready["checks"]["audit"]["detail"] == {"signed": 0, "reason": "signing_refused"}
        metrics = cases.caller("monitor", "m-1").get("/metrics").decode()
        assert "log_unsigned 1.0" in metrics
        assert "log_receipts_left_out 3.0" in metrics


@pytest.mark.parametrize("keeps", [True, False], ids=["by itself", "by its follower"])
def test_a_cases_log_that_was_put_back_stops_the_ledger_that_followed_it(tmp_path: Path, keeps: bool) -> None:
    """Whether the log still has what it signed last, or an operator took that away to be rid of the complaint."""
    with both_services(tmp_path) as both:
        both.upheld()
        cases_backup.make(settings(tmp_path), tmp_path / "copy", NOW)
        both.upheld("s-1", "t-2")
        before = both.standing("s-1")
    put_back(tmp_path, tmp_path / "copy")
    if not keeps:
        for kept in settings(tmp_path).data_dir.glob("last-signed*"):
            kept.unlink()
    with both_services(tmp_path) as both:
        code = "log_not_signed" if keeps else "log_rolled_back"
        eventually(lambda: code in both.ledger.get("/health/ready").text)
        found = both.ledger.get("/sellers/s-1/standing").json()
        assert found["points"] == before["points"]
    assert (tmp_path / "ledger" / "alarm" / "reason.txt").read_text()


def test_a_backup_holds_neither_keys_nor_what_was_signed_last(copy: Path) -> None:
    """Else an older copy would bring along what is to tell that it is one."""
    assert not [path for path in copy.rglob("*") if path.suffix == ".key" or "signed" in path.name]


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A backup of a service with one case."""
    with cases_service(tmp_path / "one") as cases:
        case = cases.notified()
        cases.evidence(case)
        cases_backup.make(settings(tmp_path / "one"), tmp_path / "copy", NOW)
    return tmp_path / "copy"


def test_a_backup_that_is_not_what_its_manifest_says_is_not_restored(copy: Path, tmp_path: Path) -> None:
    target = settings(tmp_path / "two")
    log = (copy / "cases.db").read_bytes()
    (copy / "cases.db").write_bytes(log[:-1] + bytes([log[-1] ^ 1]))
    with pytest.raises(BackupBroken, match=r"cases\.db would have to be as it was"):
        cases_backup.restore(target, copy)
    (copy / "cases.db").unlink()
    with pytest.raises(BackupBroken, match=r"cases\.db would have to be there"):
        cases_backup.restore(target, copy)
    (copy / "cases.db").write_bytes(log)
    (copy / "more").write_bytes(b"")
    with pytest.raises(BackupBroken, match="listed"):
        cases_backup.restore(target, copy)
    (copy / "more").unlink()
    with pytest.raises(BackupBroken, match="one of ledger"):
        ledger_backup.restore(LedgerSettings(data_dir=tmp_path / "two/ledger"), copy)
    (copy / MANIFEST).unlink()
    with pytest.raises(BackupBroken, match="manifest"):
        cases_backup.restore(target, copy)
    assert not (tmp_path / "two").exists()


def test_nothing_is_overwritten(copy: Path, tmp_path: Path) -> None:
    with pytest.raises(BackupBroken, match="empty"):
        cases_backup.restore(settings(tmp_path / "one"), copy)
    with pytest.raises(BackupBroken, match="empty"):
        cases_backup.make(settings(tmp_path / "one"), copy, NOW)
