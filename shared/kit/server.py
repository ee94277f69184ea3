"""Serving an application with uvicorn: quiet, quick to stop, no headers that tell what runs here."""

import socket
from typing import Final

import uvicorn
from fastapi import FastAPI

STOP_TIMEOUT_S: Final = 2


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
    config = uvicorn.Config(
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
    )
    return Server(app, config)


def run(app: FastAPI, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT; requests under way get `STOP_TIMEOUT_S` seconds, then lifespan ends."""
    try:
        server(app, host, port).run()
    except KeyboardInterrupt:  # uvicorn has stopped gracefully and raises the signal again for its caller
        return
