"""What a replay says of its memory is its own: neither that of who started it, nor without that of its workers."""

import subprocess
import sys

import pytest

from services.ledger.replay.memory import STATUS, peak_bytes
from services.ledger.replay.workers import Workers
from tests.support.tree import ROOT

LARGE = 200 << 20


def filled(size: int) -> int:
    """Return the length of so many bytes, each written."""
    return len(b"\1" * size)


@pytest.mark.skipif(not STATUS.exists(), reason="only Linux tells of a program's own peak")
def test_the_size_of_who_started_it_is_not_counted() -> None:
    """A program of a few megabytes, started by one that fills many."""
    ask = "from services.ledger.replay.memory import peak_bytes; print(peak_bytes())"
    start = (
        f"import subprocess, sys; kept = b'1' * {LARGE}; subprocess.run([sys.executable, '-c', {ask!r}], check=True)"
    )
    said = subprocess.run([sys.executable, "-c", start], cwd=ROOT, capture_output=True, text=True, check=True)
    assert 0 < int(said.stdout) < LARGE // 2


def test_the_largest_worker_is_counted() -> None:
    """It does what this process did not."""
    before = peak_bytes()
    with Workers(2) as workers:
        assert list(workers.map(filled, [(before + LARGE,)])) == [before + LARGE]
        assert workers.peak_bytes > before + LARGE
