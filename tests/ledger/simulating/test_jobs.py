"""Simulations as folders: answerable from any process, at most so many at once, and told apart from crashed ones."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from services.ledger.simulating.job import Job
from services.ledger.simulating.jobs import MAX_KEPT, Jobs
from services.ledger.simulating.simulation import CHANGES, EVIDENCE
from shared.kit.decider import Refusal
from shared.kit.ids import uuid7
from shared.kit.log.sqlite.lockfile import LockFile
from tests.support.tree import ROOT

NOBODY = "01a21e34-2b0e-7169-b9b4-e6aca3987667"
BEGUN = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def jobs(tmp_path: Path) -> Jobs:
    """No job yet."""
    made = Jobs(tmp_path / "simulations", slots=2)
    slot = made.slot()
    assert slot is not None
    slot.release()
    return made


def ended(jobs: Jobs, number: int = 0) -> str:
    """Return a job that is complete, made in this order."""
    job = Job(f"{number:08x}-0000-7000-8000-000000000000", BEGUN)
    lock = jobs.begin(job)
    jobs.put(msgspec.structs.replace(job, state="complete"))
    lock.release()
    return job.id


HOLD = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from services.ledger.simulating.job import Job
from services.ledger.simulating.jobs import Jobs
lock = Jobs(Path(sys.argv[1])).begin(Job(sys.argv[2], datetime.now(UTC)))
os.kill(os.getpid(), signal.SIGSTOP)
"""


def test_another_process_tells_how_a_job_stands_and_that_it_has_crashed(jobs: Jobs, tmp_path: Path) -> None:
    """Killed at once, it is said to be interrupted: nobody holds its lock any more."""
    id_ = uuid7()
    process = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path / "simulations"), id_], cwd=ROOT)
    os.waitid(os.P_PID, process.pid, os.WSTOPPED | os.WNOWAIT)
    found = jobs.get(id_)
    assert found is not None
    assert found.state == "running"
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    found = jobs.get(id_)
    assert found is not None
    assert found.state == "interrupted"
    left = [jobs.folder(id_) / name for name in (EVIDENCE, CHANGES)]
    for file in left:
        file.touch()
    ended(jobs)
    assert [file for file in left if file.exists()] == []
    assert jobs.drop(id_)
    assert jobs.get(id_) is None


EMPTY = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from services.ledger.simulating import jobs
from services.ledger.simulating.job import Job
jobs.place = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
jobs.Jobs(Path(sys.argv[1])).begin(Job(sys.argv[2], datetime.now(UTC)))
"""


def test_what_was_killed_while_it_was_begun_is_swept(jobs: Jobs, tmp_path: Path) -> None:
    """Its folder says nothing of any job; the next one that begins, a while later, removes it."""
    id_ = "00000001-0000-7000-8000-000000000001"
    process = subprocess.run([sys.executable, "-c", EMPTY, str(tmp_path / "simulations"), id_], cwd=ROOT, check=False)
    assert process.returncode == -signal.SIGKILL
    assert (jobs.folder(id_) / "lock").exists()
    assert (jobs.get(id_), jobs.all(), jobs.drop(id_)) == (None, [], False)
    made = ended(jobs, 2)
    assert not jobs.folder(id_).exists()
    assert [job.id for job in jobs.all()] == [made]


def test_what_another_process_is_about_to_begin_is_not_swept(jobs: Jobs) -> None:
    """Neither what is a moment old, nor what somebody holds."""
    young, held = "00000002-0000-7000-8000-000000000001", "00000001-0000-7000-8000-000000000001"
    for name in (young, held):
        jobs.folder(name).mkdir()
    lock = LockFile(jobs.folder(held) / "lock")
    ended(jobs, 2)
    assert [jobs.folder(name).exists() for name in (young, held)] == [True, True]
    lock.release()
    ended(jobs, 3)
    assert [jobs.folder(name).exists() for name in (young, held)] == [False, False]


@pytest.mark.parametrize("raw", [b"", b"{", b'{"id":1}', b"\0" * 100])
def test_what_a_loss_of_power_left_unreadable_is_none_and_is_swept(jobs: Jobs, raw: bytes) -> None:
    """The others are told as before."""
    first = ended(jobs, 1)
    second = ended(jobs, 2)
    (jobs.folder(first) / "job.json").write_bytes(raw)
    assert jobs.get(first) is None
    assert [job.id for job in jobs.all()] == [second]
    third = ended(jobs, 3)
    assert not jobs.folder(first).exists()
    assert [job.id for job in jobs.all()] == [third, second]


def test_where_nothing_was_ever_simulated_there_is_none(tmp_path: Path) -> None:
    assert Jobs(tmp_path / "nothing").all() == []


def test_no_more_run_at_once_than_there_are_slots(jobs: Jobs) -> None:
    first, second = jobs.slot(), jobs.slot()
    assert first is not None
    assert second is not None
    assert jobs.slot() is None
    first.release()
    third = jobs.slot()
    assert third is not None
    third.release()
    second.release()


def test_the_oldest_reports_make_room(jobs: Jobs) -> None:
    """Those that run are never among them."""
    running = Job("00000000-0000-7000-8000-000000000001", BEGUN)
    lock = jobs.begin(running)
    made = [ended(jobs, number) for number in range(1, MAX_KEPT + 3)]
    assert [job.id for job in jobs.all()] == [*reversed(made[-MAX_KEPT:]), running.id]
    lock.release()


def test_a_running_job_is_cancelled_and_an_ended_one_removed(jobs: Jobs) -> None:
    job = Job(uuid7(), BEGUN)
    lock = jobs.begin(job)
    assert not jobs.cancelled(job.id)
    assert jobs.drop(job.id)
    assert jobs.cancelled(job.id)
    jobs.put(msgspec.structs.replace(job, state="cancelled"))
    lock.release()
    assert jobs.drop(job.id)
    assert not jobs.folder(job.id).exists()
    assert not jobs.drop(job.id)
    assert jobs.cancelled(job.id)


@pytest.mark.parametrize("id_", ["..", "slot-0.lock", "", "a/b", NOBODY + "x", NOBODY.upper(), NOBODY])
def test_what_names_no_job_is_none(jobs: Jobs, id_: str) -> None:
    assert jobs.get(id_) is None
    assert not jobs.drop(id_)


def test_differences_are_read_page_after_page(jobs: Jobs) -> None:
    id_ = ended(jobs)
    (jobs.folder(id_) / CHANGES).write_bytes(b'{"n":1}\n{"n":22}\n{"n":3}\n')
    pages, after = [], 0
    while True:
        found = jobs.changes(id_, after, 2)
        assert not isinstance(found, Refusal)
        pages.append([bytes(line) for line in found[0]])
        if found[1] is None:
            break
        after = found[1]
    assert pages == [[b'{"n":1}', b'{"n":22}'], [b'{"n":3}']]
    assert jobs.changes(id_, 25, 2) == ([], None)


@pytest.mark.parametrize("after", [1, 7, 26, 10**12])
def test_a_place_that_no_page_named_is_refused(jobs: Jobs, after: int) -> None:
    id_ = ended(jobs)
    (jobs.folder(id_) / CHANGES).write_bytes(b'{"n":1}\n{"n":22}\n{"n":3}\n')
    found = jobs.changes(id_, after, 2)
    assert isinstance(found, Refusal)
    assert found.code == "cursor_invalid"
