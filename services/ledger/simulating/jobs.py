"""Simulations as folders under the data folder, so that every process of the host can answer for each of them.

simulations/slot-0.lock      held by whoever runs one: no more run at once than there are slots
simulations/<id>/job.json    how it stands, put in its place whole
simulations/<id>/lock        held while it runs: one that is free though the job says "running" tells of a crash
simulations/<id>/cancel      there once somebody has cancelled it
simulations/<id>/changes.ndjson
"""

import re
import shutil
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

import msgspec

from services.ledger.simulating.job import Job
from services.ledger.simulating.simulation import CHANGES, EVIDENCE
from shared.kit.decider import Refusal
from shared.kit.log.model import LogInUse
from shared.kit.log.sqlite.lockfile import LockFile, held
from shared.kit.placing import place

SLOTS: Final = 2  # simulations that run at once on a host
MAX_KEPT: Final = 20  # finished ones; the oldest go first
SWEPT_AFTER_MS: Final = 60_000  # how long ago a folder was made that says nothing of its job
MAX_PAGE: Final = 1000
MAX_LINE: Final = 4 << 20  # bytes; no line is as long

_ID: Final = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


_job: Final = msgspec.json.Decoder(Job)
_encode: Final = msgspec.json.Encoder().encode


class Jobs:
    """The simulations in one folder. Safe from several threads and processes of one host."""

    def __init__(self, folder: Path, slots: int = SLOTS) -> None:
        self._folder, self._slots = folder, slots

    def slot(self) -> LockFile | None:
        """Return the lock of a free slot, or None: as many run as may. Whoever has it releases it."""
        self._folder.mkdir(parents=True, exist_ok=True)
        for number in range(self._slots):
            with suppress(LogInUse):
                return LockFile(self._folder / f"slot-{number}.lock")
        return None

    def begin(self, job: Job) -> LockFile:
        """Make a job's folder and return its lock, to be released when it has ended; drop the oldest finished ones,
        and what a crash left of others.
        """
        self._sweep(job.id)
        ended = [job for job in self.all() if job.state != "running"]
        for old in ended[MAX_KEPT - 1 :]:
            self._remove(old.id)
        for old in ended:
            if old.state == "interrupted":
                for left in (EVIDENCE, CHANGES):
                    (self.folder(old.id) / left).unlink(missing_ok=True)
        folder = self.folder(job.id)
        folder.mkdir()
        lock = LockFile(folder / "lock")
        self.put(job)
        return lock

    def put(self, job: Job) -> None:
        """Say how a job stands now. Lost with power, like the job itself."""
        place(self.folder(job.id) / "job.json", _encode(job), durable=False)

    def get(self, id_: str) -> Job | None:
        """Return how a job stands, or None: there is none of this id."""
        if not _ID.match(id_):
            return None
        job = self._read(id_)
        if job is not None and job.state == "running" and not held(self.folder(id_) / "lock"):
            again = self._read(id_)  # it may have ended between the two looks
            return again if again is None or again.state != "running" else _interrupted(again)
        return job

    def all(self) -> list[Job]:
        """Return all jobs, the latest first."""
        return [job for name in self._names() if (job := self.get(name)) is not None]

    def cancelled(self, id_: str) -> bool:
        """Return whether somebody has cancelled this job, or its folder is gone."""
        return not (self.folder(id_) / "job.json").exists() or (self.folder(id_) / "cancel").exists()

    def drop(self, id_: str) -> bool:
        """Cancel a job that runs, remove one that does not; return False if there is none of this id."""
        job = self.get(id_)
        if job is None:
            return False
        if job.state == "running":
            with suppress(FileNotFoundError):
                (self.folder(id_) / "cancel").touch()
        else:
            self._remove(id_)
        return True

    def changes(self, id_: str, after: int, limit: int) -> tuple[list[msgspec.Raw], int | None] | Refusal:
        """Return the differences behind `after`, 0 or the place that the page before named, and the next place, if any.

        Raises:
            FileNotFoundError: the job was removed, or has not ended.
        """
        with (self.folder(id_) / CHANGES).open("rb") as file:
            size = file.seek(0, 2)
            if after > size or (after and not _ends_line(file, after)):
                return Refusal("cursor_invalid", "`after` is 0, or what an earlier page named as the next")
            file.seek(after)
            lines = [file.readline(MAX_LINE) for _ in range(limit)]
            end = file.tell()
        return [msgspec.Raw(line[:-1]) for line in lines if line], end if end < size else None

    def folder(self, id_: str) -> Path:
        """Return the folder of a job."""
        return self._folder / id_

    def _names(self) -> list[str]:
        return sorted((path.name for path in self._folder.glob("*") if _ID.match(path.name)), reverse=True)

    def _sweep(self, before: str) -> None:
        """Remove what crashed while it was begun or removed, and what a loss of power left unreadable.

        Another process may be making a folder just now, so only those are swept that are a while older than `before`.
        """
        for name in self._names():
            old = _made_ms(before) - _made_ms(name) > SWEPT_AFTER_MS
            if old and self._read(name) is None and not held(self.folder(name) / "lock"):
                self._remove(name)

    def _read(self, id_: str) -> Job | None:
        """Return what a job's folder says, None where it says nothing that can be read."""
        try:
            return _job.decode((self.folder(id_) / "job.json").read_bytes())
        except (FileNotFoundError, msgspec.MsgspecError):
            return None

    def _remove(self, id_: str) -> None:
        shutil.rmtree(self.folder(id_), ignore_errors=True)


def _made_ms(id_: str) -> int:
    """Return when a simulation was named, in Unix milliseconds: the first 48 bits of its id."""
    return int(id_[:8] + id_[9:13], 16)


def _interrupted(job: Job) -> Job:
    return msgspec.structs.replace(job, state="interrupted")


def _ends_line(file: Any, place_: int) -> bool:
    file.seek(place_ - 1)
    return bool(file.read(1) == b"\n")
