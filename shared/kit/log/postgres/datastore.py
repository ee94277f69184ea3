"""The connections to one log's schema: a bounded pool, and one turn to write at a time in this process."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Any

import psycopg
import structlog
from eventsourcing import postgres as library
from psycopg.rows import dict_row

from shared.kit.log.bell import Bell
from shared.kit.log.errors import StoreBroken, StoreUnavailable
from shared.kit.log.postgres.connecting import Limits, check_alive, connection_info
from shared.kit.log.postgres.errors import translated
from shared.kit.log.postgres.listening import Listener

_log = structlog.get_logger(__name__)


class LogDatastore(library.PostgresDatastore):
    """The library's datastore over our own pool. Connections commit by themselves unless a statement begins.

    Raises:
        StoreUnavailable: the connection string is none, or the database cannot be reached.
    """

    def __init__(self, dsn: str, schema: str, limits: Limits | None = None) -> None:
        super().__init__("", "", "", "", "", schema=schema, originator_id_type="text")
        self.limits = limits or Limits()
        self.bell = Bell()
        self._writing = Lock()
        self._closed = False
        self._listener: Listener | None = None
        try:
            self.conninfo = connection_info(dsn, schema, self.limits)
            psycopg.connect(self.conninfo).close()  # so that what is wrong is said, not only that no connection came
        except psycopg.Error as error:
            raise StoreUnavailable(f"the database cannot be reached: {str(error).strip()}") from error
        self.pool = library.ConnectionPool(
            self.conninfo,
            kwargs={"autocommit": True, "row_factory": dict_row},
            min_size=1,
            max_size=self.limits.connections,
            max_waiting=self.limits.waiting,
            timeout=self.limits.lock_s,
            reconnect_timeout=1.0,  # who asks next tries again: longer, and a server that is back would be waited for
            check=check_alive,
            open=True,
            name=f"log-{schema}",
        )

    def listen(self) -> None:
        """Let the bell hear of what other processes append, from now to `close`."""
        self._listener = Listener(self.conninfo, self.schema, self.bell, self.limits.poll_s)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection[Any]]:
        """Borrow a connection; what it began is rolled back when the block raises.

        Raises:
            StoreUnavailable: none came free in time, or the database is out of reach, full or read-only.
            persistence.PersistenceError: another error of the driver, under the library's name.
        """
        if self._closed:
            raise StoreUnavailable("the log is closed")
        try:
            with self.pool.connection() as connection:
                yield connection
        except psycopg.Error as error:
            raise translated(error) from error

    @contextmanager
    def writing(self) -> Iterator[psycopg.Connection[Any]]:
        """Borrow a connection to append with. One at a time, so that writers that wait leave connections to readers.

        Raises:
            StoreUnavailable: see `connection`; or another append of this process holds the log.
        """
        if not self._writing.acquire(timeout=self.limits.lock_s):
            raise StoreUnavailable("another append holds the log")
        try:
            with self.connection() as connection:
                yield connection
        finally:
            self._writing.release()

    def check_not_behind(self, position: int) -> None:
        """Accept the position of a head that was read under its lock; another one is logged as an error.

        Raises:
            StoreBroken: this process was told of a higher one. The database is another than it was, such as a standby
                that was promoted too early or a backup that was restored.
        """
        known = self.bell.position
        if position < known:
            _log.error("log_went_back", schema=self.schema, position=position, committed=known)
            raise StoreBroken(f"the log stands at {position}, and {known} was committed: this is an older copy")

    def close(self) -> None:
        """Close every connection. Idempotent."""
        self._closed = True
        if self._listener is not None:
            self._listener.close()
        super().close()
