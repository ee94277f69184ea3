"""Claim: a whole audited replay reads, hashes, folds again and compares at hundreds of thousands of events a second.

Ours: `python -m services.ledger replay` over two files, in one process (`replay`) and in two (`replay_two_processes`);
rates are events of the cases log a second, though the ledger's log is read and compared as well. Limit: a bare cursor
over the cases log in one process, which decodes the same fields of every event and does nothing with them. None of the
peers has a replay that compares.
"""

import json
import sqlite3
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

import msgspec

from benchmarks import history
from benchmarks.comparison import Comparison, Contender

ROOT: Final = Path(__file__).resolve().parents[1]
SIZE: Final = 1_000_000
MEBIBYTE: Final = 1 << 20


class _Told(msgspec.Struct):
    """What a scan has to know of an event."""

    recordedtime: str
    sequence: str
    source: str
    standingeffect: str
    subject: str


def replayed(cases: Path, ledger: Path, workers: int) -> dict[str, Any]:
    """Replay in a process of its own; return its report.

    Raises:
        RuntimeError: it found a difference, or could not replay.
    """
    command = [sys.executable, "-m", "services.ledger", "replay", "--json", "--workers", str(workers)]
    command += ["--cases", str(cases), "--ledger", str(ledger)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"the replay ended with {done.returncode}: {done.stdout[-2000:]} {done.stderr[-2000:]}")
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def bare(cases: Path, size: int) -> float:
    """Read and decode every event with the bare driver; return events a second."""
    decode = msgspec.json.Decoder(_Told).decode
    with closing(sqlite3.connect(cases)) as connection:
        start = perf_counter()
        for (state,) in connection.execute("SELECT state FROM stored_events ORDER BY rowid"):
            decode(state)
        return size / (perf_counter() - start)


@contextmanager
def on_sqlite(size: int, workers: int) -> Iterator[Mapping[str, Contender]]:
    """Write one history; each round replays it from its first event. The largest memory of the rounds is printed."""
    with TemporaryDirectory() as folder:
        cases, ledger = history.write(Path(folder), size)
        peaks = [0]

        def ours() -> float:
            report = replayed(cases, ledger, workers)
            peaks.append(report["peak_bytes"])
            return size / float(report["seconds"])

        yield {"ours": ours, "limit": partial(bare, cases, size)}
        print(f"replay of {size:,} events: at most {max(peaks) / MEBIBYTE:.0f} MiB in a process")


COMPARISONS: Final = (
    Comparison("replay", "sqlite", "events/s", SIZE, partial(on_sqlite, workers=1)),
    Comparison("replay_two_processes", "sqlite", "events/s", SIZE, partial(on_sqlite, workers=2)),
)
