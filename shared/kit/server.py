"""Serving an application with uvicorn: quiet, quick to stop, no headers that tell what runs here."""

import multiprocessing
import os
import signal
import socket
import threading
from types import FrameType
from typing import Any, Final, TypeVar

import uvicorn
from fastapi import FastAPI
from uvicorn.supervisors import Multiprocess

from shared.kit.collecting import collect_seldom

STOP_TIMEOUT_S: Final = 2
SILENT_FOR_S: Final = 60  # after which a worker is taken for hung; on a busy machine a start may well take ten

A = TypeVar("A", bound=FastAPI)


class Server(uvicorn.Server):
    """uvicorn's server that tells the application (`app.state.stopping`) before it waits for requests to end."""

    def __init__(self, app: FastAPI, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Let waiting requests answer at once, then end as uvicorn does."""
        self._app.state.stopping.set()
        await super().shutdown(sockets)


def server(app: FastAPI, host: str, port: int) -> Server:
    """Return the server of an application made by `create_app`; `run()` serves until SIGTERM or SIGINT."""
    return Server(app, _config(app, host, port))


def _config(app: FastAPI | str, host: str, port: int, **more: Any) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        lifespan="on",
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
        **more,
    )


def run(app: FastAPI, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get `STOP_TIMEOUT_S` seconds, then lifespan ends."""
    collect_seldom()
    try:
        server(app, host, port).run()
    except KeyboardInterrupt:  # uvicorn has stopped gracefully and raises the signal again for its caller
        return


def run_workers(factory: str, host: str, port: int, workers: int) -> None:
    """Serve with several processes that share one socket, until SIGTERM or SIGINT; one that dies is replaced.

    `factory` names a function without arguments as "module:name"; each process calls it for its application, which it
    passes through `told_to_stop`.
    """
    config = _config(factory, host, port, factory=True, workers=workers, timeout_worker_healthcheck=SILENT_FOR_S)
    Multiprocess(config, sockets=[config.bind_socket()]).run()


def told_to_stop(app: A) -> A:
    """Return the application, which hears the signals that end its process before the server waits for requests.

    To be called in the process's main thread, once the server listens to these signals itself. A process whose parent
    has died ends as if it was told to.
    """
    collect_seldom()
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for number in (signal.SIGTERM, signal.SIGINT):
        heard = signal.getsignal(number)

        def hear(number: int, frame: FrameType | None, heard: Any = heard) -> None:
            app.state.stopping.set()
            if callable(heard):
                heard(number, frame)

        signal.signal(number, hear)
    return app


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)
