"""Somebody who holds a key elsewhere: an agent behind a Unix socket, or what pretends to be one."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def agent(path: Path, answer: Callable[[bytes], bytes | None], drip_s: float = 0.0) -> Iterator[None]:
    """Somebody who answers every message on a Unix socket; None: with silence; a byte every `drip_s` seconds."""
    leaving = threading.Event()
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as listening:
        listening.bind(str(path))
        listening.listen()
        held: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                given = answer(connection.makefile("rb").read())
                held.append(connection)
                if given is not None:
                    with suppress(OSError):  # nobody may wait for the rest
                        for part in (given[at : at + 1] for at in range(len(given))) if drip_s else (given,):
                            connection.sendall(part)
                            leaving.wait(drip_s)
                    connection.close()

        serving = threading.Thread(target=serve)
        serving.start()
        try:
            yield
        finally:
            leaving.set()
            listening.shutdown(socket.SHUT_RDWR)
            serving.join()
            for connection in held:
                connection.close()
