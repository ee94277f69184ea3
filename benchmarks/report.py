"""Where figures go: a table to read, JSON per run and the latest of each row, and the table of a document."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from rich.console import Console
from rich.table import Table

from benchmarks.comparison import LIMIT, OURS

Record: TypeAlias = dict[str, Any]  # one row on one store, see `harness.Measured.record`

BEGIN: Final = "<!-- figures: make bench DOCUMENT=1 -->"
END: Final = "<!-- end of figures -->"


def keep(folder: Path, records: Sequence[Record], order: Sequence[tuple[str, str]]) -> list[Record]:
    """Write what one run measured into a file of its own, and `latest.json` anew; return all of the latter.

    `latest.json` holds, in this order of rows and stores, what was measured last of each.
    """
    runs, latest = folder / "runs", folder / "latest.json"
    runs.mkdir(parents=True, exist_ok=True)
    began = records[0]["measured_at"].replace(":", "")
    (runs / f"{began}-{records[0]['row']}.json").write_text(json.dumps(records, indent=1) + "\n")
    earlier = json.loads(latest.read_text()) if latest.exists() else []
    known = {(record["row"], record["store"]): record for record in [*earlier, *records]}
    kept = [known[which] for which in order if which in known]
    latest.write_text(json.dumps(kept, indent=1) + "\n")
    return kept


def show(record: Record) -> None:
    """Print one row as a table: medians per second with ranges, and ours as a multiple of each other contender."""
    title = f"{record['row']}, {record['store']}, {record['unit']}, {record['size']:,} a round"
    shown = Table("contender", "median", "range", "ours is", "syncs/op", title=title, title_justify="left")
    for name, median, spread, ratio in _lines(record):
        synced = record["syncs_per_operation"].get(name)
        shown.add_row(name, median, spread, ratio, "" if synced is None else f"{synced:.2f}")
    Console(width=100).print(shown)


def _lines(record: Record) -> list[tuple[str, str, str, str]]:
    medians = {OURS: record["ours"], LIMIT: record["limit"], **record["peers"]}
    lines = []
    for name, median in medians.items():
        low, high = record["ranges"][name]
        ratio = "" if name == OURS else f"{record['ratios'][name]:.2f} ×"
        lines.append((name, f"{median:,}", f"{low:,}–{high:,}", ratio))
    return lines


def write_table(document: Path, records: Sequence[Record]) -> None:
    """Replace the table of figures in a document by these rows; see `write_between`."""
    write_between(document, BEGIN, END, markdown(records))


def write_between(document: Path, begin: str, end: str, content: str) -> None:
    """Replace what stands between two marks of a document.

    Raises:
        ValueError: the document has no such marks.
    """
    before, _, rest = document.read_text().partition(begin)
    _, mark, after = rest.partition(end)
    if not mark:
        raise ValueError(f"{document} would have to have the marks {begin} and {end}")
    document.write_text(f"{before}{begin}\n{content}\n{end}{after}")


def markdown(records: Sequence[Record]) -> str:
    """Return the rows as a Markdown table with medians and ranges, and a line that says where they were measured."""
    lines = ["| row | store | contender | median, per second | range | ours is |", "|---|---|---|---|---|---|"]
    for record in records:
        for name, median, spread, ratio in _lines(record):
            lines.append(f"| {record['row']} | {record['store']} | {name} | {median} | {spread} | {ratio} |")
    return "\n".join([*lines, "", f"Measured at {'; '.join(sorted({_where(record) for record in records}))}."])


def _where(record: Record) -> str:
    database = f"PostgreSQL {record['postgres']}" if "postgres" in record else f"SQLite {record['sqlite']}"
    return f"{record['commit']}, {record['kernel']}, Python {record['python']}, {database}"
