"""One simulation from question to report: reads how decisions came about, then compares account by account.

It reads the log beside live traffic and writes into a folder of its own. Memory is bounded by a batch of accounts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from services.ledger.accounts import every_account, folded, stream_of
from services.ledger.domain.account import Account
from services.ledger.domain.standing import known_by
from services.ledger.posting import Codec
from services.ledger.progress import Folded
from services.ledger.simulating.asking import Question
from services.ledger.simulating.comparing import compare, dismissed
from services.ledger.simulating.evidence import Evidence, Picked
from services.ledger.simulating.keeping import Differences
from services.ledger.simulating.reporting import asked
from services.ledger.simulating.tally import Tally
from shared.contracts.simulation import Stage
from shared.kit.log.model import EventLog

BATCH: Final = 100  # accounts that are in memory at once
COUNTED: Final = 10_000  # names, where nothing else is read
CHANGES: Final = "changes.ndjson"
EVIDENCE: Final = "evidence.db"

Tell = Callable[[Stage, int, int], None]


@dataclass(frozen=True, slots=True)
class Sources:
    """What a simulation reads: our log as far as the cases were folded when it began, and their feed through there."""

    log: EventLog
    codec: Codec
    feed: Picked
    folded: Folded


def simulate(question: Question, sources: Sources, folder: Path, tell: Tell) -> dict[str, Any]:
    """Return the report, in the form of the contract `SimulationReport`, not sealed yet; differences are in `CHANGES`.

    `tell` hears stage, done and total again and again; what it raises ends the simulation.

    Raises:
        FeedUnavailable, FeedBroken, LogUnavailable: what is read cannot be read now, or not at all.
        msgspec.ValidationError: a fact of the cases log breaks its contract.
        OSError, sqlite3.Error: the folder cannot be written to.
    """
    evidence_file = folder / EVIDENCE
    tally = Tally(question.as_of)
    try:
        with Evidence(evidence_file) as evidence, Differences(folder / CHANGES) as differences:
            _gather(question, sources, evidence, tell)
            _compare(question, sources, evidence, tally, differences, tell)
            _look_at_dismissals(question, evidence, tally, differences, tell)
    finally:
        evidence_file.unlink(missing_ok=True)
    return {**asked(question, sources.folded), **tally.told(), "changes": differences.summary(), "seal": None}


def _gather(question: Question, sources: Sources, evidence: Evidence, tell: Tell) -> None:
    through = sources.folded.position
    if question.sellers is None:
        evidence.gather(sources.feed, through, on=lambda position: tell("reading", position, through))
        return
    for done, seller in enumerate(question.sellers):
        tell("reading", done, len(question.sellers))
        evidence.gather(sources.feed, through, seller)


def _compare(
    question: Question, sources: Sources, evidence: Evidence, tally: Tally, differences: Differences, tell: Tell
) -> None:
    done, total = 0, _count(question.sellers, sources.log)
    for names in _names(question.sellers, sources.log):
        accounts = folded(names, sources.log.stream(*map(stream_of, names)), sources.codec)
        for account in accounts.values():
            tell("comparing", done, max(done, total))
            done += 1
            _look_at(account, question, sources, evidence, tally, differences)
    tell("comparing", done, done)


def _look_at(
    account: Account,
    question: Question,
    sources: Sources,
    evidence: Evidence,
    tally: Tally,
    differences: Differences,
) -> None:
    if account.quarantine is not None:
        tally.quarantined()
        differences.add([{"kind": "withheld", "seller": account.seller, "problem": "seller_quarantined"}])
        return
    facts = known_by(account.facts, None, sources.folded.position)
    if facts:
        found = evidence.of(account.seller)
        differences.add(compare(account.seller, facts, question.supposition, question.as_of, found, tally))


def _look_at_dismissals(
    question: Question, evidence: Evidence, tally: Tally, differences: Differences, tell: Tell
) -> None:
    supposition = question.supposition
    done = 0
    for dismissal, filed in evidence.dismissals(supposition.since, supposition.until):
        tell("dismissals", done, done + 1)
        done += 1
        line = dismissed(dismissal, filed, supposition, tally)
        if line is not None:
            differences.add([line])
    if done:
        tell("dismissals", done, done)


def _names(sellers: Sequence[str] | None, log: EventLog) -> Iterator[Sequence[str]]:
    return iter(every_account(log, BATCH)) if sellers is None else _batched(sellers)


def _batched(sellers: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(sellers), BATCH):
        yield sellers[start : start + BATCH]


def _count(sellers: Sequence[str] | None, log: EventLog) -> int:
    return len(sellers) if sellers is not None else sum(map(len, every_account(log, COUNTED)))
