"""Claim: a seller's standing is answered over HTTP nearly as fast as the server can answer anything.

Ours: the ledger service, one worker, token checked, `GET /sellers/{id}/standing`. Limit: a bare ASGI route that sends
as many bytes. Peer: FastAPI over a stock repository, token checked in the same way. All under uvicorn with uvloop and
httptools, each in a process of its own, as is the client.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import httpx

from benchmarks import stock
from benchmarks.decisions import ENTRIES_PER_SELLER, fill, samples, seller_name
from benchmarks.fold import fold
from benchmarks.harness import Contender
from tools.stack import HOST, Stack, free_port, wait_for

ROW: Final = "standing_http"
STORE: Final = "sqlite"
UNIT: Final = "requests/s"
SIZE: Final = 20_000

SELLERS: Final = 500
CONNECTIONS: Final = 32
BUSY_CLIENT: Final = 0.9  # of one processor: above it the client may be what was measured


class Client:
    """The load generator's process."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "benchmarks.load"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def rate(self, port: int, token: str, requests: int) -> float:
        """Return the answers per second of `requests` GETs over `CONNECTIONS` connections, sellers in turn.

        Raises:
            RuntimeError: an answer was no 200, or the client was too busy for the figure to be the server's.
        """
        paths = [f"/sellers/{seller_name(number)}/standing" for number in range(SELLERS)]
        asked = {"port": port, "paths": paths, "token": token, "connections": CONNECTIONS, "requests": requests}
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        took = json.loads(self._process.stdout.readline())
        if took["not_ok"]:
            raise RuntimeError(f"{took['not_ok']} answers were not 200")
        if took["cpu_seconds"] > BUSY_CLIENT * took["seconds"]:
            raise RuntimeError("the client was busy all the time: this would measure the client")
        return requests / float(took["seconds"])

    def close(self) -> None:
        """End the process."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(10)
        self._process.stdout.close()


@contextmanager
def uvicorn(app: str, environment: Mapping[str, str]) -> Iterator[int]:
    """Serve an application in a process of its own, set up like our services; yield its port."""
    port = free_port()
    quiet = ["--no-access-log", "--log-level", "warning", "--no-server-header", "--lifespan", "off"]
    command = [sys.executable, "-m", "uvicorn", app, "--host", HOST, "--port", str(port), "--loop", "uvloop"]
    process = subprocess.Popen([*command, "--http", "httptools", *quiet], env={**os.environ, **environment})
    try:
        wait_for(f"http://{HOST}:{port}/sellers/{seller_name(0)}/standing", process, statuses=(200, 401))
        yield port
    finally:
        process.terminate()
        process.wait(10)


def fill_stock(home: Path, size: int) -> Path:
    """Write the peer's ledger of the same history; return its file."""
    ledger_file = home / "stock-ledger.db"
    with (
        closing(stock.StockCases(stock.environment(home / "stock-cases.db"))) as cases,
        closing(stock.StockLedger(stock.environment(ledger_file))) as ledger,
    ):
        for sample in samples(size):
            cases.uphold(sample.seller, sample.case)
        stock.follow(cases, ledger)
    return ledger_file


@contextmanager
def contenders(size: int) -> Iterator[Mapping[str, Contender]]:
    """Prepare the same sellers twice and start three servers; each round sends `size` requests to one of them."""
    entries = SELLERS * ENTRIES_PER_SELLER
    with TemporaryDirectory() as folder, ExitStack() as running:
        home = Path(folder)
        (home / "ledger").mkdir()
        fold(home / "ledger" / "ledger.db", fill(home / "cases.db", entries))
        stack = Stack(home)  # only its ledger: nothing is left to follow, and the cases service would cost processor
        running.callback(stack.stop)
        stack.start("ledger")
        stack.wait_ready("ledger", path="/health/live")
        token = stack.token("officer", "o-1")
        answer = httpx.get(
            f"{stack.url('ledger')}/sellers/{seller_name(0)}/standing",
            headers={"Authorization": f"Bearer {token}"},
            trust_env=False,
        ).raise_for_status()
        bare = running.enter_context(uvicorn("benchmarks.bare:app", {"BODY_BYTES": str(len(answer.content))}))
        peer = running.enter_context(
            uvicorn(
                "benchmarks.stock_http:app",
                {"STOCK_LEDGER": str(fill_stock(home, entries)), "STOCK_JWKS": str(stack.keys / "jwks.json")},
            )
        )
        client = Client()
        running.callback(client.close)
        yield {
            "ours": lambda: client.rate(stack.ports["ledger"], token, size),
            "limit": lambda: client.rate(bare, token, size),
            "stock": lambda: client.rate(peer, token, size),
        }
