"""The peer on Node: a process that runs emmett/worker.mjs beside us, on databases of the same PostgreSQL.

Its packages are installed when they are needed first, into a folder that is not kept in the repository. Without Node,
or where they cannot be installed, the peer is left out, and the run says so.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any, Final

from benchmarks import postgres
from benchmarks.decisions import Sample

SOURCE: Final = Path(__file__).parent / "emmett"
INSTALLED: Final = Path("var/bench/emmett")
INSTALL_WITHIN_S: Final = 300
BATCH: Final = 1000
CONNECTIONS: Final = 8

left_out: Final[set[str]] = set()  # peers that this run goes without, because it was asked to


class Unavailable(Exception):
    """The peer cannot run here; the message says why."""


def installed(folder: Path = INSTALLED) -> Path:
    """Install the pinned packages where they are not yet; return the folder of the worker.

    Raises:
        Unavailable: there is no Node, or the packages cannot be had.
    """
    if shutil.which("node") is None or shutil.which("npm") is None:
        raise Unavailable("there is no Node here")
    folder.mkdir(parents=True, exist_ok=True)
    wanted, marker = (SOURCE / "package.json").read_bytes(), folder / ".installed"
    (folder / "worker.mjs").write_bytes((SOURCE / "worker.mjs").read_bytes())
    if marker.exists() and marker.read_bytes() == wanted:
        return folder
    (folder / "package.json").write_bytes(wanted)
    command = ["npm", "install", "--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"]
    try:
        subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=INSTALL_WITHIN_S)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise Unavailable("its packages could not be installed") from error
    marker.write_bytes(wanted)
    return folder


class Worker:
    """The process on Node."""

    def __init__(self, folder: Path) -> None:
        command = ["node", "worker.mjs"]
        self._process = subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def ask(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Let it do something; return its answer.

        Raises:
            RuntimeError: it failed, or ended.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        for line in self._process.stdout:
            if line.startswith("{"):  # what the library prints of itself is passed over
                answer: dict[str, Any] = json.loads(line)
                if "error" in answer:
                    raise RuntimeError(f"Emmett: {answer['error']}")
                return answer
        raise RuntimeError("Emmett's process has ended")

    def append(self, decided: Sequence[Sample], callers: int) -> float:
        """Append each decision to a stream of its own in a new database; return the seconds it took."""
        with postgres.database() as database:
            return self._append(database, decided, callers)

    def _append(self, database: str, decided: Sequence[Sample], callers: int) -> float:
        told = [{"seller": one.seller, "case": one.case, "data": json.loads(one.details())} for one in decided]
        dsn = postgres.url(database)
        asked = {"op": "append", "dsn": dsn, "connections": CONNECTIONS, "callers": callers, "decisions": told}
        return float(self.ask(asked)["seconds"])

    @contextmanager
    def history(self, decided: Sequence[Sample]) -> Iterator[str]:
        """Yield a database that holds these decisions, for `fold`.

        They are appended by one caller: what several append at once, Emmett's consumer may pass over for ever, because
        it reads in order of transactions and goes on after the position of the last event read.
        """
        with postgres.database() as database:
            self._append(database, decided, callers=1)
            yield database

    def fold(self, history: str, size: int) -> float:
        """Follow a copy of a history of so many decisions into a table of accounts; return the seconds it took.

        Raises:
            RuntimeError: it did not fold all of them.
        """
        with postgres.database(history) as database:
            answer = self.ask({"op": "fold", "dsn": postgres.url(database), "batch": BATCH})
        if answer["folded"] != size:
            raise RuntimeError(f"Emmett folded {answer['folded']} of {size}")
        return float(answer["seconds"])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def started(running: ExitStack) -> Worker | None:
    """Return the worker, which ends with `running`; None, with a line that says why, where it cannot run."""
    if "emmett" in left_out:
        return None
    try:
        worker = Worker(installed())
    except Unavailable as reason:
        print(f"without emmett: {reason}", file=sys.stderr)
        return None
    running.callback(worker.close)
    return worker
