"""How a claim is measured: contenders take turns in one run, on one machine, and medians are compared.

Source: our rules for figures: interleaved rounds, at least five, warm-up, equal durability, ranges beside medians.
"""

import gc
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.console import Console
from rich.table import Table

ROUNDS: Final = 5
BEGIN: Final = "<!-- figures: make bench DOCUMENT=1 -->"
END: Final = "<!-- end of figures -->"

Contender = Callable[[], float]  # does one round's work and returns operations per second


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: per contender the rates of its rounds, operations per second."""

    row: str
    store: str
    unit: str
    size: int
    rates: Mapping[str, tuple[float, ...]]

    def median(self, name: str) -> int:
        """Return the median rate of a contender, per second."""
        return round(statistics.median(self.rates[name]))

    def record(self) -> dict[str, Any]:
        """Return the row as it is written: medians per second, ranges, and where and when it was measured."""
        return {
            "row": self.row,
            "store": self.store,
            "unit": self.unit,
            "ours": self.median("ours"),
            "limit": self.median("limit"),
            "peers": {name: self.median(name) for name in self.rates if name not in ("ours", "limit")},
            "rounds": len(self.rates["ours"]),
            "size": self.size,
            "ranges": {name: [round(min(rates)), round(max(rates))] for name, rates in self.rates.items()},
            **environment(),
        }


def interleave(contenders: Mapping[str, Contender], rounds: int = ROUNDS) -> dict[str, tuple[float, ...]]:
    """Run one round of each as a warm-up that does not count, then `rounds` rounds in which they take turns.

    Who begins moves on by one each round, so that no contender always runs on what another left behind.
    """
    names = list(contenders)
    for name in names:
        contenders[name]()
    rates: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            gc.collect()
            rates[name].append(contenders[name]())
    return {name: tuple(measured) for name, measured in rates.items()}


def environment() -> dict[str, str]:
    """Return what a figure must be read with: commit, kernel, processor architecture, versions, instant."""
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    return {
        "commit": asked.stdout.strip() or "unknown",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def table(records: list[dict[str, Any]]) -> Table:
    """Return the rows as a table: medians per second, and ours as a multiple of the limit and of the first peer."""
    shown = Table("row", "store", "unit", "ours/s", "limit/s", "ours : limit", "peer", "peer/s", "ours : peer")
    for record in records:
        peer, rate = next(iter(record["peers"].items()), ("", 0))
        shown.add_row(
            *(record["row"], record["store"], record["unit"], f"{record['ours']:,}", f"{record['limit']:,}"),
            f"{record['ours'] / record['limit']:.2f}",
            peer,
            f"{rate:,}",
            f"{record['ours'] / rate:.1f}" if rate else "",
        )
    return shown


def show(records: list[dict[str, Any]]) -> None:
    """Print the table."""
    Console(width=120).print(table(records))


def write_table(document: Path, records: list[dict[str, Any]]) -> None:
    """Replace the table between the two marks of a document by these rows.

    Raises:
        ValueError: the document has no marks.
    """
    before, _, rest = document.read_text().partition(BEGIN)
    _, mark, after = rest.partition(END)
    if not mark:
        raise ValueError(f"{document} has no marks for the table")
    document.write_text(f"{before}{BEGIN}\n{markdown(records)}\n{END}{after}")


def markdown(records: list[dict[str, Any]]) -> str:
    """Return the rows as a Markdown table with medians and ranges, and a line that says where they were measured."""
    lines = ["| row | store | contender | median, per second | range | ours is |", "|---|---|---|---|---|---|"]
    for record in records:
        medians = {"ours": record["ours"], "limit": record["limit"], **record["peers"]}
        for name, median in medians.items():
            low, high = record["ranges"][name]
            ratio = "" if name == "ours" else f"{record['ours'] / median:.2f} ×"
            lines.append(f"| {record['row']} | {record['store']} | {name} | {median:,} | {low:,}–{high:,} | {ratio} |")
    told = {f"{r['commit']}, {r['kernel']}, Python {r['python']}, SQLite {r['sqlite']}" for r in records}
    return "\n".join([*lines, "", f"Measured at {'; '.join(sorted(told))}."])
