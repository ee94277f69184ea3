"""A closed-loop HTTP client in a process of its own: N keep-alive connections, each asks again when it is answered.

`python -m benchmarks.load` reads one JSON line {"port", "paths", "token", "connections", "requests"} from standard
input and answers with one: {"seconds", "cpu_seconds", "not_ok"}. Where `cpu_seconds` nears `seconds`, the client and
not the server was measured. Only GET, only answers with `content-length`: that keeps a request at a few microseconds.
"""

import asyncio
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice
from time import perf_counter, process_time
from typing import Final, cast

import uvloop

LENGTH: Final = b"content-length: "
OK: Final = b"HTTP/1.1 200"


@dataclass
class Run:
    """What the connections of one run share: requests still to send and to be answered, and what was not a 200."""

    requests: Iterator[bytes]
    open: int
    done: asyncio.Future[None]
    not_ok: int = 0
    connections: list["Connection"] = field(default_factory=list)

    def answered(self) -> None:
        """Count one answer; the last one ends the run."""
        self.open -= 1
        if self.open == 0 and not self.done.done():
            self.done.set_result(None)


class Connection(asyncio.Protocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, run: Run) -> None:
        self.run, self.buffer = run, b""
        self.transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the connection; `ask` begins."""
        self.transport = cast("asyncio.Transport", transport)  # uvloop's is one, but does not say so

    def connection_lost(self, exc: Exception | None) -> None:
        """End the run with an error if it is not over: a closed connection would make the figure wrong."""
        if not self.run.done.done():
            self.run.done.set_exception(exc or ConnectionError("the server closed a connection"))

    def ask(self) -> None:
        """Send the next request, if there is one."""
        request = next(self.run.requests, None)
        if request is not None:
            self.transport.write(request)

    def data_received(self, data: bytes) -> None:
        """Take an answer, whole or in pieces."""
        self.buffer += data
        end = self.buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        at = self.buffer.lower().find(LENGTH, 0, end) + len(LENGTH)
        if len(self.buffer) < end + 4 + int(self.buffer[at : self.buffer.index(b"\r", at)]):
            return
        self.run.not_ok += not self.buffer.startswith(OK)
        self.buffer = b""
        self.run.answered()
        self.ask()


def request(path: str, token: str | None) -> bytes:
    """Return the bytes of one GET."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{authorization}\r\n".encode()


async def load(
    port: int, paths: Sequence[str], token: str | None, connections: int, requests: int
) -> dict[str, float | int]:
    """Send `requests` GETs over `connections` connections, round robin over `paths`; return how long it took."""
    loop = asyncio.get_running_loop()
    rendered = [request(path, token) for path in paths]
    run = Run(islice(cycle(rendered), requests), requests, loop.create_future())
    for _ in range(connections):
        _, connection = await loop.create_connection(lambda: Connection(run), "127.0.0.1", port)
        run.connections.append(connection)
    start, cpu = perf_counter(), process_time()
    for connection in run.connections:
        connection.ask()
    await run.done
    took = {"seconds": perf_counter() - start, "cpu_seconds": process_time() - cpu, "not_ok": run.not_ok}
    for connection in run.connections:
        connection.transport.abort()
    return took


def main() -> None:
    """Serve runs from standard input until it closes, so that starting Python is not part of a round."""
    for line in sys.stdin:
        print(json.dumps(uvloop.run(load(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
