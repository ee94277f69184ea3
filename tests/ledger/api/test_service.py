"""The ledger as a whole: a real feed over HTTP, health, metrics, restarts, its command line."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from services.ledger.main import build
from services.ledger.settings import Settings
from shared.kit.cloudevent import decode
from shared.kit.feed import feed_router
from shared.kit.http import create_app
from shared.kit.log.model import LogUnavailable
from shared.rulebook.loader import RulebookError
from tests.support.decisions import DAY, FIRST, Decisions
from tests.support.eventually import eventually
from tests.support.ledger_service import LedgerService, ledger_service
from tests.support.logs import StandingClock
from tests.support.server import serving
from tests.support.tokens import local_issuer
from tests.support.tree import ROOT


@contextmanager
def followed(folder: Path, cases: Decisions, cases_url: str) -> Iterator[httpx.Client]:
    """Serve a ledger that follows a feed over HTTP, with the machine's clock; yields a reader's client."""
    issuer = local_issuer(folder)
    token = folder / "follower.token"
    token.write_text(issuer.token("follower", "ledger"))
    given = Settings(data_dir=folder / "ledger", jwks=str(folder / "jwks.json"), cases_url=cases_url, token_file=token)
    with (
        serving(build(given)) as address,
        httpx.Client(base_url=address, headers=issuer.headers("admin"), trust_env=False) as http,
    ):
        yield http


def test_it_follows_a_feed_over_http_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    """Decisions made while it was away are folded when it is back; the feed's failures are waited out."""
    cases = Decisions()
    feed = create_app(
        title="cases",
        version="1",
        verifier=local_issuer(tmp_path).verifier(),
        routers=[feed_router(cases.log)],
        checks={},
    )
    with serving(feed) as cases_url:
        cases.ordinary("s-1")
        with followed(tmp_path, cases, cases_url) as http:
            assert http.get("/sellers/s-1/standing", params={"min_position": 1}).json()["points"]["ordinary"] == 12
            eventually(lambda: http.get("/health/ready").status_code == 200)
        cases.ordinary("s-1", at=FIRST + DAY)
        with followed(tmp_path, cases, cases_url) as http:
            assert http.get("/sellers/s-1/standing", params={"min_position": 2}).status_code == 200
            events = http.get("/feed", params={"type": "demerit.ledger.ordinary_violation_recorded.v1"}).json()
            assert [event["data"]["position"] for event in events] == [1, 2]
    with followed(tmp_path, cases, cases_url) as http:
        eventually(lambda: http.get("/health/ready").json()["checks"]["follower"]["detail"]["state"] == "retrying")
        assert http.get("/sellers/s-1/standing").status_code == 200


def test_readiness_names_the_lag_and_an_alarm(service: LedgerService) -> None:
    """After the alarm reads go on, and the figures say that following has stopped."""
    service.cases.ordinary("s-1")
    service.standing("s-1")
    eventually(lambda: service.http.get("/health/ready").status_code == 200)
    detail = service.http.get("/health/ready").json()["checks"]["follower"]["detail"]
    assert detail.pop("checked") in (0, 1)  # once a second
    assert detail == {"state": "following", "position": 1, "head": 1, "lag": 0}
    service.cases.add("demerit.cases.penalty_forgiven.v1", "s-1", {})
    eventually(lambda: service.http.get("/health/ready").status_code == 503)
    problem = service.http.get("/health/ready").json()
    assert problem["failing"] == ["follower"]
    detail = problem["checks"]["follower"]["detail"]
    assert (detail["state"], detail["position"], detail["lag"]) == ("alarmed", 1, 1)
    assert detail["reason"].startswith("unknown_type at cases position 2")
    assert service.get("/sellers/s-1/standing").json()["points"]["ordinary"] == 12
    metrics = service.get("/metrics", headers=service.headers("monitor")).text
    assert "ledger_follower_alarmed 1.0" in metrics
    assert "ledger_cases_position 1.0" in metrics
    assert "ledger_lag_events 1.0" in metrics


def test_its_own_feed_tells_what_was_folded(service: LedgerService) -> None:
    """In order, with the version of each account."""
    for seller in ("s-1", "s-2", "s-1"):
        service.cases.ordinary(seller)
    service.standing("s-1")
    answer = service.get("/feed", headers=service.headers("follower"), after=1)
    assert [(event["subject"], event["data"]["account_version"]) for event in answer.json()] == [("s-2", 1), ("s-1", 2)]
    assert answer.headers["Demerit-Head"] == "3"


def test_what_a_stopped_service_has_said_is_there_when_it_is_back(tmp_path: Path) -> None:
    """The same bytes."""
    cases = Decisions()
    with ledger_service(tmp_path, cases) as service:
        cases.ordinary("s-1")
        service.standing("s-1")
        before = service.get("/sellers/s-1/standing").content
        feed = service.get("/feed", headers=service.headers("follower")).content
    with ledger_service(tmp_path, cases) as service:
        assert service.get("/sellers/s-1/standing").content == before
        assert service.get("/feed", headers=service.headers("follower")).content == feed


def test_a_second_process_cannot_have_the_same_log(tmp_path: Path) -> None:
    """One writer per log."""
    with ledger_service(tmp_path, Decisions()):
        given = Settings(data_dir=tmp_path / "ledger", jwks=str(tmp_path / "keys" / "jwks.json"))
        with pytest.raises(LogUnavailable):
            build(given, clock=StandingClock(FIRST), feed=Decisions())


def test_a_rulebook_that_does_not_exist_stops_the_start(tmp_path: Path) -> None:
    """By name or by file; nothing is opened."""
    with pytest.raises(RulebookError):
        build(Settings(data_dir=tmp_path, rulebook="none-such"))
    with pytest.raises(RulebookError):
        build(Settings(data_dir=tmp_path, rulebook=str(tmp_path / "none-such.toml")))
    assert list(tmp_path.iterdir()) == []


def test_follow_says_why_it_does_not_run_on_sqlite() -> None:
    """One process alone may write."""
    told = subprocess.run(
        [sys.executable, "-m", "services.ledger", "follow"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 2
    assert "serve" in told.stderr
    assert "SQLite" in told.stderr


def test_events_name_the_ledger_as_their_log(service: LedgerService) -> None:
    """And no person: the cause is the decision."""
    decision = service.cases.ordinary("s-1")
    service.standing("s-1")
    stored = service.get("/feed", headers=service.headers("follower", "f-1") | {"Accept": "application/x-ndjson"})
    envelope = decode(stored.content.strip())
    assert envelope.source != service.cases.log.id
    assert (envelope.actor, envelope.actorrole, envelope.causationid) == ("system", "system", decision.id)
    assert len(envelope.leafsalt) == 32
