"""An import: every row of a file is checked before the first is recorded; then all are, in order of effective time.

Batches carry idempotency keys of the import's own, so that an import that was interrupted goes on where it was when the
same file is given again. Source: domain rules §4 (recorded time), R14.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final

from services.cases.imports.files import read_rows
from services.cases.imports.importrow import barred, imported_rows, unless_decided, versions_of
from services.cases.imports.penalty import BadRow, PastPenalty, fact_of, read_penalty
from services.cases.imports.spool import Spool
from services.cases.publication import imported_draft
from shared.kit.log.instant import Clock
from shared.kit.log.model import Append, Appended, EventLog, Idempotency, KeyTaken
from shared.rulebook.model import Timeline

BATCH: Final = 1000  # events of one transaction: for ever, since keys number the batches
MAX_SHOWN: Final = 1000  # bad rows that a report names; all are counted

Progress = Callable[[str, int, int], None]  # what is being done, how many are done, of how many (0: not known)


@dataclass
class Report:
    """What came of an import. `bad` names the first `MAX_SHOWN` bad rows; `first` and `last` are cases positions."""

    import_id: str
    rows: int = 0
    bad_rows: int = 0
    bad: list[BadRow] = field(default_factory=list)
    recorded: int = 0
    recorded_before: int = 0
    first: int | None = None
    last: int | None = None

    def add(self, row: BadRow) -> None:
        """Count a bad row."""
        self.bad_rows += 1
        if len(self.bad) < MAX_SHOWN:
            self.bad.append(row)


class ImportRefused(Exception):
    """The import stopped between two batches; what was recorded before stays. The text says what would have to be."""


def import_id_of(path: Path) -> str:
    """Return the id that a file has by its content: the same file is the same import."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class Importer:
    """Imports into one log, under one rulebook."""

    log: EventLog
    timeline: Timeline
    clock: Clock

    def run(self, path: Path, import_id: str, complete_from: datetime, *, check_only: bool, told: Progress) -> Report:
        """Check every row, then record all of them, unless any is bad or `check_only`; return what came of it.

        `complete_from` is the instant from which on the file holds every penalty of its sellers.

        Raises:
            UnreadableFile, OSError: see there; nothing was recorded.
            ImportRefused: something came between, such as a decision about a seller of the file.
            LogUnavailable: see there; whether the last batch was recorded is found out by running again.
        """
        report = Report(import_id)
        with Spool(self.timeline) as spool:
            self._check(path, spool, report, complete_from, told)
            if report.bad_rows == 0 and not check_only:
                self._record(spool, report, complete_from, told)
        return report

    def _check(self, path: Path, spool: Spool, report: Report, complete_from: datetime, told: Progress) -> None:
        now = self.clock()
        for row in read_rows(path):
            read = row if isinstance(row, BadRow) else read_penalty(*row, self.timeline, now)
            report.rows += 1
            if isinstance(read, PastPenalty) and read.effective_at < complete_from:
                read = BadRow(read.line, "effective_at would have to lie at or after --complete-from")
            if isinstance(read, BadRow):
                report.add(read)
            else:
                spool.add(read)
            if report.rows % 10_000 == 0:
                told("checking", report.rows, 0)
        for line in spool.repeated():
            report.add(BadRow(line, "reference would have to be given once for a seller"))
        for bad in barred(self.log, spool.sellers(), report.import_id):
            report.add(bad)
        report.bad.sort(key=lambda bad: bad.line)

    def _record(self, spool: Spool, report: Report, complete_from: datetime, told: Progress) -> None:
        total = spool.count()
        for number, batch in enumerate(spool.batches(BATCH), start=1):
            digest, append = self._append(report.import_id, number, batch, complete_from)
            outcome = self.log.append(append)
            if isinstance(outcome, KeyTaken):
                if outcome.kept.digest != digest:
                    raise ImportRefused(
                        "the import would have to have an id of its own: this one stands for another file, or for the "
                        "same one with another --complete-from"
                    )
                report.recorded_before += len(batch)
            elif isinstance(outcome, Appended):
                report.recorded += len(batch)
                report.first = report.first or outcome.stamps[0].position
                report.last = outcome.stamps[-1].position
            else:
                raise ImportRefused(
                    "no decision about a seller of the file, and no other import, would have to come meanwhile; "
                    f"{report.recorded + report.recorded_before} of {total} are recorded"
                )
            told("recording", report.recorded + report.recorded_before, total)

    def _append(
        self, import_id: str, number: int, batch: Sequence[PastPenalty], complete_from: datetime
    ) -> tuple[bytes, Append]:
        """Return the append of a batch, and what tells it apart."""
        sellers = list(dict.fromkeys(penalty.seller for penalty in batch))
        versions = versions_of(self.log, sellers)
        drafts = []
        for penalty in batch:
            versions[penalty.seller] += 1
            event = fact_of(penalty, import_id, complete_from)
            drafts.append(imported_draft(event, penalty.seller, versions[penalty.seller]))
        rows = imported_rows(batch, versions, import_id)
        digest = batch_digest((draft.subject, draft.data) for draft in drafts)
        kept = Idempotency(batch_scope(import_id, number), digest, lambda _: b"")
        return digest, Append(drafts, lambda _: rows, kept, unless=[unless_decided(sellers)])


def batch_scope(import_id: str, number: int) -> str:
    """Return the key under which a batch, counted from 1, is recorded once."""
    return f"import {import_id} {number}"


def batch_digest(told: Iterable[tuple[str, bytes]]) -> bytes:
    """Return what tells two batches apart: SHA-256 of whom each event is about, and of all that is said of them."""
    digest = hashlib.sha256()
    for subject, data in told:
        digest.update(b"%s %s\n" % (subject.encode(), data))
    return digest.digest()
