"""A closed-loop HTTP client in a process of its own: N keep-alive connections, each asks again when it is answered.

`python -m benchmarks.load` reads one JSON line {"port", "paths", "token", "accept", "connections", "requests",
"seconds"} from standard input and answers with one: {"answers", "seconds", "cpu_seconds", "not_ok", "bytes"}. A run
ends after so many requests, or with what is under way after so many seconds. Where `cpu_seconds` nears `seconds`, the
client and not the server was measured. Only GET, only answers with `content-length`, and of a long body only the length
is looked at: that keeps a request at a few microseconds.
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
ROOM: Final = 256 * 1024  # bytes taken at once
HEADERS: Final = 16 * 1024  # longest start of an answer


@dataclass
class Run:
    """What the connections of one run share: requests still to send, until when, and what came."""

    requests: Iterator[bytes]
    end: float
    done: asyncio.Future[None]
    under_way: int = 0
    answers: int = 0
    not_ok: int = 0
    received: int = 0
    connections: list["Connection"] = field(default_factory=list)

    def sending(self) -> bytes | None:
        """Return the next request, or None: there is none, or the time is over; the last answer then ends the run."""
        request = next(self.requests, None) if perf_counter() < self.end else None
        if request is not None:
            self.under_way += 1
        elif self.under_way == 0 and not self.done.done():
            self.done.set_result(None)
        return request

    def answered(self) -> None:
        """Count one answer."""
        self.under_way -= 1
        self.answers += 1


class Connection(asyncio.BufferedProtocol):
    """One keep-alive connection with at most one request under way."""

    def __init__(self, run: Run) -> None:
        self.run, self.room = run, bytearray(ROOM)
        self.view = memoryview(self.room)
        self.filled = 0  # of the start of an answer
        self.missing = 0  # of its body
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
        request = self.run.sending()
        if request is not None:
            self.transport.write(request)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002  # the protocol's
        """Return where the next bytes go: behind the start of an answer, or over a body that nobody reads."""
        return self.view[self.filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """Take an answer, whole or in pieces."""
        self.run.received += nbytes
        if self.missing:
            self.missing -= nbytes
        else:
            self.filled += nbytes
            end = self.room.find(b"\r\n\r\n", 0, min(self.filled, HEADERS))
            if end < 0:
                return
            self.missing = end + 4 + self._length(end) - self.filled
            self.run.not_ok += not self.room.startswith(OK)
            self.filled = 0
        if not self.missing:
            self.run.answered()
            self.ask()

    def _length(self, end: int) -> int:
        start = bytes(self.view[:end]).lower()
        at = start.index(LENGTH) + len(LENGTH)
        return int(start[at:].split(b"\r", 1)[0])


def request(path: str, token: str | None, accept: str | None) -> bytes:
    """Return the bytes of one GET."""
    headers = {"Host": "localhost", "Authorization": token and f"Bearer {token}", "Accept": accept}
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items() if value)]
    return "\r\n".join([*lines, "", ""]).encode()


async def load(
    port: int,
    paths: Sequence[str],
    token: str | None,
    accept: str | None,
    connections: int,
    requests: int,
    seconds: float,
) -> dict[str, float | int]:
    """Send at most `requests` GETs over `connections` connections, round robin over `paths`, none after `seconds`."""
    loop = asyncio.get_running_loop()
    rendered = [request(path, token, accept) for path in paths]
    run = Run(islice(cycle(rendered), requests), 0.0, loop.create_future())
    for _ in range(connections):
        _, connection = await loop.create_connection(lambda: Connection(run), "127.0.0.1", port)
        run.connections.append(connection)
    start, cpu = perf_counter(), process_time()
    run.end = start + seconds
    for connection in run.connections:
        connection.ask()
    await run.done
    took, cpu_seconds = perf_counter() - start, process_time() - cpu
    for connection in run.connections:
        connection.transport.abort()
    return {
        "answers": run.answers,
        "seconds": took,
        "cpu_seconds": cpu_seconds,
        "not_ok": run.not_ok,
        "bytes": run.received,
    }


def main() -> None:
    """Serve runs from standard input until it closes, so that starting Python is not part of a round."""
    for line in sys.stdin:
        print(json.dumps(uvloop.run(load(**json.loads(line)))), flush=True)


if __name__ == "__main__":
    main()
