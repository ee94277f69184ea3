"""A log read from its schema in PostgreSQL."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from services.ledger.replay.sources import Source
from shared.kit.verifying.openschema import raw_schema
from shared.kit.verifying.raw import RawLog

SCHEMES: Final = ("postgresql://", "postgres://")


@dataclass(frozen=True, slots=True)
class Schema(Source):
    """A log by the connection string of its database, and its schema there. See `Source`."""

    name: str

    @property
    def shown(self) -> str:
        """See `Source.shown`: without what the connection string holds of a password."""
        return f"schema {self.name}"

    def raw(self) -> AbstractContextManager[RawLog]:
        """See `Source.raw`."""
        return raw_schema(self.place, self.name)
