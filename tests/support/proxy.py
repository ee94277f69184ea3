"""A way between a client and PostgreSQL that counts round trips, and is cut where a test wants it to be."""

import socket
import struct
from collections.abc import Callable
from contextlib import suppress
from threading import Lock, Thread

from psycopg.conninfo import conninfo_to_dict, make_conninfo

QUERY, SYNC = b"Q", b"S"
HEADER = 5


class Proxy:
    """Passes on what comes at its port. `trips` counts messages after which a client waits for an answer.

    `cut` is asked for each such message; where it says yes, the server gets the message, and when it has answered, the
    connection is closed instead of passing the answer on.
    """

    def __init__(self, dsn: str) -> None:
        given = conninfo_to_dict(dsn)
        self._server = (str(given["host"]), int(str(given["port"])))
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.dsn = make_conninfo(
            dsn, port=self._listening.getsockname()[1], host="127.0.0.1", sslmode="disable", gssencmode="disable"
        )
        self.trips = 0
        self.cut: Callable[[bytes], bool] = lambda _: False
        self._counting = Lock()
        self._open: set[socket.socket] = set()
        Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                server = socket.create_connection(self._server)
                self._open |= {client, server}
                Thread(target=_Way(self, client, server).run, daemon=True).start()

    def count(self) -> None:
        """Count a round trip."""
        with self._counting:
            self.trips += 1

    def cut_all(self) -> None:
        """Close every connection, as a network does that fails."""
        while self._open:
            with suppress(OSError):
                self._open.pop().shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Take no more connections, and close those that are there."""
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self.cut_all()


class _Way:
    """One connection through a proxy, in both directions."""

    def __init__(self, proxy: Proxy, client: socket.socket, server: socket.socket) -> None:
        self._proxy, self._client, self._server = proxy, client, server
        self._cutting = False

    def run(self) -> None:
        Thread(target=self._answers, daemon=True).start()
        with suppress(OSError):
            self._pass_on(_exactly(self._client, 4), 4)  # the start has no letter before its length
            while True:
                self._pass_on(_exactly(self._client, HEADER), HEADER)
        for end in (self._client, self._server):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def _pass_on(self, header: bytes, size: int) -> None:
        (length,) = struct.unpack("!I", header[-4:])
        body = _exactly(self._client, length - 4)
        if size == HEADER and header[:1] in (QUERY, SYNC):
            self._proxy.count()
            self._cutting = self._proxy.cut(body)
        self._server.sendall(header + body)

    def _answers(self) -> None:
        with suppress(OSError):
            while answer := self._server.recv(65536):
                if self._cutting:
                    self._client.shutdown(socket.SHUT_RDWR)
                    return
                self._client.sendall(answer)
            self._client.shutdown(socket.SHUT_RDWR)


def _exactly(end: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        part = end.recv(size - len(data))
        if not part:
            raise ConnectionResetError
        data += part
    return data
