"""A whole replay: both logs scanned, every account folded again, every digest made again, and what differs."""

from collections.abc import Iterator
from time import monotonic
from typing import Final

from services.ledger.replay.accountfold import AccountFold
from services.ledger.replay.answers import Clocks
from services.ledger.replay.asking import ALL, Asked
from services.ledger.replay.differences import Difference
from services.ledger.replay.digesting import digests_again
from services.ledger.replay.keeping import NO_END, Until
from services.ledger.replay.logscan import LogScan, Step
from services.ledger.replay.moment import moment_of
from services.ledger.replay.progress import Folded, Moment, Scanned
from services.ledger.replay.report import LogReport, Replayed
from services.ledger.replay.sources import Source, SourceUnusable
from services.ledger.replay.spool import Spool
from services.ledger.replay.workers import Workers
from services.ledger.tables import FOLLOWED
from shared.kit.verifying.findings import shown

MOST_TOLD: Final = 100


def replay(asked: Asked, spool: Spool, workers: Workers, step: Step) -> Replayed:
    """Replay both logs as they were when it began, from where the work folder stands; every step of it is kept there,
    until it is done.

    Raises:
        OtherReplay: the work folder is of a replay that was asked for something else.
        SourceUnusable, LogUnavailable, FeedUnavailable: a log cannot be read (on).
    """
    began = monotonic()
    spool.demand(asked.words())
    moment = spool.moment(lambda: moment_of(asked))
    scan = LogScan("cases", asked.cases, moment.cases, spool, asked.until, asked.keeping)
    cases = scan.run(workers, [*asked.checkpoints, *moment.followed], step)
    end = asked.until.position if asked.until.recorded_at is None else min(asked.until.position, cases.told)
    scan = LogScan("ledger", asked.ledger, moment.ledger, spool, Until(end), asked.keeping)
    ledger = scan.run(workers, asked.checkpoints, step)
    if asked.seller is not None and not cases.kept and not ledger.kept:
        raise SourceUnusable(f"neither log has a fact about {asked.seller!a}")
    through, folded = _through(moment, cases, ledger, end), Folded()
    for difference in (*_apart(asked, cases, through), *_unseen(asked, moment, cases, ledger)):
        spool.found(difference)
    digests, last = 0, None
    if cases.root is not None and ledger.root is not None:
        whole = asked.seller is None and end == NO_END
        rows, live = whole and asked.ledger.has_rows, None
        if asked.live is not None and cases.recorded_at is not None:
            live = asked.live, Clocks(cases.recorded_at, through)
        fold = AccountFold(spool, asked.rules, through, moment, asked.ledger, rows=rows, live=live)
        folded = fold.run(workers, ledger.kept, step)
        if asked.seller is None and not spool.differences(0)[0]:
            digests, last = digests_again(spool)
    count, told = spool.differences(MOST_TOLD)
    spool.done()
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
        standings=folded.standings,
        digests=digests,
        last_digest=last,
        differences=count,
        told=told,
        seconds=round(monotonic() - began, 3),
        peak_bytes=workers.peak_bytes,
    )


def _through(moment: Moment, cases: Scanned, ledger: Scanned, end: int) -> int:
    """Return the cases position up to which the ledger says that it has folded; what it tells of, it has folded."""
    if ledger.stopped is not None:
        return end
    return min(end, max(ledger.told, moment.tracked or 0)) if cases.total else 0


def _apart(asked: Asked, cases: Scanned, through: int) -> Iterator[Difference]:
    """Yield why this cases log is not the one that the ledger has followed."""
    if through > cases.total and asked.until == ALL:
        detail = f"the ledger has folded the cases up to {through}, the log ends at {cases.total}"
        yield Difference(cases.total + 1, 0, "", "cases_log_shorter", detail)
    for row in asked.ledger.rows(FOLLOWED):
        if cases.total and row["source"] != cases.origin:
            detail = f"the ledger follows {shown(row['source'])}, the log is {shown(cases.origin)}"
            yield Difference(1, 0, "", "other_log", detail)


def _unseen(asked: Asked, moment: Moment, cases: Scanned, ledger: Scanned) -> Iterator[Difference]:
    """Yield the checkpoints that neither log reaches: its end is missing, or it is another one; and who signs none."""
    for source, extent in ((asked.cases, moment.cases), (asked.ledger, moment.ledger)):
        if extent.signed is None:
            detail = f"{source.shown} would have to continue what it signed last; it says that it does not"
            yield Difference(0, 0, "", "log_not_signed", detail)
    for one in (*asked.checkpoints, *(moment.cases.signed or ()), *(moment.ledger.signed or ())):
        if not one.size:
            continue  # of no event: a log that is empty still has no name here
        if one.origin not in (cases.origin, ledger.origin):
            yield Difference(0, 0, "", "other_log", f"what was signed is of {shown(one.origin)}, of neither log")
            continue
        is_cases = one.origin == cases.origin
        total = cases.total if is_cases else ledger.total
        if one.size > total:
            places = (total + 1, 0) if is_cases else (0, total + 1)
            detail = f"{one.size} events were signed, the log has {total}: its end is missing"
            yield Difference(*places, "", "log_shorter", detail)


def _report(scanned: Scanned, source: Source) -> LogReport:
    return LogReport(scanned.origin, source.shown, scanned.total, scanned.root, sorted(scanned.compared))
