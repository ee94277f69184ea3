"""How a claim is measured: contenders take turns in one run, on one machine, and medians are compared.

Source: our rules for figures: interleaved rounds, at least five, warm-up, equal durability, ranges beside medians.
"""

import gc
import platform
import sqlite3
import statistics
import subprocess
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from benchmarks import postgres, syncs
from benchmarks.comparison import LIMIT, OURS, Comparison, Contender, Store
from shared.kit.collecting import collect_seldom

ROUNDS: Final = 5
PACKAGES: Final = ("eventsourcing", "sqlalchemy", "psycopg", "uvicorn", "fastapi")


@dataclass(frozen=True, slots=True)
class Measured:
    """One row: per contender the rates of its rounds, operations per second, and how often it synced the disk.

    `syncs` are those of the warm-up round per operation; a contender is missing where nobody could count.
    """

    row: str
    store: Store
    unit: str
    size: int
    rates: Mapping[str, tuple[float, ...]]
    syncs: Mapping[str, float] = field(default_factory=dict)

    def median(self, name: str) -> int:
        """Return the median rate of a contender, per second."""
        return round(statistics.median(self.rates[name]))

    def ratios(self) -> dict[str, float]:
        """Return by how much ours is faster than each other contender, of the medians."""
        ours = statistics.median(self.rates[OURS])
        return {name: round(ours / statistics.median(r), 3) for name, r in self.rates.items() if name != OURS}

    def record(self) -> dict[str, Any]:
        """Return the row as it is written: medians per second, ranges, and where and when it was measured."""
        return {
            "row": self.row,
            "store": self.store,
            "unit": self.unit,
            "ours": self.median(OURS),
            "limit": self.median(LIMIT),
            "peers": {name: self.median(name) for name in self.rates if name not in (OURS, LIMIT)},
            "ratios": self.ratios(),
            "rounds": len(self.rates[OURS]),
            "size": self.size,
            "ranges": {name: [round(min(rates)), round(max(rates))] for name, rates in self.rates.items()},
            "syncs_per_operation": {name: round(count, 3) for name, count in self.syncs.items()},
            **environment(self.store),
        }


def measure(comparison: Comparison, size: int, rounds: int = ROUNDS) -> Measured:
    """Run a comparison with so many operations per round.

    Raises:
        RuntimeError: a contender that has to make every operation durable by itself synced less often than that.
    """
    with comparison.contenders(size) as contenders:
        collect_seldom()  # as the services do, for all contenders of this process
        synced = warmed(comparison, contenders, size)
        rates = interleave(contenders, rounds)
    return Measured(comparison.row, comparison.store, comparison.unit, size, rates, synced)


def warmed(comparison: Comparison, contenders: Mapping[str, Contender], size: int) -> dict[str, float]:
    """Run one round of each that does not count; return its syncs per operation, of those who write."""
    synced: dict[str, float] = {}
    count = syncs.counted(comparison.store, postgres.owner() if comparison.store == "postgres" else None)
    for name, contender in contenders.items():
        if not comparison.writes:
            contender()
            continue
        due = size if name in comparison.durable else 0
        _, seen = count(contender, due)
        if seen is None:
            continue
        synced[name] = seen / size
        if seen < due:
            raise RuntimeError(f"{comparison.row}: {name} synced {seen} times for {size} durable operations")
    return synced


def interleave(contenders: Mapping[str, Contender], rounds: int = ROUNDS) -> dict[str, tuple[float, ...]]:
    """Run `rounds` rounds in which contenders take turns; return the rates of each.

    Who begins moves on by one each round, so that no contender always runs on what another left behind.
    """
    names = list(contenders)
    rates: dict[str, list[float]] = {name: [] for name in names}
    for number in range(rounds):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            gc.collect()
            rates[name].append(contenders[name]())
    return {name: tuple(measured) for name, measured in rates.items()}


def environment(store: Store) -> dict[str, Any]:
    """Return what a figure must be read with: commit, kernel, processor architecture, versions, instant."""
    asked = subprocess.run(["git", "describe", "--always", "--dirty"], capture_output=True, text=True, check=False)
    versions: dict[str, str] = {}
    for package in PACKAGES:
        with suppress(PackageNotFoundError):
            versions[package] = version(package)
    return {
        "commit": asked.stdout.strip() or "unknown",
        "kernel": f"{platform.system()} {platform.release()} {platform.machine()}",
        "python": platform.python_version(),
        "sqlite": sqlite3.sqlite_version,
        **({"postgres": postgres.version()} if store == "postgres" else {}),
        "versions": versions,
        "measured_at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
