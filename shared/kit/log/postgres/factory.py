"""Makes the log, and the library's recorders, in one schema of PostgreSQL."""

import os
from collections.abc import Iterable
from typing import Final

from eventsourcing import persistence
from eventsourcing import postgres as library
from eventsourcing.utils import Environment, EnvType, strtobool

from shared.kit import cloudevent
from shared.kit.log.errors import StoreUnavailable
from shared.kit.log.instant import Clock
from shared.kit.log.model import EncodeFor, EventLog
from shared.kit.log.opening import LogFactory, open_log
from shared.kit.log.postgres.connecting import CONNECTIONS, LOCK_S, Limits
from shared.kit.log.postgres.datastore import LogDatastore
from shared.kit.log.postgres.recorder import PostgresRecorder
from shared.kit.log.postgres.store import PostgresStore
from shared.kit.log.rows import Table
from shared.kit.log.sequenced import SequencedLog
from shared.kit.log.shapes import Shapes


class PostgresFactory(library.PostgresFactory, LogFactory):
    """The library's factory over our datastore: `POSTGRES_DSN` says where and as whom, `POSTGRES_SCHEMA` which part.

    `POSTGRES_POOL_SIZE` is the most connections its pool opens, `POSTGRES_LOCK_TIMEOUT` how many seconds a caller waits
    for one, or for an append of another process. Ids are text. The library's plain recorders make their
    tables only if `CREATE_TABLE` says so, which takes the owner's rights.

    Raises:
        LogUnavailable: the database cannot be reached, or `POSTGRES_ENABLE_DB_FUNCTIONS` is set: the library would
            then insert without the lock, and followers would miss events for ever.
        OSError: the environment names no database or schema, or asks for ids that are not text.
    """

    POSTGRES_DSN: Final = "POSTGRES_DSN"
    datastore: LogDatastore

    def __init__(self, env: Environment | EnvType | None) -> None:
        persistence.BaseInfrastructureFactory.__init__(self, env)  # the library's own wants the string in five pieces
        functions = self.POSTGRES_ENABLE_DB_FUNCTIONS
        if strtobool(self.env.get(functions) or os.environ.get(functions) or "no"):
            raise StoreUnavailable(f"{functions} is set: what is inserted without the lock is skipped by followers")
        dsn, schema = self.env.get(self.POSTGRES_DSN), self.env.get(self.POSTGRES_SCHEMA)
        if not dsn or not schema:
            raise OSError(f"{self.POSTGRES_DSN} and {self.POSTGRES_SCHEMA} must name a database and a schema in it")
        if self.env.get(self.ORIGINATOR_ID_TYPE, "text").lower() != "text":
            raise OSError(f"{self.ORIGINATOR_ID_TYPE} must be text: streams are named by text")
        connections = int(self.env.get(self.POSTGRES_POOL_SIZE) or CONNECTIONS)
        lock_s = float(self.env.get(self.POSTGRES_LOCK_TIMEOUT) or LOCK_S)
        self.datastore = LogDatastore(dsn, schema, Limits(connections=connections, lock_s=lock_s))

    def env_create_table(self) -> bool:
        """Return whether the library's plain recorders make their tables: not unless it is asked for."""
        return strtobool(self.env.get(self.CREATE_TABLE) or "no")

    def aggregate_recorder(self, purpose: str = "events") -> persistence.AggregateRecorder:
        """Return the library's recorder of plain versioned states, such as snapshots, in a table beside the log's."""
        name = "aggregate_events" if purpose == "events" else f"stored_{purpose}"
        recorder = self.aggregate_recorder_class(self.datastore, events_table_name=name)
        if self.env_create_table():
            recorder.create_table()
        return recorder

    def application_recorder(self) -> PostgresRecorder:
        """Return the log's recorder: its application and its process recorder are one, as there is one sequencer."""
        return self.process_recorder()

    def process_recorder(self) -> PostgresRecorder:
        """Return the log's recorder."""
        return PostgresRecorder(self.datastore)

    def event_log(self, clock: Clock, tables: Iterable[Table], encode_for: EncodeFor) -> EventLog:
        try:
            recorder = PostgresRecorder(self.datastore, clock=clock, shapes=Shapes(tables), encode_for=encode_for)
            return SequencedLog(PostgresStore(recorder), clock)
        except BaseException:
            self.close()
            raise


def open_postgres_log(
    dsn: str,
    schema: str,
    clock: Clock,
    tables: Iterable[Table] = (),
    encode_for: EncodeFor = cloudevent.encoder,
    *,
    connections: int = CONNECTIONS,
    lock_timeout_s: float = LOCK_S,
) -> EventLog:
    """Return the log in this schema, which `migrating.migrate` has made.

    Raises:
        LogUnavailable: the database cannot be reached or relied on, or is not migrated to this version.
        ValueError: the tables are not well formed, or differ from those in the database.
    """
    env = {
        "PERSISTENCE_MODULE": "shared.kit.log.postgres",
        PostgresFactory.POSTGRES_DSN: dsn,
        PostgresFactory.POSTGRES_SCHEMA: schema,
        PostgresFactory.POSTGRES_POOL_SIZE: str(connections),
        PostgresFactory.POSTGRES_LOCK_TIMEOUT: str(lock_timeout_s),
    }
    return open_log(env, clock, tables, encode_for)
