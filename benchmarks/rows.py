"""All comparisons, in the order in which they are run and shown."""

from typing import Final

from benchmarks import (
    as_of,
    concurrent_append,
    feed_ndjson,
    fold,
    imports,
    proofs,
    receipt,
    replay,
    single_append,
    standing_http,
)
from benchmarks.comparison import Comparison

COMPARISONS: Final[tuple[Comparison, ...]] = (
    *single_append.COMPARISONS,
    *concurrent_append.COMPARISONS,
    *fold.COMPARISONS,
    *imports.COMPARISONS,
    *standing_http.COMPARISONS,
    *as_of.COMPARISONS,
    *feed_ndjson.COMPARISONS,
    *proofs.COMPARISONS,
    *receipt.COMPARISONS,
    *replay.COMPARISONS,
)


def named(row: str | None, store: str | None) -> list[Comparison]:
    """Return the comparisons of a row and its variants (`as_of` has `as_of_in_process`) on a store; None: of all."""
    return [
        one
        for one in COMPARISONS
        if store in (None, one.store) and (row is None or one.row == row or one.row.startswith(f"{row}_"))
    ]
