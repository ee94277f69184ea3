"""A whole replay: both logs scanned, every account folded again, every digest made again, and what differs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from time import monotonic
from typing import Final

import msgspec

from services.ledger.replay.accountfold import AccountFold, Rules
from services.ledger.replay.logscan import NO_END, Keeping, LogScan, Step, Until
from services.ledger.replay.memory import peak_bytes
from services.ledger.replay.refolding import Difference
from services.ledger.replay.scanning import PIECE
from services.ledger.replay.sources import Source
from services.ledger.replay.spool import Folded, Scanned, Spool
from services.ledger.replay.workers import Workers
from services.ledger.tables import CASES, FOLLOWED
from shared.contracts.entries import DIGEST_ENTRIES, NO_DIGEST, StandingsDigestRecorded
from shared.kit.audit.checkpoint import Checkpoint
from shared.kit.cloudevent import decode
from shared.kit.verifying.findings import shown

MOST_TOLD: Final = 100
ALL: Final = Until()


@dataclass(frozen=True, slots=True)
class Asked:
    """What is to be replayed, from where, and what of it; `window` and `piece` as in `Keeping`."""

    cases: Source
    ledger: Source
    rules: Rules
    until: Until = ALL
    seller: str | None = None
    checkpoints: Sequence[Checkpoint] = ()
    window: int = DIGEST_ENTRIES
    piece: int = PIECE

    @property
    def keeping(self) -> Keeping:
        """What a scan keeps."""
        return Keeping(self.seller, self.window, self.piece)

    def words(self) -> dict[str, str]:
        """Return what a replay must have in common with the one that it goes on with."""
        names = ("cases", "ledger", "rules", "until", "checkpoints", "keeping")
        return {name: repr(getattr(self, name)) for name in names}


class LogReport(msgspec.Struct, frozen=True):
    """One log: its name, where it was read, its last event and root, and the sizes compared with what was signed."""

    origin: str
    read_from: str
    position: int
    root: str | None
    compared: list[int]


class Replayed(msgspec.Struct, frozen=True):
    """What a replay found. `through` is the cases position up to which ledger and replay were compared, inclusive.

    `differences` are counted, the first of them `told` by cases position. `waiting` facts are in quarantine,
    `unfolded` ones the ledger has not come to yet. `peak_bytes` is memory, of the largest process.
    """

    cases: LogReport
    ledger: LogReport
    through: int
    accounts: int
    facts: int
    events: int
    entries: int
    quarantined: int
    waiting: int
    unfolded: int
    rows: int
    digests: int
    last_digest: str | None
    differences: int
    told: list[Difference]
    seconds: float
    peak_bytes: int


def replay(asked: Asked, spool: Spool, workers: Workers, step: Step) -> Replayed:
    """Replay, from where the work folder stands; every step of it is kept there.

    Raises:
        OtherReplay: the work folder is of a replay that was asked for something else.
        SourceUnusable, LogUnavailable, FeedUnavailable: a log cannot be read (on).
    """
    began = monotonic()
    spool.demand(asked.words())
    scan = LogScan("cases", asked.cases, spool, asked.until, asked.keeping)
    cases = scan.run(workers, asked.checkpoints, step)
    end = asked.until.position if asked.until.recorded_at is None else min(asked.until.position, cases.told)
    scan = LogScan("ledger", asked.ledger, spool, Until(end), asked.keeping)
    ledger = scan.run(workers, asked.checkpoints, step)
    through, folded = _through(asked, cases, ledger, end), Folded()
    for difference in _apart(asked, cases, through):
        spool.found(difference)
    digests, last = 0, None
    if cases.root is not None and ledger.root is not None:
        whole = asked.seller is None and end == NO_END
        fold = AccountFold(spool, asked.rules, through, asked.ledger, rows=whole and not asked.ledger.is_feed)
        folded = fold.run(workers, ledger.kept, step)
        if asked.seller is None and not spool.differences(0)[0]:
            digests, last = _digests(spool)
    count, told = spool.differences(MOST_TOLD)
    return Replayed(
        cases=_report(cases, asked.cases),
        ledger=_report(ledger, asked.ledger),
        through=through,
        accounts=folded.accounts,
        facts=folded.facts,
        events=folded.events,
        entries=ledger.entries,
        quarantined=folded.quarantined,
        waiting=folded.waiting,
        unfolded=folded.unfolded,
        rows=folded.rows,
        digests=digests,
        last_digest=last,
        differences=count,
        told=told,
        seconds=round(monotonic() - began, 3),
        peak_bytes=peak_bytes(),
    )


def _through(asked: Asked, cases: Scanned, ledger: Scanned, end: int) -> int:
    """Return the cases position up to which the ledger says that it has folded; what it tells of, it has folded."""
    if ledger.stopped is not None:
        return end
    tracked = asked.ledger.tracked(CASES) or 0
    return min(end, max(ledger.told, tracked)) if cases.total else 0


def _apart(asked: Asked, cases: Scanned, through: int) -> Iterator[Difference]:
    """Yield why this cases log is not the one that the ledger has followed."""
    if through > cases.total and asked.until == ALL:
        detail = f"the ledger has folded the cases up to {through}, the log ends at {cases.total}"
        yield Difference(cases.total + 1, 0, "", "cases_log_shorter", detail)
    for row in asked.ledger.rows(FOLLOWED):
        if cases.total and row["source"] != cases.origin:
            detail = f"the ledger follows {shown(row['source'])}, the log is {shown(cases.origin)}"
            yield Difference(1, 0, "", "other_log", detail)


def _digests(spool: Spool) -> tuple[int, str | None]:
    """Make the digests again, in order, and compare; return how many agree and the last of them.

    The first one that differs is told, and no more: those behind it are chained to it. (Where an account or its row
    differs, no digest is made: that is told already.)
    """
    last = StandingsDigestRecorded(0, 0, 0, 0, 0, "", NO_DIGEST)
    recorded = spool.digests()
    for through, lines in spool.lines():
        state = next(recorded, None)
        if state is None:
            break  # it is made later than its last entry
        event = decode(state)
        digest = sha256(bytes.fromhex(last.digest) + b"".join(lines)).hexdigest()
        told = msgspec.json.decode(event.data, type=StandingsDigestRecorded)
        numbers = (last.number + 1, told.entries, len(lines), last.through, through)
        due = StandingsDigestRecorded(*numbers, last.digest, digest)
        if told != due:
            detail = f"digest {due.number} would have to be {due.digest} of {due.accounts} accounts"
            spool.found(Difference(0, event.position, "", "digest", f"{detail}, the ledger says {told.digest}"))
            return last.number, last.digest if last.number else None
        last = due
    for state in recorded:
        position = decode(state).position
        spool.found(Difference(0, position, "", "digest", "its entries would have to be there"))
        break
    return last.number, last.digest if last.number else None


def _report(scanned: Scanned, source: Source) -> LogReport:
    return LogReport(scanned.origin, source.shown, scanned.total, scanned.root, sorted(scanned.compared))


def explained(found: Replayed) -> Iterator[str]:
    """Yield a report for people, line by line; the first difference first."""
    for name, log in (("cases", found.cases), ("ledger", found.ledger)):
        signed = f", as signed at {', '.join(map(str, log.compared))}" if log.compared else ""
        yield f"{name}: {log.position} events of {log.origin}, root {log.root or 'open'}{signed}"
    yield f"{found.accounts} accounts, {found.facts} facts; {found.events} events and {found.rows} rows compared"
    yield f"{found.digests} digests made again; {found.waiting} facts wait in {found.quarantined} quarantined accounts"
    yield f"compared through cases position {found.through}; {found.unfolded} facts behind it"
    for one in found.told:
        where = " ".join(
            part
            for part in (
                f"cases position {one.cases_position}" if one.cases_position else "",
                f"ledger position {one.ledger_position}" if one.ledger_position else "",
                one.seller,
            )
            if part
        )
        yield f"{where}: {one.code}: {one.detail}"
    if found.differences > len(found.told):
        yield f"and {found.differences - len(found.told)} more"
    rate = round((found.cases.position + found.ledger.position) / max(found.seconds, 0.001))
    yield f"{found.seconds} s, {rate} events/s, at most {found.peak_bytes >> 20} MiB in a process"
    yield f"{found.differences} differences" if found.differences else "replayed: nothing differs"
