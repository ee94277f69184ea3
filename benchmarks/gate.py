"""`make bench-gate`: rows that must not fall back, held against a contender of the same run.

A ratio of two medians in one run hardly depends on the machine; the thresholds lie at half of what a quiet one shows,
or below. A row that misses its threshold is measured once more before the gate closes, so one bad moment fails nothing.
"""

import statistics
import sys
from dataclasses import dataclass
from typing import Final

import typer

from benchmarks import harness
from benchmarks.comparison import OURS
from benchmarks.rows import named

TRIES: Final = 2


@dataclass(frozen=True, slots=True)
class Held:
    """Ours has to be at least `ratio` times as fast as `against`, on SQLite, with `size` operations in a round."""

    row: str
    against: str
    ratio: float
    size: int


GATE: Final = (
    Held("single_append", "limit", 0.3, 150),
    Held("fold", "stock", 2.0, 200),
    Held("standing_http", "crud", 2.0, 600),
    Held("feed_ndjson", "crud", 1.0, 20_000),
)


def ratio(held: Held) -> float:
    """Measure the two contenders of a row, warm-up and `ROUNDS` rounds in turns; return ours as a multiple."""
    (comparison,) = named(held.row, "sqlite")
    with comparison.contenders(held.size) as contenders:
        two = {name: contenders[name] for name in (OURS, held.against)}
        for contender in two.values():
            contender()
        rates = harness.interleave(two)
    return statistics.median(rates[OURS]) / statistics.median(rates[held.against])


def passes(held: Held) -> bool:
    """Return whether a row holds, in one of `TRIES` measurements; say what was seen."""
    for _ in range(TRIES):
        seen = ratio(held)
        good = seen >= held.ratio
        print(f"{held.row}: {seen:.2f} × {held.against}, at least {held.ratio:g} is demanded", flush=True)
        if good:
            return True
    return False


def main() -> None:
    """Measure every row of the gate; fail where one does not hold."""
    if not all([passes(held) for held in GATE]):  # noqa: C419  # every row is to be seen
        sys.exit("a row fell back: see `make bench ONLY=<row>`")


if __name__ == "__main__":
    typer.run(main)
