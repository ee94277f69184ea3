"""The people of a case as clients of both services: buyers, sellers and staff, who send what they have to say.

Every write carries an idempotency key, so that a lost connection can be answered by asking again.
"""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Self

import httpx

from shared.kit.ids import uuid7

PAUSE_S: Final = 0.1

Mint = Callable[..., str]  # role, sub, seller=…, complainant=… → token


class UnexpectedAnswerError(Exception):
    """A service answered with another status than the story expects; the message holds request and answer."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody with a role, known by an opaque id."""

    role: str
    id: str


def buyer(name: str) -> Person:
    """Return a complainant."""
    return Person("complainant", name)


def seller(name: str) -> Person:
    """Return a respondent."""
    return Person("seller", name)


def officer(name: str) -> Person:
    """Return an officer."""
    return Person("officer", name)


def reviewer(name: str) -> Person:
    """Return a reviewer."""
    return Person("reviewer", name)


def supervisor(name: str) -> Person:
    """Return a supervisor."""
    return Person("supervisor", name)


@dataclass
class Parties:
    """Both services, and whoever mints tokens.

    `patience_s` is for how long a lost connection and an answer 503 are tried again; `suffix` ends every name of a
    story, so that it can be told twice to the same services.
    """

    cases_url: str
    ledger_url: str
    mint: Mint
    patience_s: float = 0.0
    suffix: str = ""
    _http: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=30, trust_env=False))
    _tokens: dict[Person, str] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Return the parties; leaving closes their connections."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connections."""
        self._http.close()

    def token(self, person: Person) -> str:
        """Return the person's token, minted at first need."""
        if person not in self._tokens:
            binds = {"complainant": {"complainant": person.id}, "seller": {"seller": person.id}}
            self._tokens[person] = self.mint(person.role, person.id, **binds.get(person.role, {}))
        return self._tokens[person]

    def ask(self, person: Person, method: str, url: str, *, status: int = 200, **request: Any) -> httpx.Response:
        """Send one request as this person and return the answer.

        Raises:
            UnexpectedAnswerError: the answer has another status; with 503, it had so for `patience_s`.
            httpx.TransportError: no answer within `patience_s`.
        """
        headers = {"Authorization": f"Bearer {self.token(person)}", **request.pop("headers", {})}
        until = time.monotonic() + self.patience_s
        while True:
            try:
                answer = self._http.request(method, url, headers=headers, **request)
            except httpx.TransportError:
                if time.monotonic() >= until:
                    raise
                time.sleep(PAUSE_S)
            else:
                if status == 503 or answer.status_code != 503 or time.monotonic() >= until:
                    break
                time.sleep(PAUSE_S)
        if answer.status_code != status:
            raise UnexpectedAnswerError(f"{method} {url} as {person.role}: {answer.status_code} {answer.text}")
        return answer

    def write(self, person: Person, path: str, body: object = None, **request: Any) -> dict[str, Any]:
        """Post to the cases service under a new idempotency key and return the receipt."""
        headers = {"Idempotency-Key": uuid7(), **request.pop("headers", {})}
        content: dict[str, Any] = {} if body is None else {"json": body}
        url = f"{self.cases_url}{path}"
        receipt: dict[str, Any] = self.ask(person, "POST", url, headers=headers, **content, **request).json()
        return receipt

    def file(self, complainant: Person, respondent: Person, channel: str, narrative: str) -> "Case":
        """File a complaint about contacts on a channel since yesterday, and return the case."""
        yesterday = datetime.now(UTC) - timedelta(days=1)
        body = {
            "respondent": respondent.id,
            "trade": {"id": f"t-{uuid7()}"},
            "channels": [channel],
            "incidents": [{"channel": channel, "at": yesterday.isoformat()}],
            "narrative": narrative,
        }
        receipt = self.write(complainant, "/cases", body, status=201)
        return Case(self, receipt["case_id"], complainant, respondent, receipt)

    def standing(self, person: Person, of: str, **asked: Any) -> httpx.Response:
        """Return the answer to where a seller stands, as this person gets it."""
        return self.ask(person, "GET", f"{self.ledger_url}/sellers/{of}/standing", params=asked)


@dataclass
class Case:
    """A case under way, as those who are part of it see it; `last` is the receipt of the last write."""

    parties: Parties
    id: str
    complainant: Person
    respondent: Person
    last: Mapping[str, Any]

    @property
    def state(self) -> str:
        """The state after the last write."""
        return str(self.last["state"])

    @property
    def position(self) -> int:
        """The position in the cases log of the last fact that was recorded."""
        return int(self.last["events"][-1]["position"])

    def do(self, person: Person, step: str, body: object = None, **request: Any) -> "Case":
        """Send one step of the procedure and return the case after it."""
        self.last = self.parties.write(person, f"/cases/{self.id}/{step}", body, **request)
        return self

    def notify(self, by: Person) -> "Case":
        """Record that the respondent has the complaint."""
        return self.do(by, "notification", {})

    def defend(self, claim: str, statement: str) -> "Case":
        """Explain, as the respondent."""
        return self.do(self.respondent, "defence", {"claim": claim, "statement": statement})

    def waive(self) -> "Case":
        """Need no more time, as the respondent."""
        return self.do(self.respondent, "window-waiver")

    def give(self, by: Person, kind: str, media_type: str, content: bytes) -> str:
        """Announce a piece of evidence and send its content; return its id."""
        announced = {"kind": kind, "media_type": media_type, "size_bytes": len(content)}
        piece: str = self.parties.write(by, f"/cases/{self.id}/evidence", announced, status=201)["evidence_id"]
        url = f"{self.parties.cases_url}/cases/{self.id}/evidence/{piece}/content"
        headers = {"Content-Type": media_type, "Idempotency-Key": uuid7()}
        self.last = self.parties.ask(by, "PUT", url, content=content, headers=headers).json()
        return piece

    def assess(self, by: Person, piece: str, *shows: str) -> "Case":
        """Find a piece genuine, and say what it shows."""
        return self.do(by, f"evidence/{piece}/assessment", {"verdict": "verified", "shows": list(shows)})

    def decide(self, by: Person, outcome: str, **body: str) -> "Case":
        """Decide or propose, on the version last seen."""
        return self._on_version(by, "decision", {"outcome": outcome, **body})

    def confirm(self, by: Person) -> "Case":
        """Confirm what another officer proposed, on the version last seen."""
        return self._on_version(by, "confirmation", {"answer": "confirm"})

    def tell(self, by: Person) -> "Case":
        """Record that the parties have the decision."""
        return self.do(by, "decision/notification", {})

    def appeal(self, statement: str) -> "Case":
        """Appeal against the violation, as the respondent."""
        return self.do(self.respondent, "appeal", {"statement": statement})

    def send_back(self, by: Person, reason: str) -> "Case":
        """Return the appeal for supplement, as a reviewer."""
        return self.do(by, "appeal/return", {"reason": reason})

    def resume(self, statement: str) -> "Case":
        """Supplement the appeal, as the respondent."""
        return self.do(self.respondent, "appeal/resumption", {"statement": statement})

    def review(self, by: Person, outcome: str, **body: str) -> "Case":
        """Decide the appeal, on the version last seen."""
        return self._on_version(by, "appeal/decision", {"outcome": outcome, **body})

    def stay(self, by: Person, reason: str) -> "Case":
        """Stay what the decision brought, as a reviewer."""
        return self.do(by, "stay", {"reason": reason})

    def revoke(self, by: Person, second: Person, reason: str) -> "Case":
        """Revoke the decision, as two supervisors, on the versions last seen."""
        self._on_version(by, "revocation", {"reason": reason})
        return self._on_version(second, "revocation/confirmation", {"answer": "confirm"})

    def seen_by(self, person: Person, **asked: str) -> dict[str, Any]:
        """Return the case as this person may read it."""
        answer = self.parties.ask(person, "GET", f"{self.parties.cases_url}/cases/{self.id}", params=asked)
        found: dict[str, Any] = answer.json()
        return found

    def _on_version(self, by: Person, step: str, body: object) -> "Case":
        return self.do(by, step, body, headers={"If-Match": f'"{self.last["version"]}"'})
