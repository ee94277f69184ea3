"""kill -9 under load: what was acknowledged is stored, without a hole, in the tree, and nothing is half there."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from shared.kit.log import merkle
from shared.kit.log.instant import utc_now
from shared.kit.log.model import Append, Appended
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.logs import TABLES, TALLIES, draft, everything, plain_root

WRITER = """
import sys, threading
from datetime import UTC, datetime
from shared.kit.log.model import Append, Idempotency, Tracking
from shared.kit.log.rows import Put
from shared.kit.log.sqlite import open_sqlite_log
from tests.support.logs import TABLES, TALLIES, draft

log = open_sqlite_log(sys.argv[1], lambda: datetime.now(UTC), TABLES)
start = int(sys.argv[2])

def work(writer):
    for turn in range(1, 1_000_000):
        name = f"writer-{start}-{writer}"
        append = Append(
            [draft(name, 3 * turn - 2), draft(name, 3 * turn - 1), draft(name, 3 * turn)],
            lambda stamps: [Put(TALLIES, {"name": name, "count": 3 * turn})],
            Idempotency(f"{name}-{turn}", b"d", lambda stamps: b"%d" % stamps[-1].position),
            Tracking(name, turn),
        )
        stamps = log.append(append).stamps
        sys.stdout.write("".join(f"{stamp.position}\\n" for stamp in stamps))
        sys.stdout.flush()
        if turn % 5 == 0:
            log.read(0, 1000)

for writer in range(3):
    threading.Thread(target=work, args=(writer,), daemon=True).start()
threading.Event().wait()
"""


def acknowledged_until_killed(path: Path, round_: int, acknowledgements: int) -> list[int]:
    """Run a process that appends; kill it in the middle; return the positions it acknowledged."""
    command = [sys.executable, "-c", WRITER, str(path), str(round_)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}) as writer:
        assert writer.stdout is not None
        first = [writer.stdout.readline() for _ in range(acknowledgements)]
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    whole = [line for line in (*first, *rest) if line.endswith("\n")]
    return [int(line) for line in whole]


@pytest.mark.parametrize("acknowledgements", [1, 40, 133])
def test_a_killed_log_keeps_what_it_acknowledged(tmp_path: Path, acknowledgements: int) -> None:
    path = tmp_path / "log.db"
    acknowledged: list[int] = []
    for round_ in range(2):
        acknowledged += acknowledged_until_killed(path, round_, acknowledgements)
        log = open_sqlite_log(path, utc_now, TABLES)
        stored = everything(log)
        positions = [event.position for event in stored]
        assert set(acknowledged) <= set(positions)
        assert positions == list(range(1, log.head().position + 1))
        assert merkle.root(log.head().frontier) == plain_root([event.state for event in stored])
        assert len(positions) % 3 == 0
        for stream in {event.stream for event in stored}:
            versions = [event.stream_version for event in stored if event.stream == stream]
            tally = log.get(TALLIES, stream)
            kept = log.kept(f"{stream}-{len(versions) // 3}")
            assert versions == list(range(1, len(versions) + 1))
            assert tally == {"name": stream, "count": len(versions)}
            assert log.tracked(stream) == len(versions) // 3
            assert kept is not None
            assert int(kept.response) == max(event.position for event in stored if event.stream == stream)
            assert log.kept(f"{stream}-{len(versions) // 3 + 1}") is None
        log.close()
    assert len(acknowledged) >= 2 * acknowledgements
    assert len(set(acknowledged)) == len(acknowledged)


def test_a_killed_log_can_be_written_again_at_once(tmp_path: Path) -> None:
    path = tmp_path / "log.db"
    acknowledged_until_killed(path, 0, 10)
    log = open_sqlite_log(path, utc_now, TABLES)
    head = log.head().position
    outcome = log.append(Append([draft("after")]))
    assert isinstance(outcome, Appended)
    assert outcome.stamps[0].position == head + 1
    log.close()
