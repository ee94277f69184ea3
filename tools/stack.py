"""Both services as processes: started on given ports over one folder, waited for, killed, restarted and stopped.

Everything they keep is under the folder: keys/, cases/, ledger/ and a log file each. Only processes started here are
ever signalled.
"""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self, TypeAlias

from shared.kit.audit.keyfolder import KNOWN_FILE
from shared.kit.localkeys import ensure_keys, mint
from tools.readiness import POLL_S, READY_WITHIN_S, Ended, NotReady, quiet, section, wait_for

ServiceName: TypeAlias = Literal["cases", "ledger"]

HOST: Final = "127.0.0.1"
ROOT: Final = Path(__file__).resolve().parent.parent
STOP_WITHIN_S: Final = 10.0
SERVICE_TOKEN_S: Final = 365 * 24 * 3600  # a local run may stay up longer than people's tokens live


class StackError(Exception):
    """A service could not be started; the message says which and why, in one or a few lines."""


def free_port() -> int:
    """Return a port that was free a moment ago."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def taken(port: int) -> bool:
    """Return whether something listens on the port already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return True
        return False


@dataclass
class Stack:
    """Both services over `folder`. Use it as a context manager: leaving stops what runs.

    `tell` gets a line about a service that takes long to be ready.
    """

    folder: Path
    ports: Mapping[ServiceName, int] = field(default_factory=lambda: {"cases": free_port(), "ledger": free_port()})
    rulebook: str = "seed"
    settings: Mapping[str, str] = field(default_factory=dict)
    root: Path = ROOT
    tell: Callable[[str], None] = quiet
    _running: dict[ServiceName, subprocess.Popen[bytes]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.folder = self.folder.absolute()
        self.folder.mkdir(parents=True, exist_ok=True)
        ensure_keys(self.keys)

    def __enter__(self) -> Self:
        """Start both services and wait until they are ready."""
        try:
            for name in self.ports:
                self.start(name)
            for name in self.ports:
                self.wait_ready(name)
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what runs."""
        self.stop()

    @property
    def keys(self) -> Path:
        """The folder with the local signing key and its public set."""
        return self.folder / "keys"

    def url(self, name: ServiceName) -> str:
        """Return the base address of a service, without a slash at the end."""
        return f"http://{HOST}:{self.ports[name]}"

    def log(self, name: ServiceName) -> Path:
        """Return the file that takes what a service prints."""
        return self.folder / f"{name}.log"

    def verifier_keys(self, name: ServiceName) -> Path:
        """Return the file with the keys that ever signed for a service's log, one a line, oldest first."""
        return self.folder / name / "keys" / "log" / KNOWN_FILE

    def token(self, role: str, sub: str, *, seller: str | None = None, complainant: str | None = None) -> str:
        """Return a token of a role, signed with the local key."""
        return mint(self.keys, role, sub, seller=seller, complainant=complainant)

    def start(self, name: ServiceName) -> None:
        """Start one service without waiting for it.

        Raises:
            StackError: something listens on its port already.
        """
        port = self.ports[name]
        if taken(port):
            raise StackError(f"port {port} is taken: {name} is running already, or something else listens there")
        with self.log(name).open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", f"services.{name}", "serve"],
                cwd=self.root,
                env=self._environment(name),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,  # so that Ctrl-C reaches us alone and we stop them in order
            )

    def _environment(self, name: ServiceName) -> dict[str, str]:
        """Return the environment of a service: ours without settings meant for another run, `settings`, and its own."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("CASES_", "LEDGER_"))}
        prefix = name.upper()
        own = {
            f"{prefix}_DATA_DIR": str(self.folder / name),
            f"{prefix}_HOST": HOST,
            f"{prefix}_PORT": str(self.ports[name]),
            f"{prefix}_JWKS": str(self.keys / "jwks.json"),
        }
        if name == "ledger":
            token = self._token_file("follower", "follower", "ledger")
            own |= {"LEDGER_CASES_URL": self.url("cases"), "LEDGER_TOKEN_FILE": str(token)}
        else:
            token = self._token_file("cases", "service", "cases")
            own |= {"CASES_LEDGER_URL": self.url("ledger"), "CASES_LEDGER_TOKEN_FILE": str(token)}
        return inherited | {f"{prefix}_RULEBOOK": self.rulebook} | dict(self.settings) | own

    def _token_file(self, name: str, role: str, sub: str) -> Path:
        """Write the token with which a service asks the other one; return its file."""
        token = self.keys / f"{name}.token"
        token.write_text(mint(self.keys, role, sub, ttl_s=SERVICE_TOKEN_S))
        token.chmod(0o600)
        return token

    def wait_ready(self, name: ServiceName, *, path: str = "/health/ready", within_s: float = READY_WITHIN_S) -> None:
        """Wait until a service says that it is ready (or, with the other path, that it lives).

        Raises:
            StackError: it ended, and its last lines are in the message; or it was not ready in time, and the message
                says why as far as it told, and where to read on.
        """

        def told(line: str) -> None:
            self.tell(f"{name}: {line}")

        try:
            wait_for(f"{self.url(name)}{path}", self._running[name], within_s, tell=told)
        except Ended as error:
            raise StackError(f"{name}: {error}\n{self.last_lines(name)}") from None
        except NotReady as error:
            more = f'see its log, {self.log(name)}, and "{section(str(error))}" in docs/operations.md'
            raise StackError(f"{name}: {error}\n{more}") from None

    def last_lines(self, name: ServiceName, count: int = 8) -> str:
        """Return the last `count` lines that a service printed."""
        return "\n".join(self.log(name).read_text(errors="replace").splitlines()[-count:])

    def ended(self) -> ServiceName | None:
        """Return a service that has ended by itself, or None while all that were started run."""
        return next((name for name, process in self._running.items() if process.poll() is not None), None)

    def kill(self, name: ServiceName) -> None:
        """End a service at once, all its processes, without a chance to finish anything (SIGKILL)."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_WITHIN_S)
        deadline = time.monotonic() + STOP_WITHIN_S
        while taken(self.ports[name]) and time.monotonic() < deadline:
            time.sleep(POLL_S)  # its workers are no children of ours: they are gone when the port is free

    def stop(self) -> None:
        """Ask all that runs to end (SIGTERM), wait up to `STOP_WITHIN_S` seconds, then kill."""
        for process in self._running.values():
            process.terminate()
        deadline = time.monotonic() + STOP_WITHIN_S
        for process in self._running.values():
            try:
                process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_WITHIN_S)
        self._running.clear()
