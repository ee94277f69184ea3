"""The log in one SQLite file, the embedded default: `PERSISTENCE_MODULE=shared.kit.log.sqlite`."""

from shared.kit.log.sqlite.factory import SqliteFactory, open_sqlite_log, read_sqlite_log

__all__ = ["SqliteFactory", "open_sqlite_log", "read_sqlite_log"]
