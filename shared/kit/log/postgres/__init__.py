"""The log in PostgreSQL, for production: `PERSISTENCE_MODULE=shared.kit.log.postgres`.

Tables are made beforehand by `migrating`, as their owner; the service's role may add events and nothing else to them.
"""

from shared.kit.log.postgres.factory import PostgresFactory, open_postgres_log

__all__ = ["PostgresFactory", "open_postgres_log"]
