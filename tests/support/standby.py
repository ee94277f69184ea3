"""Two real PostgreSQL servers for tests: a primary, and a standby that streams from it and can be promoted."""

import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg.conninfo import make_conninfo

from tests.support.eventually import eventually
from tests.support.postgres import Place, Server

NAME = "standby"
PROMPT = ("wal_retrieve_retry_interval=100ms", "wal_receiver_status_interval=1s", f"cluster_name={NAME}")
STREAMED = (
    "SELECT count(*) = 1 FROM pg_stat_replication "
    "WHERE application_name = %s AND sync_state = %s AND replay_lsn = pg_current_wal_lsn()"
)


class Pair:
    """A primary and its standby. With `synchronous`, a commit is acknowledged once both have it on disk."""

    def __init__(self, *, synchronous: bool) -> None:
        self.primary = Server()
        self._kind = "sync" if synchronous else "async"
        try:
            self.standby = Server(PROMPT, self.primary.owner)
            if synchronous:  # after the copy: a promoted standby has none itself, and waits for none
                _ask(self.primary, f"ALTER SYSTEM SET synchronous_standby_names = '{NAME}'")
                _ask(self.primary, "SELECT pg_reload_conf()")
            self.wait_streamed()
        except BaseException:
            self.remove()
            raise

    @property
    def owner(self) -> str:
        """The connection string of the superuser on whichever of the two takes writes."""
        servers = (self.primary, self.standby)
        return make_conninfo(
            host=",".join("127.0.0.1" for _ in servers),
            port=",".join(str(server.port) for server in servers),
            user="postgres",
            dbname="postgres",
            target_session_attrs="read-write",
        )

    def wait_streamed(self) -> None:
        """Return when the standby has and shows all that the primary has."""
        eventually(lambda: _ask(self.primary, STREAMED, NAME, self._kind), within_s=30)

    def waiting(self) -> bool:
        """Return whether a commit on the primary waits for the standby."""
        return _ask(self.primary, "SELECT count(*) > 0 FROM pg_stat_activity WHERE wait_event = 'SyncRep'")

    @contextmanager
    def deaf(self) -> Iterator[None]:
        """Let the standby's receiver stand still, as behind a dead network; what is on its way at the end is lost."""
        with psycopg.connect(self.standby.owner) as connection:
            ((receiver,),) = connection.execute("SELECT pid FROM pg_stat_wal_receiver").fetchall()
        os.kill(receiver, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(receiver, signal.SIGTERM)  # it is told before it reads on
            os.kill(receiver, signal.SIGCONT)

    def promote(self) -> None:
        """Let the standby take writes; returns when it does."""
        assert _ask(self.standby, "SELECT pg_promote(true, 30)")

    def at_standby(self, at: Place) -> Place:
        """Return the same schema as the standby shows it."""
        there = make_conninfo(at.dsn, host="127.0.0.1", port=self.standby.port, target_session_attrs="any")
        return Place(self.standby.owner, there, at.schema)

    def pause(self) -> None:
        """Let the standby receive, and not show, what is new."""
        _ask(self.standby, "SELECT pg_wal_replay_pause()")
        eventually(lambda: _ask(self.standby, "SELECT pg_get_wal_replay_pause_state() = 'paused'"))

    def resume(self) -> None:
        """Let it show that."""
        _ask(self.standby, "SELECT pg_wal_replay_resume()")

    def remove(self) -> None:
        """End both and delete their files. Idempotent."""
        if hasattr(self, "standby"):
            self.standby.remove()
        self.primary.remove()


def _ask(server: Server, statement: str, *values: object) -> bool:
    """Run a statement as the superuser; return whether it says true."""
    with psycopg.connect(server.owner, autocommit=True) as connection:
        found = connection.execute(statement, values or None)
        return found.description is not None and found.fetchone() == (True,)
