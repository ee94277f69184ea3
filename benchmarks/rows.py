"""All comparisons, in the order in which they are run and shown."""

from typing import Final

from benchmarks import as_of, concurrent_append, fold, single_append, standing_http
from benchmarks.comparison import Comparison

COMPARISONS: Final[tuple[Comparison, ...]] = (
    *single_append.COMPARISONS,
    *concurrent_append.COMPARISONS,
    *fold.COMPARISONS,
    *standing_http.COMPARISONS,
    *as_of.COMPARISONS,
)


def named(row: str | None, store: str | None) -> list[Comparison]:
    """Return the comparisons of a row and a store, of all of them for None."""
    return [one for one in COMPARISONS if row in (None, one.row) and store in (None, one.store)]
