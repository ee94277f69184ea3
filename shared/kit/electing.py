"""One of several processes does what must be done once: it has the seat until it gives it up or dies."""

from typing import Final, Protocol

from shared.kit.log.postgres.lease import Lease
from shared.kit.settings import ServiceSettings

ASK_AGAIN_S: Final = 1.0  # how often a process without the seat asks for it, and so how long a hand-over takes


class Seat(Protocol):
    """Who has it works, the others wait. It says who should, not who may: the log keeps apart what must be."""

    def acquire(self) -> bool:
        """Take it if it is free; return at once whether it is held now. Raises `LogUnavailable`."""

    def held(self) -> bool:
        """Return whether it is held still."""

    def release(self) -> None:
        """Let another have it. Idempotent."""


class OnlyProcess:
    """The seat where there is one process: always held."""

    def acquire(self) -> bool:
        """Return True."""
        return True

    def held(self) -> bool:
        """Return True."""
        return True

    def release(self) -> None:
        """Do nothing."""


def seat(settings: ServiceSettings, name: str) -> Seat:
    """Return the seat of this name among all processes over the service's store."""
    if settings.database_url is None:
        return OnlyProcess()
    return Lease(settings.database_url.get_secret_value(), settings.database_schema, name)
