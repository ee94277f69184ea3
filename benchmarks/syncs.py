"""Counts what reaches the disk: a contender that syncs less than the others would win for the wrong reason.

Of this process, `strace` counts fsync and fdatasync, attached for one round only. Of PostgreSQL, the server counts the
syncs of its write-ahead log itself.
"""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, TypeAlias

import psycopg

from benchmarks.comparison import Store

Count: TypeAlias = Callable[[Callable[[], float], int], tuple[float, int | None]]
"""Does the work and returns what it returns, and the syncs meanwhile: of how many it is known that they must come."""

ATTACH_WITHIN_S: Final = 5.0
POLL_S: Final = 0.02
REPORTED_AFTER_S: Final = 1.2  # a connection tells the server's statistics at its end, or a second later; but one
REPORTED_WITHIN_S: Final = 12.0  # that was asked nothing after its last report tells them after ten seconds alone

_SYNC: Final = re.compile(rb"\b(?:fsync|fdatasync)\(")


def counted(store: Store, owner: str | None) -> Count:
    """Return how syncs are counted on this store; `owner` is the connection string of PostgreSQL's superuser."""
    if store == "postgres" and owner is not None:
        return lambda work, due: _of_postgres(owner, work, due)
    return _of_process


def _of_process(work: Callable[[], float], _due: int) -> tuple[float, int | None]:
    """Do the work; return what it returns, and how often this process synced meanwhile (None: nobody could look)."""
    strace = shutil.which("strace")
    if strace is None:
        return work(), None
    with TemporaryDirectory() as folder:
        seen = Path(folder) / "seen"
        command = [strace, "-f", "-qq", "-e", "trace=fsync,fdatasync", "-o", str(seen), "-p", str(os.getpid())]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            attached = _attached(process)
            result = work()
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(10)
        return result, _calls(seen) if attached else None


def _attached(process: subprocess.Popen[bytes]) -> bool:
    deadline = time.monotonic() + ATTACH_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        if re.search(rb"TracerPid:\t[1-9]", Path("/proc/self/status").read_bytes()):
            return True
        time.sleep(POLL_S)
    return False


def _calls(seen: Path) -> int:
    """Return how many syncs were begun."""
    lines = seen.read_bytes().splitlines() if seen.exists() else []
    return sum(1 for line in lines if _SYNC.search(line))


def _of_postgres(owner: str, work: Callable[[], float], due: int) -> tuple[float, int | None]:
    with psycopg.connect(owner, autocommit=True) as connection:
        before = _wal_syncs(connection)
        result = work()
        time.sleep(REPORTED_AFTER_S)
        end = time.monotonic() + REPORTED_WITHIN_S - REPORTED_AFTER_S
        while (seen := _wal_syncs(connection) - before) < due and time.monotonic() < end:
            time.sleep(POLL_S)
        return result, seen


def _wal_syncs(connection: psycopg.Connection[tuple[int]]) -> int:
    """Return how often the server has synced its write-ahead log."""
    moved = connection.info.server_version >= 180000  # from pg_stat_wal
    asked = "SELECT sum(fsyncs) FROM pg_stat_io WHERE object = 'wal'" if moved else "SELECT wal_sync FROM pg_stat_wal"
    row = connection.execute(asked).fetchone()
    return int(row[0]) if row is not None else 0
