"""The history that all contenders work on: ordinary violations, spread over sellers, as the cases service has them."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from services.cases.domain.events import Findings, OrdinaryViolationUpheld
from services.cases.publication import Provenance, to_draft
from shared.kit.cloudevent import Draft
from shared.kit.feed_client import FeedPage
from shared.kit.ids import uuid7
from shared.kit.log.instant import utc_now
from shared.kit.log.model import MAX_BATCH, MAX_READ, Append, EventLog
from shared.kit.log.rows import RowChange
from shared.kit.log.sqlite import open_sqlite_log
from shared.rulebook.loader import shipped

ENTRIES_PER_SELLER: Final = 4


@dataclass(frozen=True, slots=True)
class Sample:
    """One decision: the domain event, its case and the seller account."""

    event: OrdinaryViolationUpheld
    case: str
    seller: str

    def draft(self) -> Draft:
        """Return it as the cases service would append it: encoded, under a new id."""
        return to_draft(
            self.event, event_id=uuid7(), version=1, provenance=Provenance(self.case, self.seller, "o-1", "officer")
        )

    def details(self) -> str:
        """Return what the event says, as JSON: the payload that peers keep too."""
        return self.draft().data.decode()


def samples(count: int, each: int = ENTRIES_PER_SELLER, first: int = 0) -> list[Sample]:
    """Return so many decisions, `each` for each seller, sellers in turn from the number `first` on."""
    version = shipped("seed").versions[-1]
    grade = next(grade for grade in version.grades.values() if grade.track == "ordinary")
    event = OrdinaryViolationUpheld(
        officer="o-1",
        grade=grade.code,
        points=grade.points,
        factors=(),
        findings=Findings(frequent_contact=True, number_attributable=True),
        direct=(),
        rulebook=version.ref,
        calendars=(),
        reason_digest="0" * 64,
    )
    sellers = max(1, count // each)
    return [Sample(event, uuid7(), seller_name(first + number % sellers)) for number in range(count)]


def seller_name(number: int) -> str:
    """Return the name of a seller account; all are of one length, so that answers are too."""
    return f"s-{number:07d}"


def fill(path: Path, count: int) -> list[FeedPage]:
    """Write a cases log of so many decisions and return the pages that its feed would hand out."""
    with closing(open_sqlite_log(path, utc_now)) as log:
        append_all(log, samples(count))
        return list(pages(log))


def append_all(
    log: EventLog, decided: Sequence[Sample], rows: Callable[[Sample], Sequence[RowChange]] = lambda _: ()
) -> None:
    """Append decisions in batches, with the rows of each: a log that a service is to start over has them."""
    for start in range(0, len(decided), MAX_BATCH):
        batch = [(sample, rows(sample)) for sample in decided[start : start + MAX_BATCH]]
        log.append_batch([Append([sample.draft()], lambda _, changes=changes: changes) for sample, changes in batch])  # type: ignore[misc]  # bound in this turn


def pages(log: EventLog, after: int = 0, limit: int = MAX_READ) -> Iterator[FeedPage]:
    """Yield the pages that a log's feed would hand out, from behind a position to the head."""
    while (page := log.read(after, limit)).events:
        states = [event.state for event in page.events]
        yield FeedPage(states, page.scanned_through, page.head, page.recorded_through)
        after = page.scanned_through


def fill_over(path: Path, sellers: int, instants: Sequence[datetime]) -> list[FeedPage]:
    """Write a cases log in which each of these sellers has one decision at each instant; return its feed's pages."""
    now = instants[0]
    with closing(open_sqlite_log(path, lambda: now)) as log:
        for now in instants:  # noqa: B007  # the clock shows it
            append_all(log, samples(sellers, each=1))
        return list(pages(log))
