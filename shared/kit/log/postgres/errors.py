"""What the driver's errors mean to a log."""

from typing import Final

import psycopg
from eventsourcing import persistence
from psycopg import errors

from shared.kit.log.errors import StoreUnavailable

_KINDS: Final[tuple[tuple[type[psycopg.Error], type[persistence.PersistenceError]], ...]] = (
    (errors.InsufficientPrivilege, StoreUnavailable),  # grants are missing: nothing that a caller could mend
    (errors.FeatureNotSupported, StoreUnavailable),  # what a hot standby says of a transaction that is to write
    (psycopg.IntegrityError, persistence.IntegrityError),
    (psycopg.ProgrammingError, persistence.ProgrammingError),
    (psycopg.DataError, persistence.DataError),
    (psycopg.NotSupportedError, persistence.NotSupportedError),
)


def translated(error: psycopg.Error) -> persistence.PersistenceError:
    """Return what to raise for an error of the driver.

    What lies in the machine, the network or the settings of the database is `StoreUnavailable`; broken constraints and
    mistakes keep the library's names.
    """
    meant = next((meant for raised, meant in _KINDS if isinstance(error, raised)), StoreUnavailable)
    return meant(str(error).strip())
