"""A place of a cases service with its log in PostgreSQL: what a drill copies from, and restores to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from services.cases.settings import Settings
from shared.kit.feed_client import FeedClient
from tests.support.cases_service import CasesService, cases_service
from tests.support.postgres import Place


@dataclass
class Site:
    """A folder and a migrated schema, together the place of one cases service."""

    folder: Path
    at: Place

    @property
    def database(self) -> dict[str, Any]:
        """Where the log is."""
        return {"database_url": self.at.dsn, "database_schema": self.at.schema}

    @property
    def settings(self) -> Settings:
        """The settings of the service."""
        return Settings(data_dir=self.folder / "cases", **self.database)

    @contextmanager
    def serving(self) -> Iterator[CasesService]:
        """Serve it."""
        with cases_service(self.folder, **self.database) as cases:
            yield cases

    def feed(self, cases: CasesService) -> FeedClient:
        """Return a reader of its feed."""
        token = self.folder / "follower.token"
        token.write_text(cases.caller("follower", "ledger").token)
        return FeedClient(str(cases.http.base_url), token)
