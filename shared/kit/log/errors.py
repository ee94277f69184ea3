"""What a database under a log says, under the log's name and the library's at once."""

from eventsourcing import persistence

from shared.kit.log.model import LogBroken, LogUnavailable


class StoreUnavailable(LogUnavailable, persistence.OperationalError):
    """The database is locked, full, out of reach or closed."""


class StoreBroken(LogBroken, persistence.OperationalError):
    """What is on disk is not known, or not what was acknowledged: it is not written on before it is opened again."""
