"""What the driver's errors mean to a log and to the library's recorders."""

import sqlite3
from typing import Final

from eventsourcing import persistence

from shared.kit.log.errors import StoreUnavailable

_NOTHING_WRITTEN: Final = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}


def translated(error: sqlite3.Error) -> persistence.PersistenceError:
    """Return what to raise for an error of the driver.

    What lies in the machine is `StoreUnavailable`; broken constraints and mistakes keep the library's names.
    """
    kinds: tuple[tuple[type[sqlite3.Error], type[persistence.PersistenceError]], ...] = (
        (sqlite3.IntegrityError, persistence.IntegrityError),
        (sqlite3.ProgrammingError, persistence.ProgrammingError),
        (sqlite3.DataError, persistence.DataError),
        (sqlite3.NotSupportedError, persistence.NotSupportedError),
        (sqlite3.InterfaceError, persistence.InterfaceError),
    )
    for raised, meant in kinds:
        if isinstance(error, raised):
            return meant(str(error))
    return StoreUnavailable(str(error))


def leaves_state_open(error: sqlite3.Error) -> bool:
    """Whether a commit that failed so may yet be found on disk after a restart, as after a failed fsync."""
    code: int = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_IOERR)
    return code & 0xFF not in _NOTHING_WRITTEN
