"""The ledger service over real HTTP for tests: it follows a cases log in memory, by a clock that stands."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from services.ledger.main import build
from services.ledger.settings import Settings
from shared.kit.localkeys import ensure_keys, mint
from shared.kit.log.model import EventLog
from tests.support.decisions import Decisions
from tests.support.server import serving

YEARS_S: Final = 20 * 365 * 86_400


@dataclass
class LedgerService:
    """A running ledger, the log it follows, and callers in any role."""

    cases: Decisions
    keys: Path
    http: httpx.Client

    def headers(
        self,
        role: str = "service",
        sub: str = "someone-1",
        *,
        seller: str | None = None,
        complainant: str | None = None,
    ) -> dict[str, str]:
        """Return the headers of a caller, whose token outlives every clock of a test."""
        begun = self.cases.clock.now.timestamp() - YEARS_S / 2
        token = mint(self.keys, role, sub, seller=seller, complainant=complainant, ttl_s=YEARS_S, now=begun)
        return {"Authorization": f"Bearer {token}"}

    def get(self, path: str, /, headers: Mapping[str, str] | None = None, **params: Any) -> httpx.Response:
        """Ask, as a service that may read standings, for an answer that knows of every decision made."""
        return self.http.get(path, params=params, headers={**self.headers(), **(headers or {})})

    def standing(self, seller: str, **params: Any) -> dict[str, Any]:
        """Return the standing, everything decided included."""
        answer = self.get(f"/sellers/{seller}/standing", min_position=self.cases.log.head().position, **params)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def ledger_service(
    folder: Path, cases: Decisions, *, log: EventLog | None = None, **settings: Any
) -> Iterator[LedgerService]:
    """Serve a ledger whose log is in `folder`, or is given; it is stopped at the end and may be served again."""
    jwks = ensure_keys(folder / "keys")
    given = Settings(data_dir=folder / "ledger", jwks=str(jwks), **settings)
    app = build(given, clock=cases.clock, feed=cases, log=log, picked=cases)
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False) as http:
        yield LedgerService(cases, jwks.parent, http)
