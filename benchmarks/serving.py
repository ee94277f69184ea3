"""Servers and the client of the rows over HTTP: each in a process of its own, all servers with the same settings."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import httpx

from benchmarks.comparison import Contender
from tools.readiness import wait_for
from tools.stack import HOST, Stack, free_port

CONNECTIONS: Final = 32
ROUND_S: Final = 3.0  # of a contender over HTTP: a slow one sends fewer requests, at the same rate
BUSY_CLIENT: Final = 0.9  # of one processor: above it the client may be what was measured
AS_OURS: Final = (  # what services/*/__main__.py set: shared/kit/server.py
    *("--loop", "uvloop", "--http", "httptools", "--ws", "none", "--lifespan", "off", "--log-level", "warning"),
    *("--no-access-log", "--no-server-header", "--no-proxy-headers"),
)


@dataclass(frozen=True, slots=True)
class Asking:
    """What a round sends: these paths in turn, over so many connections, with a token."""

    paths: Sequence[str]
    token: str
    accept: str | None = None
    connections: int = CONNECTIONS


class Client:
    """The load generator's process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.load"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def rate(self, port: int, asking: Asking, requests: int) -> float:
        """Return the answers per second of so many requests, or of those that `ROUND_S` seconds are enough for.

        Raises:
            RuntimeError: an answer was no 200, or the client was too busy for the figure to be the server's.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        asked = {
            "port": port,
            "requests": requests,
            "seconds": ROUND_S,
            **{name: getattr(asking, name) for name in Asking.__slots__},
        }
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        took = json.loads(self._process.stdout.readline())
        if took["not_ok"]:
            raise RuntimeError(f"{took['not_ok']} answers were not 200")
        if took["cpu_seconds"] > BUSY_CLIENT * took["seconds"]:
            raise RuntimeError("the client was busy all the time: this would measure the client")
        return float(took["answers"]) / float(took["seconds"])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


def client(running: ExitStack) -> Client:
    """Return a client that ends with `running`."""
    made = Client()
    running.callback(made.close)
    return made


def answer_of(url: str, asking: Asking) -> bytes:
    """Return the body of the first answer, to be as long everywhere."""
    headers = {"Authorization": f"Bearer {asking.token}"} | ({"Accept": asking.accept} if asking.accept else {})
    return httpx.get(url + asking.paths[0], headers=headers, trust_env=False).raise_for_status().content


def demand_length(ports: Mapping[str, int], asking: Asking, length: int) -> None:
    """Make sure that all servers answer with as many bytes.

    Raises:
        RuntimeError: one does not, so the comparison would not be fair.
    """
    for name, port in ports.items():
        told = len(answer_of(f"http://{HOST}:{port}", asking))
        if told != length:
            raise RuntimeError(f"{name} answers with {told} bytes where ours has {length}")


def demand_lines(ports: Mapping[str, int], asking: Asking, count: int) -> None:
    """Make sure that all servers answer with as many lines.

    Raises:
        RuntimeError: one does not, so the comparison would not be fair.
    """
    for name, port in ports.items():
        told = answer_of(f"http://{HOST}:{port}", asking).count(b"\n")
        if told != count:
            raise RuntimeError(f"{name} answers with {told} lines where {count} are asked for")


@contextmanager
def uvicorn(app: str, environment: Mapping[str, str], ready: str) -> Iterator[int]:
    """Serve an application in a process of its own, set up like our services; yield its port.

    It is ready when `ready` is answered, be it with 401 for want of a token.
    """
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", app, "--host", HOST, "--port", str(port), *AS_OURS]
    process = subprocess.Popen(command, env={**os.environ, **environment})
    try:
        wait_for(f"http://{HOST}:{port}{ready}", process, statuses=(200, 401))
        yield port
    finally:
        process.terminate()
        process.wait(10)


@contextmanager
def bare(length: int) -> Iterator[int]:
    """Serve a bare ASGI route that sends so many bytes; yield its port."""
    with uvicorn("benchmarks.bare:app", {"BODY_BYTES": str(length)}, "/") as port:
        yield port


def beside(
    running: ExitStack,
    ours: int,
    length: int,
    *,
    stock: Mapping[str, str],
    crud: Mapping[str, str],
    jwks: Path,
    ready: str,
) -> dict[str, int]:
    """Start the bare route and both peers, with their settings and key sets; return all ports by contender.

    `length` is that of the bare route's answer, `ready` what the peers answer once they are.
    """
    of_stock, of_crud = {**stock, "STOCK_JWKS": str(jwks)}, {**crud, "CRUD_JWKS": str(jwks)}
    return {
        "ours": ours,
        "limit": running.enter_context(bare(length)),
        "stock": running.enter_context(uvicorn("benchmarks.stock_http:app", of_stock, ready)),
        "crud": running.enter_context(uvicorn("benchmarks.crud_http:app", of_crud, ready)),
    }


def ledger_only(running: ExitStack, stack: Stack) -> None:
    """Start the ledger of a stack alone: nothing is left to follow, and the cases service would cost processor."""
    running.callback(stack.stop)
    stack.start("ledger")
    stack.wait_ready("ledger", path="/health/live")


def contender(asker: Client, port: int, asking: Asking, requests: int, each: int = 1) -> Contender:
    """Return a round that sends so many requests to a port, of which each counts as so many operations."""
    return lambda: each * asker.rate(port, asking, requests)
