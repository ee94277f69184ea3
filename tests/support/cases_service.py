"""The cases service over real HTTP for tests: on the embedded store, by a clock that the test moves."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import httpx

from services.cases.main import build
from services.cases.settings import Settings
from shared.kit.ids import uuid7
from shared.kit.localkeys import ensure_keys, mint
from tests.support.server import serving

MONDAY: Final = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)  # 10:00 in Shanghai
YEARS_S: Final = 20 * 365 * 86_400
STATEMENT: Final = "通话记录并非我方号码，请复核"
NARRATIVE: Final = "电话骚扰：一夜四十通，说要给我寄冥币"
CONTACT: Final = "+86 138 0013 8000"
PDF: Final = b"%PDF-1.7\n" + b"calls of the night\n" * 50


@dataclass
class HandClock:
    """A clock that stands until it is moved; each reading is a millisecond later, so that no two instants are equal."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        """Return the time."""
        self.now += timedelta(milliseconds=1)
        return self.now

    def move(self, **by: float) -> None:
        """Let so much time pass."""
        self.now += timedelta(**by)


@dataclass
class Caller:
    """Somebody with a token: asks, and demands a status."""

    http: httpx.Client
    token: str
    tags: dict[str, str] = field(default_factory=dict)

    def ask(self, method: str, path: str, expect: int, *, headers: dict[str, str] | None = None, **how: Any) -> Any:
        """Return the answer's JSON, after looking at its status."""
        given = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        answer = self.http.request(method, path, headers=given, **how)
        assert answer.status_code == expect, (answer.status_code, answer.text)
        return answer.json() if answer.headers.get("content-type", "").endswith("json") else answer.content

    def post(self, path: str, body: Any = None, expect: int = 200, **headers: str) -> Any:
        """Return the answer to a POST; header names are written with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", path, expect, headers=named, **({} if body is None else {"json": body}))

    def get(self, path: str, expect: int = 200, **params: Any) -> Any:
        """Return the answer to a GET."""
        return self.ask("GET", path, expect, params=params)

    def decide(self, path: str, body: Any = None, expect: int = 200) -> Any:
        """Return the answer to a POST that carries the case's present version in If-Match."""
        case = path.split("/")[2]
        seen = self.http.get(f"/cases/{case}", headers={"Authorization": f"Bearer {self.token}"})
        return self.post(path, body, expect, If_Match=seen.headers["etag"])


@dataclass
class CasesService:
    """A running service, its clock, and callers in any role."""

    folder: Path
    clock: HandClock
    http: httpx.Client

    def caller(self, role: str, sub: str, *, seller: str | None = None, complainant: str | None = None) -> Caller:
        """Return a caller whose token outlives every clock of a test."""
        issued = MONDAY.timestamp() - YEARS_S / 2
        token = mint(self.folder / "keys", role, sub, seller=seller, complainant=complainant, ttl_s=YEARS_S, now=issued)
        return Caller(self.http, token)

    @property
    def buyer(self) -> Caller:
        """The complainant."""
        return self.caller("complainant", "buyer-1", complainant="b-1")

    @property
    def seller(self) -> Caller:
        """The respondent."""
        return self.caller("seller", "seller-1", seller="s-1")

    @property
    def officer(self) -> Caller:
        """An officer."""
        return self.caller("officer", "officer-1")

    @property
    def second(self) -> Caller:
        """Another officer."""
        return self.caller("officer", "officer-2")

    @property
    def reviewer(self) -> Caller:
        """A reviewer."""
        return self.caller("reviewer", "reviewer-1")

    @property
    def supervisor(self) -> Caller:
        """A supervisor."""
        return self.caller("supervisor", "chief-1")

    @property
    def second_supervisor(self) -> Caller:
        """Another supervisor."""
        return self.caller("supervisor", "chief-2")

    def file(self, by: Caller | None = None, **changes: Any) -> str:
        """File a complaint, about a trade of its own unless one is given, and return its case id."""
        body = complaint(**{"trade": {"id": f"t-{uuid7()}"}, **changes})
        return str((by or self.buyer).post("/cases", body, 201)["case_id"])

    def notified(self, **changes: Any) -> str:
        """Return a case whose respondent has notice."""
        case = self.file(**changes)
        self.officer.post(f"/cases/{case}/notification", {})
        return case

    def evidence(self, case: str, content: bytes = PDF, kind: str = "call_list", by: Caller | None = None) -> str:
        """Announce and send a piece as the complainant; return its id."""
        party = by or self.buyer
        announced = {"kind": kind, "media_type": "application/pdf", "size_bytes": len(content)}
        piece = str(party.post(f"/cases/{case}/evidence", announced, 201)["evidence_id"])
        party.ask("PUT", f"/cases/{case}/evidence/{piece}/content", 200, content=content)
        return piece

    def heard(self, *shows: str, **changes: Any) -> str:
        """Return a case that is ready to be decided: notice, answer, one verified piece that shows these facts."""
        case = self.notified(**changes)
        piece = self.evidence(case)
        assessed = {"verdict": "verified", "shows": list(shows or ("frequent_contact", "number_attributable"))}
        self.officer.post(f"/cases/{case}/evidence/{piece}/assessment", assessed)
        self.seller.post(f"/cases/{case}/defence", {"claim": "other", "statement": "我方没有骚扰买家"})
        return case

    def upheld(self, **changes: Any) -> str:
        """Return a case upheld as an ordinary violation."""
        case = self.heard(**changes)
        self.officer.decide(f"/cases/{case}/decision", uphold())
        return case

    def upheld_severe(self, **changes: Any) -> str:
        """Return a case upheld as a severe violation by two officers."""
        case = self.heard("offensive_mail", "number_attributable", **changes)
        self.officer.decide(f"/cases/{case}/decision", uphold(outcome="propose_severe", grade="grave"))
        self.second.decide(f"/cases/{case}/confirmation", {"answer": "confirm"})
        return case

    def appealed(self, **changes: Any) -> str:
        """Return a case upheld as an ordinary violation against which the respondent has appealed."""
        case = self.upheld(**changes)
        self.seller.post(f"/cases/{case}/appeal", {"statement": STATEMENT})
        return case

    def feed(self, after: int = 0) -> Any:
        """Return the events of the log."""
        return self.caller("service", "reader").get("/feed", after=after, limit=1000)


def complaint(**changes: Any) -> dict[str, Any]:
    """Return the body of a complaint about calls the night before."""
    return {
        "respondent": "s-1",
        "trade": {"id": "t-1"},
        "channels": ["phone"],
        "incidents": [{"channel": "phone", "at": "2026-03-01T21:00:00+08:00", "until": "2026-03-01T23:00:00+08:00"}],
        "narrative": NARRATIVE,
        "contacts": [CONTACT],
        **changes,
    }


def uphold(**changes: Any) -> dict[str, Any]:
    """Return the body of an ordinary violation upheld."""
    return {"outcome": "uphold_ordinary", "grade": "general", "reason": "通话清单属实", **changes}


def review(outcome: str, **changes: Any) -> dict[str, Any]:
    """Return the body of a reviewer's decision."""
    return {"outcome": outcome, "reason": "复核意见", **changes}


def dismiss(ground: str, **changes: Any) -> dict[str, Any]:
    """Return the body of a dismissal."""
    return {"outcome": "dismiss", "ground": ground, "reason": "证据不足以认定", **changes}


@contextmanager
def cases_service(folder: Path, clock: HandClock | None = None, **settings: Any) -> Iterator[CasesService]:
    """Serve the cases with everything in `folder`; it is stopped at the end and may be served again."""
    moved = clock or HandClock()
    jwks = ensure_keys(folder / "keys")
    given = Settings(data_dir=folder / "cases", jwks=str(jwks), **settings)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    app = build(given, clock=moved)
    with serving(app) as address, httpx.Client(base_url=address, trust_env=False, timeout=30) as http:
        yield CasesService(folder, moved, http)
