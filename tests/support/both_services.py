"""Both services over real HTTP for tests: the ledger follows the cases' feed, and is asked by dry runs of recalls."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from threading import Event
from typing import Any, Final

import httpx

from services.ledger.bundles.cases import CasesOverHttp
from services.ledger.bundles.content import Part
from services.ledger.bundles.proving import Evidence
from services.ledger.casestree import Known
from services.ledger.main import build
from services.ledger.settings import Settings
from shared.kit.audit.vkey import VerifierKey
from shared.kit.feed_client import FeedClient, FeedPage, FeedUnavailable
from shared.kit.localkeys import ensure_keys, mint
from tests.support.cases_service import MONDAY, YEARS_S, Caller, CasesService, HandClock, cases_service
from tests.support.server import serving

MOMENT_S: Final = 0.02


@dataclass
class LateFeed:
    """The feed of a service that starts after its follower; while `held`, it tells nothing that is new."""

    client: FeedClient | None = None
    picking: FeedClient | None = None
    held: bool = False
    last: FeedPage | None = None

    def page(self, after: int, limit: int, wait_s: int = 0) -> FeedPage:
        """Return the page once the feed is there; while it is held, what was promised last, at once or soon."""
        client = self._there()
        if self.held and self.last is not None:
            Event().wait(MOMENT_S)
            return replace(self.last, events=[], scanned_through=after)
        self.last = client.page(after, limit, min(wait_s, 1))
        return self.last

    def checkpoint(self) -> bytes:
        """Return the checkpoint of the service, once it is there."""
        return self._there().checkpoint()

    def consistency(self, old: int, new: int) -> list[bytes]:
        """Return the proof of growth."""
        return self._there().consistency(old, new)

    def keys(self) -> list[VerifierKey]:
        """Return the keys that sign."""
        return self._there().keys()

    def _there(self) -> FeedClient:
        if self.client is None:
            raise FeedUnavailable("not yet", 0.01)
        return self.client

    def pick(self, after: int, limit: int, *, types: Sequence[str] = (), subject: str | None = None) -> FeedPage:
        """Return what is picked, as a client of its own does: the follower's is in use."""
        assert self.picking is not None
        return self.picking.pick(after, limit, types=types, subject=subject)

    def close(self) -> None:
        """Give the connections back."""
        for client in (self.client, self.picking):
            if client is not None:
                client.close()


@dataclass
class LateEvidence:
    """The same of the cases log's part of bundles."""

    source: Evidence | None = None

    def part(self, seller: str, through: int, most: int, known: Known) -> Part:
        """Return the part once there is somebody to ask."""
        if self.source is None:
            raise FeedUnavailable("not yet", 0.01)
        return self.source.part(seller, through, most, known)


@dataclass
class Both:
    """Both services, running."""

    cases: CasesService
    ledger: httpx.Client
    feed: LateFeed
    evidence: LateEvidence
    keys: Path
    supervisors: dict[str, Caller] = field(default_factory=dict)

    def supervisor(self, sub: str = "v-1") -> Caller:
        """Return a supervisor."""
        return self.supervisors.setdefault(sub, self.cases.caller("supervisor", sub))

    def upheld(self, seller: str = "s-1", trade: str = "t-1", officer: str = "officer-1", recused: str = "") -> str:
        """Return a case that this officer has upheld against this seller, after a supervisor stepped back from it."""
        case = self.cases.notified(respondent=seller, trade={"id": trade})
        path, by = f"/cases/{case}", self.cases.caller("officer", officer)
        if recused:
            self.supervisor(recused).post(f"{path}/recusal", {"reason": "相识"})
        piece = self.cases.evidence(case)
        shows = {"verdict": "verified", "shows": ["frequent_contact", "number_attributable"]}
        by.post(f"{path}/evidence/{piece}/assessment", shows)
        self.cases.caller("seller", seller, seller=seller).post(f"{path}/window-waiver")
        by.decide(f"{path}/decision", {"outcome": "uphold_ordinary", "grade": "general", "reason": "属实"})
        return case

    def standing(self, seller: str) -> dict[str, Any]:
        """Return the standing of an account, everything decided included."""
        head = int(self.cases.feed()[-1]["sequence"])
        answer = self.ledger.get(f"/sellers/{seller}/standing", params={"min_position": head})
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@contextmanager
def both_services(folder: Path, **cases_settings: Any) -> Iterator[Both]:
    """Serve both with everything in `folder`, by one clock that the test moves."""
    clock, feed, evidence, keys = HandClock(), LateFeed(), LateEvidence(), ensure_keys(folder / "keys").parent
    token, follower = keys / "cases.token", keys / "follower.token"
    began = MONDAY.timestamp() - YEARS_S / 2
    token.write_text(mint(keys, "service", "cases", ttl_s=YEARS_S, now=began))
    follower.write_text(mint(keys, "follower", "ledger", ttl_s=YEARS_S, now=began))
    given = Settings(data_dir=folder / "ledger", jwks=str(keys / "jwks.json"), max_wait_s=2)
    headers = {"Authorization": f"Bearer {token.read_text()}"}
    with (
        closing(feed),
        serving(build(given, clock=clock, feed=feed, evidence=evidence, picked=feed)) as address,
        httpx.Client(base_url=address, headers=headers, trust_env=False, timeout=30) as ledger,
        cases_service(folder, clock, ledger_url=address, ledger_token_file=token, **cases_settings) as cases,
    ):
        feed.client, feed.picking = (FeedClient(str(cases.http.base_url), follower) for _ in range(2))
        evidence.source = CasesOverHttp(str(cases.http.base_url), follower)
        yield Both(cases, ledger, feed, evidence, keys)
