"""`make bench`: run the comparisons, print the figures, write them under var/bench."""

import sys
from pathlib import Path
from typing import Annotated, Final

import typer

from benchmarks import emmett, harness, report
from benchmarks.rows import COMPARISONS, named

FOLDER: Final = Path("var/bench")
DOCUMENT: Final = Path("docs/performance.md")


def main(
    only: Annotated[str | None, typer.Option(help="run one row")] = None,
    store: Annotated[str | None, typer.Option(help="sqlite or postgres; without it both")] = None,
    size: Annotated[int | None, typer.Option(help="operations per round, instead of each row's own", min=10)] = None,
    rounds: Annotated[int, typer.Option(help="rounds that count, after a warm-up", min=5)] = harness.ROUNDS,
    without: Annotated[list[str] | None, typer.Option(help="leave this peer out: emmett")] = None,
    document: Annotated[bool, typer.Option(help="write the table into docs/performance.md too")] = False,  # noqa: FBT002  # typer's way
) -> None:
    """Run the comparisons one after the other; each interleaves its contenders."""
    chosen = named(only, store)
    if not chosen:
        known = sorted({f"{one.row} ({one.store})" for one in COMPARISONS})
        sys.exit(f"no such row; there are {', '.join(known)}")
    emmett.left_out.update(without or ())
    records: list[report.Record] = []
    for comparison in chosen:
        records.append(harness.measure(comparison, size or comparison.size, rounds).record())
        report.show(records[-1])
        latest = report.keep(FOLDER, records, [(one.row, one.store) for one in COMPARISONS])
        if document:
            report.write_table(DOCUMENT, latest)


if __name__ == "__main__":
    typer.run(main)
