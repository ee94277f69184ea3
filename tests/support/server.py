"""A real HTTP server for tests: uvicorn in a thread on a free loopback port."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread

from fastapi import FastAPI

from shared.kit.server import Server, server

START_S = 10.0
STOP_S = 10.0


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """Serve an application made by `create_app`; yields its address. It is stopped as SIGTERM would stop it."""
    started = Event()
    listening = server(app, "127.0.0.1", 0)
    announced = _announcing(listening, started)
    thread = Thread(target=announced.run, name="test-server", daemon=True)
    thread.start()
    try:
        assert started.wait(START_S), "the server did not start"
        listener: socket.socket = announced.servers[0].sockets[0]
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        announced.should_exit = True
        thread.join(STOP_S)
        assert not thread.is_alive(), "the server did not stop"


def _announcing(plain: Server, started: Event) -> Server:
    startup = plain.startup

    async def announced(sockets: list[socket.socket] | None = None) -> None:
        await startup(sockets)
        started.set()

    plain.startup = announced  # type: ignore[method-assign]  # the only way to hear of the start without polling
    return plain
