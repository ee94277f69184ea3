"""An erasure cut short anywhere is finished by whoever comes next; one that was not recorded destroys nothing."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from services.cases.erasures import Erasures
from services.cases.evidence import EvidenceStore, StoreUnavailable
from services.cases.receipts import RequestKey
from services.cases.tables import ANNOUNCEMENTS, ERASING
from services.cases.vault import Vault, VaultUnavailable
from tests.support.cases_service import HandClock, cases_service
from tests.support.cases_told import FILES, Teller, told
from tests.support.cases_writer import Writer, writer
from tests.support.erasing_process import BEFORE
from tests.support.eventually import eventually
from tests.support.personal import WORDS, Traces, traces
from tests.support.tree import ROOT

ERASED = "demerit.cases.personal_data_erased.v1"


@contextmanager
def final(folder: Path) -> Iterator[tuple[Writer, Teller, Traces]]:
    """Give a case that is final and kept long enough, and what stands sealed of it."""
    one = writer(folder / "cases")
    teller, _ = told(one)
    one.clock.move(days=4 * 365)
    yield one, teller, traces(folder / "cases", teller.case)
    one.close()


def erased_facts(one: Writer) -> int:
    """Return how many erasures are recorded."""
    return len(one.cases.log.read(0, 1000, types=[ERASED]).events)


@pytest.mark.parametrize("step", list(BEFORE))
def test_a_process_killed_before_any_step_leaves_what_the_next_start_finishes(tmp_path: Path, step: str) -> None:
    with final(tmp_path) as (one, teller, kept):
        at = one.clock.now + timedelta(hours=1)
    command = [sys.executable, "-m", "tests.support.erasing_process", str(tmp_path / "cases"), teller.case]
    ended = subprocess.run([*command, at.isoformat(), step], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert ended.returncode == -9, ended.stderr.decode()
    left = kept.left_in(tmp_path / "cases")
    assert bool(left) == (step != "the row")
    with cases_service(tmp_path, HandClock(at), clock_interval_s=0.01) as cases:
        eventually(lambda: cases.http.get("/health/ready").json()["checks"]["clock"]["detail"]["calendars_counted"])
        shown = cases.officer.get(f"/cases/{teller.case}")
        facts = [event["type"] for event in cases.feed()].count(ERASED)
        if step == "the fact":
            assert (shown["erased"], facts, shown["narrative"]) == (False, 0, WORDS["narrative"])
            assert cases.officer.get(f"/cases/{teller.case}/evidence/{shown['evidence'][0]['id']}/content") == FILES[0]
        else:
            assert (shown["erased"], facts, kept.left_in(tmp_path / "cases")) == (True, 1, [])
    if step != "the fact":
        assert kept.left_in(tmp_path) == []


@pytest.mark.parametrize("part", [(Vault, "forget"), (EvidenceStore, "forget"), (Vault, "scrub")])
def test_a_repetition_gets_the_same_receipt_and_finishes_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, part: tuple[type, str]
) -> None:
    """Given a store that is away in the middle, when the request comes again, then it is done, and told once."""
    owner, name = part
    with final(tmp_path) as (one, teller, kept):
        erasures = Erasures(one.cases, one.store)
        request = one.request(teller.case, key=RequestKey("erasure", b"body"))
        away = StoreUnavailable("away") if owner is EvidenceStore else VaultUnavailable("away")

        def fails(*_: object) -> None:
            raise away

        with monkeypatch.context() as patched:
            patched.setattr(owner, name, fails)
            with pytest.raises(type(away)):
                erasures.erase(request)
            with pytest.raises(type(away)):
                erasures.finish_all()
        assert [row["case_id"] for row in erasures.under_way()] == [teller.case]
        assert erased_facts(one) == 1
        receipt = erasures.erase(request)
        assert erasures.erase(request) == receipt
        assert [event.type for event in receipt.events] == [ERASED]
        assert erased_facts(one) == 1
        assert kept.left_in(tmp_path / "cases") == []
        assert one.cases.log.select(ERASING, limit=10) == []
        assert one.cases.log.select(ANNOUNCEMENTS, limit=10) == []


def test_what_was_cut_short_is_finished_by_the_clock_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with final(tmp_path) as (one, teller, kept):
        erasures = Erasures(one.cases, one.store)
        with monkeypatch.context() as patched:
            patched.setattr(Erasures, "finish", lambda *_: None)
            erasures.erase(one.request(teller.case))
        assert kept.left_in(tmp_path / "cases")
        assert (erasures.finish_all(), erasures.finish_all()) == (1, 0)
        assert kept.left_in(tmp_path / "cases") == []


def test_the_write_ahead_log_is_waited_for_while_a_copy_is_made(tmp_path: Path) -> None:
    """Given somebody who reads the vault as it was, the erasure is not said to be done; afterwards it is."""
    with final(tmp_path) as (one, teller, kept):
        reader = sqlite3.connect(tmp_path / "cases" / "vault.db", isolation_level=None)
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM texts").fetchall()
        erasures = Erasures(one.cases, one.store)
        with pytest.raises(VaultUnavailable):
            erasures.erase(one.request(teller.case))
        assert erasures.under_way()
        reader.close()
        assert erasures.finish_all() == 1
        assert kept.left_in(tmp_path / "cases") == []
