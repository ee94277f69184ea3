"""Runs simulations beside live traffic: each in a thread of its own, resting as long as it works."""

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from datetime import datetime
from typing import Any, Final

import msgspec
import structlog

from services.ledger.posting import Codec
from services.ledger.progress import Progress
from services.ledger.simulating.asking import Question
from services.ledger.simulating.evidence import Picked
from services.ledger.simulating.job import Failure, Job
from services.ledger.simulating.jobs import Jobs
from services.ledger.simulating.patience import GaveUp, Patient
from services.ledger.simulating.sealing import sealed
from services.ledger.simulating.simulation import CHANGES, Sources, simulate
from shared.contracts.simulation import Stage
from shared.kit.audit.witness import Unsigned, Witness
from shared.kit.decider import Refusal
from shared.kit.feed_client import FeedBroken, FeedUnavailable
from shared.kit.ids import uuid7
from shared.kit.log.model import EventLog, LogUnavailable
from shared.kit.log.sqlite.lockfile import LockFile
from shared.kit.logs import told

TELL_EVERY_S: Final = 0.25  # how old what a job says of its progress may be, and how late it hears of its end
WORK_S: Final = 0.02  # between two rests

OpenFeed = Callable[[], AbstractContextManager[Picked]]

_log = structlog.get_logger(__name__)


class Cancelled(Exception):
    """Whoever asked wants no answer any more."""


class Stopping(Exception):
    """The service stops: the job stays as it is, and is called interrupted from then on."""


class Simulations:
    """The simulations of one process. `jobs` also knows those of the others over the same folder."""

    def __init__(
        self,
        jobs: Jobs,
        log: EventLog,
        codec: Codec,
        feed: OpenFeed,
        progress: Progress,
        clock: Callable[[], datetime],
        witness: Witness,
    ) -> None:
        self.jobs, self._witness = jobs, witness
        self._log, self._codec, self._feed, self._progress, self._clock = log, codec, feed, progress, clock
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []

    def begin(self, question: Question) -> Job | Refusal:
        """Start a simulation and return it as it begins, or `simulations_busy`: as many run as may.

        Raises:
            OSError: the data folder cannot be written to.
        """
        slot = self.jobs.slot()
        if slot is None:
            return Refusal("simulations_busy", "fewer simulations have to be running")
        try:
            job = Job(uuid7(), self._clock())
            lock = self.jobs.begin(job)
        except BaseException:
            slot.release()
            raise
        thread = threading.Thread(target=self._run, args=(job, question, (lock, slot)), name=f"simulation-{job.id}")
        self._threads = [one for one in self._threads if one.is_alive()] + [thread]
        thread.start()
        return job

    def get(self, id_: str) -> Job | None:
        """Return how a job stands, or None: there is none. A report without a seal gets it now, if it can."""
        job = self.jobs.get(id_)
        report = None if job is None else msgspec.json.decode(job.report)
        if job is None or report is None or report.get("seal") is not None:
            return job
        again = msgspec.structs.replace(job, report=self._sealed(report))
        with suppress(OSError):  # it may have been removed meanwhile; whoever asks next has it sealed again
            self.jobs.put(again)
        return again

    def close(self) -> None:
        """Stop what runs, and return when it has stopped."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _run(self, job: Job, question: Question, locks: tuple[LockFile, LockFile]) -> None:
        try:
            ended = self._ended(job, question)
            if ended is not None:
                if ended.state != "complete":
                    (self.jobs.folder(job.id) / CHANGES).unlink(missing_ok=True)
                self.jobs.put(ended)
        except OSError as error:  # how it ended cannot be told: it is called interrupted, or is gone
            _log.warning("simulation_untold", id=job.id, **told(error))
        finally:
            for lock in locks:
                lock.release()

    def _ended(self, job: Job, question: Question) -> Job | None:
        """Return the job as it ends; None where the service stops before."""
        teller = _Teller(job, self.jobs, self._stop)
        try:
            with self._feed() as feed:
                sources = Sources(self._log, self._codec, Patient(feed, teller.wait), self._progress.now)
                report = simulate(question, sources, self.jobs.folder(job.id), teller.tell)
            teller.end_if_cancelled()
        except Stopping:
            return None
        except Cancelled:
            return self._end(teller.job, state="cancelled")
        except Exception as error:  # noqa: BLE001  # whatever it is, whoever asked must hear that it ended
            failure = _failure(error)
            _log.warning("simulation_failed", id=job.id, code=failure.code, **told(error))
            return self._end(teller.job, state="failed", failure=failure)
        return self._end(teller.job, state="complete", report=self._sealed(report))

    def _sealed(self, report: dict[str, Any]) -> msgspec.Raw:
        """Return the report as it is kept: sealed, or as it is where nobody can sign now."""
        try:
            report = sealed(report, self._log.id, self._witness.attest)
        except Unsigned as unsigned:
            _log.warning("simulation_unsealed", reason=unsigned.trouble.code)
        return msgspec.Raw(msgspec.json.encode(report))

    def _end(self, job: Job, **changed: object) -> Job:
        return msgspec.structs.replace(job, ended_at=self._clock(), **changed)


class _Teller:
    """Says how far one job is, at most so often; rests between; ends it where it is not wanted any more."""

    def __init__(self, job: Job, jobs: Jobs, stop: threading.Event) -> None:
        self.job, self._jobs, self._stop = job, jobs, stop
        self._began = self._told_at = time.monotonic()

    def tell(self, stage: Stage, done: int, total: int) -> None:
        self.job = msgspec.structs.replace(self.job, stage=stage, done=done, total=total)
        now = time.monotonic()
        if now - self._began < WORK_S:
            return
        if now - self._told_at >= TELL_EVERY_S:
            self.end_if_cancelled()
            self._jobs.put(self.job)
            self._told_at = now
        if self._stop.wait(min(now - self._began, 10 * WORK_S)):
            raise Stopping
        self._began = time.monotonic()

    def wait(self, seconds: float) -> None:
        """Let time go by, unless the job is not wanted any more."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self.end_if_cancelled()
            if self._stop.wait(min(left, TELL_EVERY_S)):
                raise Stopping

    def end_if_cancelled(self) -> None:
        if self._jobs.cancelled(self.job.id):
            raise Cancelled


def _failure(error: Exception) -> Failure:
    match error:
        case GaveUp():
            asked = f"tries behind position {error.after}: {error.tries}"
            return Failure("cases_unavailable", f"The feed of the cases service would have to answer ({asked}).")
        case FeedUnavailable():
            return Failure("cases_unavailable", "The feed of the cases service would have to answer.")
        case FeedBroken() | msgspec.ValidationError():
            return Failure("cases_broken", "The feed of the cases service would have to keep its contract.")
        case LogUnavailable():
            return Failure("log_unavailable", "The ledger's log would have to be readable.")
        case OSError() | sqlite3.Error():
            return Failure("folder_unwritable", "The data folder would have to have room and take files.")
        case _:
            return Failure("internal_error", "The service failed here; what went wrong is recorded in its log.")
