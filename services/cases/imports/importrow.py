"""How far the past of each seller is imported, as rows; and who can have no past imported any more."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from services.cases.imports.penalty import BadRow, PastPenalty
from services.cases.tables import CASES, IMPORTED
from shared.contracts.decisions import ORDINARY_UPHELD, SEVERE_UPHELD
from shared.kit.log.instant import to_us
from shared.kit.log.model import EventLog
from shared.kit.log.rows import MAX_IN, Put, Row, RowChange, Unless, Where

DECIDED: Final = (ORDINARY_UPHELD, SEVERE_UPHELD)
MAX_CASES: Final = 10_000  # decided cases of `MAX_IN` sellers that are looked at


def unless_decided(sellers: Sequence[str]) -> Unless:
    """Return the guard of an import: no violation of these sellers was ever upheld here."""
    return Unless(CASES, (Where("respondent", "in", sellers), Where("decision_type", "in", DECIDED)))


def versions_of(log: EventLog, sellers: Sequence[str]) -> dict[str, int]:
    """Return how many penalties of each seller are imported so far."""
    found = log.select(IMPORTED, Where("seller", "in", sellers), limit=MAX_IN)
    versions = dict.fromkeys(sellers, 0)
    versions.update({str(row["seller"]): _number(row, "version") for row in found})
    return versions


def imported_rows(batch: Sequence[PastPenalty], versions: Mapping[str, int], import_id: str) -> list[RowChange]:
    """Return the rows of the sellers of a batch once it is recorded; `versions` are those behind it."""
    through = {penalty.seller: to_us(penalty.effective_at) for penalty in batch}  # in order: the last one stays
    return [
        Put(IMPORTED, imported_row(seller, versions[seller], at_us, import_id)) for seller, at_us in through.items()
    ]


def imported_row(seller: str, version: int, through_us: int, import_id: str) -> Row:
    """Return the row of a seller whose last imported penalty is this `version` of its stream."""
    return {"seller": seller, "version": version, "through_us": through_us, "import_id": import_id}


def barred(log: EventLog, sellers: Iterable[tuple[str, int, int]], import_id: str) -> Iterator[BadRow]:
    """Yield, by its first line, each seller whose past cannot be imported (any more) by this import.

    `sellers` are name, first line and first effective instant (Unix microseconds).
    """
    waiting = iter(sellers)
    while some := list(islice(waiting, MAX_IN)):
        names = [name for name, _, _ in some]
        decided = {str(row["respondent"]) for row in _decided(log, names)}
        earlier = {str(row["seller"]): row for row in log.select(IMPORTED, Where("seller", "in", names), limit=MAX_IN)}
        for name, line, first_us in some:
            row = earlier.get(name)
            if name in decided:
                yield BadRow(line, "the seller would have to be without a decision of this system")
            elif row is not None and row["import_id"] != import_id and _number(row, "through_us") >= first_us:
                yield BadRow(line, "the seller's penalties would have to come after those imported before")


def _decided(log: EventLog, names: Sequence[str]) -> list[Row]:
    return log.select(CASES, Where("respondent", "in", names), Where("decision_type", "in", DECIDED), limit=MAX_CASES)


def _number(row: Row, column: str) -> int:
    value = row[column]
    assert isinstance(value, int)  # noqa: S101  # every row is written by `imported_rows`
    return value
