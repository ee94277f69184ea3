"""`make bench`: run the comparisons, print the table, write var/bench/latest.json."""

import json
import sys
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Final

import typer

from benchmarks import fold, harness, single_append, standing_http

COMPARISONS: Final[tuple[ModuleType, ...]] = (single_append, fold, standing_http)
LATEST: Final = Path("var/bench/latest.json")
DOCUMENT: Final = Path("docs/performance.md")


def keep(records: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Write the rows just measured into `LATEST` beside the rows of earlier runs; return all of them, in order."""
    LATEST.parent.mkdir(parents=True, exist_ok=True)
    earlier = json.loads(LATEST.read_text()) if LATEST.exists() else []
    rows = {record["row"]: record for record in [*earlier, *records]}
    latest = [rows[module.ROW] for module in COMPARISONS if module.ROW in rows]
    LATEST.write_text(json.dumps(latest, indent=1) + "\n")
    return latest


def main(
    only: Annotated[str | None, typer.Option(help="run one row")] = None,
    size: Annotated[int | None, typer.Option(help="operations per round, instead of each row's own", min=10)] = None,
    rounds: Annotated[int, typer.Option(help="rounds that count, after a warm-up", min=5)] = harness.ROUNDS,
    document: Annotated[bool, typer.Option(help="write the table into docs/performance.md too")] = False,  # noqa: FBT002  # typer's way
) -> None:
    """Run the comparisons one after the other; each interleaves its contenders."""
    chosen = [module for module in COMPARISONS if only in (None, module.ROW)]
    if not chosen:
        sys.exit(f"no row {only}; there are {', '.join(module.ROW for module in COMPARISONS)}")
    records = []
    for module in chosen:
        operations = size or module.SIZE
        with module.contenders(operations) as contenders:
            rates = harness.interleave(contenders, rounds)
        records.append(harness.Measured(module.ROW, module.STORE, module.UNIT, operations, rates).record())
        harness.show(records[-1:])
    latest = keep(records)
    if document:
        harness.write_table(DOCUMENT, latest)


if __name__ == "__main__":
    typer.run(main)
