"""kill -9 under load: what was acknowledged is stored, without a hole, in the tree, and nothing is half there."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from shared.kit.log import merkle
from shared.kit.log.instant import utc_now
from shared.kit.log.model import Append, Appended, EventLog
from tests.support.logs import TABLES, TALLIES, draft, everything, kept_at, plain_root
from tests.support.postgres import place

WRITER = """
import sys, threading
from shared.kit.log.instant import utc_now
from shared.kit.log.model import Append, Idempotency, Tracking
from shared.kit.log.rows import Put
from tests.support.logs import TABLES, TALLIES, draft, kept_at

log = kept_at(sys.argv[1], sys.argv[2], utc_now, TABLES)
start = int(sys.argv[3])

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

for writer in range(8):
    threading.Thread(target=work, args=(writer,), daemon=True).start()
threading.Event().wait()
"""


@dataclass(frozen=True)
class Where:
    """A log that outlives its process: the kind of its store, and where it is."""

    kind: str
    at: str

    def open(self) -> EventLog:
        """Open the log, as soon as what the killed process held is given back."""
        return kept_at(self.kind, self.at, utc_now, TABLES)


@pytest.fixture(params=["sqlite", "postgres", "grouped"])
def where(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Where]:
    """A place for a log in each store that keeps it, and behind a group commit."""
    if request.param != "postgres":
        yield Where(request.param, str(tmp_path / "log.db"))
        return
    made = place()
    made.migrate(TABLES)
    yield Where("postgres", f"{made.schema} {made.dsn}")
    made.drop()


def acknowledged_until_killed(where: Where, round_: int, acknowledgements: int) -> list[int]:
    """Run a process that appends; kill it in the middle; return the positions it acknowledged."""
    command = [sys.executable, "-c", WRITER, where.kind, where.at, str(round_)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": "."}) as writer:
        assert writer.stdout is not None
        first = [writer.stdout.readline() for _ in range(acknowledgements)]
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.readlines()
    assert writer.returncode == -signal.SIGKILL
    whole = [line for line in (*first, *rest) if line.endswith("\n")]
    return [int(line) for line in whole]


@pytest.mark.parametrize("acknowledgements", [1, 40, 133])
def test_a_killed_process_leaves_what_it_acknowledged(where: Where, acknowledgements: int) -> None:
    acknowledged: list[int] = []
    for round_ in range(2):
        acknowledged += acknowledged_until_killed(where, round_, acknowledgements)
        log = where.open()
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


def test_a_killed_log_can_be_written_again_at_once(where: Where) -> None:
    acknowledged_until_killed(where, 0, 10)
    log = where.open()
    outcome = log.append(Append([draft("after")]))
    assert isinstance(outcome, Appended)
    assert outcome.stamps[0].position == log.head().position
    log.close()
