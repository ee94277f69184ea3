"""Elects one of several processes: who holds the lease of a name, until it lets go or its connection ends."""

from hashlib import sha256
from threading import Lock
from typing import Any

import psycopg
from psycopg.rows import tuple_row

from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.postgres.connecting import Limits, connection_info


class Lease:
    """A session's advisory lock on a connection of its own: PostgreSQL takes it back when the connection ends.

    It says who should work, not who may: a holder that was cut off can go on for a moment beside the next one. What
    must not happen twice is kept apart by the log itself (tracking, versions). Safe from several threads.
    """

    def __init__(self, dsn: str, schema: str, name: str, limits: Limits | None = None) -> None:
        self._conninfo = connection_info(dsn, schema, limits or Limits())
        self._key = int.from_bytes(sha256(f"demerit lease {schema} {name}".encode()).digest()[:8], signed=True)
        self._connection: psycopg.Connection[Any] | None = None
        self._using = Lock()

    def acquire(self) -> bool:
        """Take the lease if nobody has it; return at once whether it is held now, also by an earlier call.

        Raises:
            StoreUnavailable: the database cannot be reached; it is not held.
        """
        with self._using:
            if self._alive():
                return True
            try:
                connection = psycopg.connect(self._conninfo, autocommit=True, row_factory=tuple_row)
                if self._granted(connection):
                    self._connection = connection
                    return True
                connection.close()
            except psycopg.Error as error:
                raise StoreUnavailable(f"the lease cannot be asked for: {str(error).strip()}") from error
            return False

    def held(self) -> bool:
        """Return whether it was acquired and its connection lives still: one round trip."""
        with self._using:
            return self._alive()

    def _granted(self, connection: psycopg.Connection[Any]) -> bool:
        return connection.execute("SELECT pg_try_advisory_lock(%s)", (self._key,)).fetchone() == (True,)

    def _alive(self) -> bool:
        if self._connection is None:
            return False
        try:
            self._connection.execute("SELECT 1")
        except psycopg.Error:
            self._let_go()
            return False
        return True

    def _let_go(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def release(self) -> None:
        """Let another have it. Idempotent; it can be acquired again."""
        with self._using:
            self._let_go()
