"""Hears of what other processes append: a notification is a hint, the poll behind it makes it certain."""

from contextlib import suppress
from select import POLLIN, poll
from socket import socketpair
from threading import Event, Thread
from typing import Any

import psycopg
import structlog
from psycopg import errors
from psycopg.rows import tuple_row
from psycopg.sql import SQL, Identifier

from shared.kit.log.bell import Bell

_log = structlog.get_logger(__name__)


def channel(schema: str) -> str:
    """Return the channel on which appends to the log of this schema are notified; channels are the database's."""
    return f"{schema}_stored_events"


class Listener:
    """A thread with a connection of its own. It rings the bell within `poll_s` seconds of a commit, usually at once.

    When its connection is cut it opens another one, as often as it takes.
    """

    def __init__(self, conninfo: str, schema: str, bell: Bell, poll_s: float) -> None:
        self._conninfo, self._schema, self._bell, self._poll_s = conninfo, schema, bell, poll_s
        self._stopping = Event()
        self._woken, self._wake = socketpair()
        self._thread = Thread(target=self._run, name=f"log-listener-{schema}", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        told = False
        while not self._stopping.is_set():
            try:
                with psycopg.connect(self._conninfo, autocommit=True, row_factory=tuple_row) as connection:
                    told = False
                    self._listen(connection)
            except psycopg.Error as error:
                if not told and not self._stopping.is_set():
                    _log.warning("log_listener_cut", schema=self._schema, error=str(error).strip())
                told = True
            self._stopping.wait(self._poll_s)

    def _listen(self, connection: psycopg.Connection[Any]) -> None:
        with suppress(errors.ReadOnlySqlTransaction):  # a hot standby notifies nobody: the poll is enough
            connection.execute(SQL("LISTEN {}").format(Identifier(channel(self._schema))))
        waiting = poll()
        for one in (connection, self._woken):
            waiting.register(one.fileno(), POLLIN)
        while not self._stopping.is_set():
            found = connection.execute("SELECT position FROM log_head").fetchone()
            if found is not None:
                self._bell.ring(found[0])
            waiting.poll(self._poll_s * 1000)
            for _ in connection.notifies(timeout=0):
                pass  # that one came is all it says

    def close(self) -> None:
        """End the thread; returns when its connection is closed. Idempotent."""
        self._stopping.set()
        self._wake.close()
        self._thread.join()
        self._woken.close()
